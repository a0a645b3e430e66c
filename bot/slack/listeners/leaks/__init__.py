"""Presses, commands and shortcuts about leaked keys."""
