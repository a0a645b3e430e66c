"""Drift: what differs between the ledger and AWS."""
