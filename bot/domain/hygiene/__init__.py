"""What an inventory reads of an account, the findings that come of it, and how they escalate."""
