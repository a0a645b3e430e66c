"""Tests of the audit log in Slack."""
