"""What people ask about the use of a key."""
