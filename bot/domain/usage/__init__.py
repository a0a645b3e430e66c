"""Where and when a key is used, as AWS tells it: CloudTrail, last use, service last accessed details."""
