"""What should take the place of a key."""
