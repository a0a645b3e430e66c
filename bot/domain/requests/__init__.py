"""A request for access: what it says, who decides it, and what approves it without a person."""
