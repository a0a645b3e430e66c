"""Latchkey. The version is defined only here: the wheel and `latchkey --version` read it."""

__version__ = "0.1.0"
