"""Act on found keys: keys that Latchkey did not make, in accounts that allow it."""
