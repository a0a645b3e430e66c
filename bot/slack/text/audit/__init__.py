"""Sentences of the audit log."""
