"""Bootstrap, and the worker: its schedule, its loops and Socket Mode."""
