"""Structured logs: JSON lines in production, readable on a terminal, and nothing secret in either.

Redaction is the last step before a line is rendered, so that it also sees tracebacks and the words of other libraries.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from bot.logs.plain import Line
from bot.logs.redact import redact

CLAMPS = {
    "botocore": logging.INFO,  # at DEBUG it logs the answer of CreateAccessKey
    "boto3": logging.INFO,
    "urllib3": logging.INFO,
    "websockets": logging.INFO,  # at DEBUG it logs frames
    "slack_sdk": logging.INFO,  # at DEBUG it logs views, the one with the link among them
    "slack_bolt": logging.ERROR,  # at INFO it logs the body of a request with a bad signature, then of an unhandled one
    "sqlalchemy": logging.WARNING,  # at DEBUG it logs rows
    "apscheduler": logging.WARNING,  # at INFO it logs every run of every sweep
    "alembic": logging.WARNING,  # at INFO it logs each of its own plugins
}
"""The least level at which each of these is heard, whatever LOG_LEVEL says."""


OURS = (structlog.stdlib.ProcessorFormatter, Line)


class Clamp(logging.Filter):
    """On the handler, because Bolt gives its own loggers the root's level and so steps over their parent's."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= CLAMPS.get(record.name.partition(".")[0], logging.NOTSET)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Everything that this process logs goes to `stream` (stderr). Harmless when repeated."""
    out = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(readable=out.isatty()))
    handler.addFilter(Clamp())
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each.formatter, OURS)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in CLAMPS.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _common() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, readable: bool) -> logging.Formatter:
    renderer: structlog.typing.Processor
    renderer = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # a plain traceback: it has no local variables
            _redact,
            renderer,
        ],
    )


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    clean: MutableMapping[str, Any] = redact(event)
    return clean
