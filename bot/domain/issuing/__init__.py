"""When an issued lease ends, what becomes of a session, and whether issuing is paused."""
