"""What issued keys and found keys share."""
