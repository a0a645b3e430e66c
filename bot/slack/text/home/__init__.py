"""Sentences of the Home tab, by who looks at it."""
