"""Latchkey beside its floor: measured by hand with `python -m tests.bench`, or `pytest -m bench tests/bench`."""
