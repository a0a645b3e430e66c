"""A test that configures logging, as a command does, configures it for itself alone."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

_configure = structlog.configure


def _uncached(**given: Any) -> None:
    """A logger keeps the configuration of its first use otherwise, and tests that capture lines see none of it."""
    _configure(**{**given, "cache_logger_on_first_use": False})


structlog.configure = _uncached


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        return (yield)
    finally:
        if structlog.is_configured():
            structlog.reset_defaults()
            root.handlers[:], root.level = handlers, level
