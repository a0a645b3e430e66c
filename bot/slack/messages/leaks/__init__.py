"""Messages about leaked keys."""
