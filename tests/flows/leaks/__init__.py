"""Leaked keys: reports, look-ups, pages, and This wasn't me."""
