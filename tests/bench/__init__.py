"""Latchkey compared with a minimal baseline: run with `python -m tests.bench`, or `pytest -m bench tests/bench`."""
