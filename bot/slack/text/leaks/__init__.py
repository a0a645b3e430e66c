"""What people read about a leaked key."""
