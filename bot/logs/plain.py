"""Logs of the process that only supervises the worker: the same JSON lines with the standard library alone.

This keeps structlog out of a process that logs about one line a month.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from bot.logs.redact import scrub


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage() if record.exc_info is None else super().format(record)
        told = {
            "event": scrub(said),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        return json.dumps(told, ensure_ascii=False)


def configure(level: str) -> None:
    """Only if logging isn't configured yet: the worker, forked from here, configures its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    logging.basicConfig(level=level, handlers=[handler])
