"""Where and when a key is used, as AWS reports it: CloudTrail, last use, service last accessed details."""
