"""Tests of what people ask about the use of a key."""
