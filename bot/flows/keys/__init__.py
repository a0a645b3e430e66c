"""What flows about issued and found keys share: calls to AWS, the check of a switch-over, open leaks, CloudTrail."""
