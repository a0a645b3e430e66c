"""Leaked keys: report, contain, watch, and what they did."""
