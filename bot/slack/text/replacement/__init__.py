"""Sentences about what should take the place of a key."""
