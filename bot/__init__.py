"""Latchkey. Its version stands here alone: the wheel and `latchkey --version` read it."""

__version__ = "0.1.0"
