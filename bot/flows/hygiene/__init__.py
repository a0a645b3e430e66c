"""Read whole accounts, find stale and unused keys, and remind their owners."""
