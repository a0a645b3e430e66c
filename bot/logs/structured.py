"""Structured logs: JSON lines in production, readable on a terminal, with secrets masked in both.

Masking is the last step before a line is rendered, so that it also covers tracebacks and other libraries' messages.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from bot.logs.plain import Line
from bot.logs.redact import redact

CLAMPS = {
    "botocore": logging.INFO,  # at DEBUG it logs the response of CreateAccessKey
    "boto3": logging.INFO,
    "urllib3": logging.INFO,
    "websockets": logging.INFO,  # at DEBUG it logs frames
    "slack_sdk": logging.INFO,  # at DEBUG it logs views, including the one with the link
    "slack_bolt": logging.ERROR,  # at INFO it logs the body of requests with a bad signature, and of unhandled ones
    "sqlalchemy": logging.WARNING,  # at DEBUG it logs rows
    "apscheduler": logging.WARNING,  # at INFO it logs every run of every sweep
    "alembic": logging.WARNING,  # at INFO it logs each of its plugins
}
"""The minimum level for each of these loggers, whatever LOG_LEVEL is."""


UNUSED = ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks", "_srcfile")
"""What logging finds out for each line and ours don't show: https://docs.python.org/3/howto/logging.html#optimization"""

OURS = (structlog.stdlib.ProcessorFormatter, Line)


class Clamp(logging.Filter):
    """A filter on the handler, because Bolt sets the root's level on its own loggers and so bypasses their parent's."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= CLAMPS.get(record.name.partition(".")[0], logging.NOTSET)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Log everything from this process to `stream` (stderr). Idempotent."""
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
    for name in UNUSED:
        setattr(logging, name, None)
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
            structlog.processors.format_exc_info,  # a plain traceback, without local variables
            _redact,
            renderer,
        ],
    )


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    clean: MutableMapping[str, Any] = redact(event)
    return clean
