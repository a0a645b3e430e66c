"""Leaked keys: report, contain, check again, and what they did."""
