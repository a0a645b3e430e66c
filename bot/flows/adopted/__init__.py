"""Act on found keys: keys that Latchkey didn't issue, in accounts that allow it."""
