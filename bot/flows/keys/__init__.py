"""What issued keys and adopted keys share: one call to AWS with its checks, and the check of a switch-over."""
