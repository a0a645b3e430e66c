"""What should take the place of a key: the choice with its steps, and the watch after somebody replaced it."""
