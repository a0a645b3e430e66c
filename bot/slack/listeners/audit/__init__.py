"""The audit log in Slack."""
