"""Tests of the listeners of requests."""
