"""Leaked keys: the reports, the incident, and what the key did."""
