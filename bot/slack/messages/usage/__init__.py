"""What Slack shows about the use of a key."""
