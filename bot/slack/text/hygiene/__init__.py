"""Sentences of hygiene: findings, digests and reports."""
