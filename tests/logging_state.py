"""What a test configures of logging, as a command does, ends with the test."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

_configure = structlog.configure


def _uncached(**given: Any) -> None:
    """A logger that kept the configuration of its first use would write past the capture of a later test."""
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
