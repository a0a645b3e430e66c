"""The audit log: put its events in order, export them, send them to a webhook, and answer who did what."""
