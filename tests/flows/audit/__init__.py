"""Tests of the audit log: its order, its webhook, and who reads it."""
