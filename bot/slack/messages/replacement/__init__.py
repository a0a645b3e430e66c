"""Messages about a key that something else replaced."""
