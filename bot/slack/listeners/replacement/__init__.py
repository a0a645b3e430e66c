"""What should take the place of a key, and I replaced it."""
