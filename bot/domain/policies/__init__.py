"""IAM policies: what they allow, in words, and what is risky about them."""
