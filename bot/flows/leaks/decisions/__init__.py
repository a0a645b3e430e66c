"""What people decide about a leaked key once it is reported."""
