"""Ask for an entitlement, and decide."""
