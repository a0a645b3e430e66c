"""Build the parts, and run the worker: its schedule, its loops and Socket Mode."""
