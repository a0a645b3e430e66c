"""The supervisor's log: the same JSON lines, masked, without structlog; the worker's replaces it."""

import json
import logging
import subprocess
import sys

from bot.logs import plain, structured

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def line(message: str, **more: object) -> dict[str, str]:
    record = logging.LogRecord("gunicorn.error", logging.WARNING, __file__, 1, message, (), None)
    record.__dict__.update(more)
    return dict(json.loads(plain.Line().format(record)))


def test_a_line_has_what_all_others_have() -> None:
    said = line("Worker (pid:7) was sent SIGTERM!")
    assert said.keys() == {"event", "logger", "level", "timestamp"}
    assert (said["event"], said["logger"], said["level"]) == (
        "Worker (pid:7) was sent SIGTERM!",
        "gunicorn.error",
        "warning",
    )
    assert said["timestamp"].endswith("Z")


def test_nothing_secret_is_in_it_nor_in_its_traceback() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        said = line(f"the key {SECRET}", exc_info=sys.exc_info())
    assert SECRET not in json.dumps(said)
    assert "ValueError" in said["event"]


def test_the_workers_log_takes_its_place() -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    handler = logging.StreamHandler()
    handler.setFormatter(plain.Line())
    root.addHandler(handler)
    try:
        structured.configure("INFO")
        assert handler not in root.handlers
    finally:
        root.handlers[:] = before


def test_it_brings_no_structlog() -> None:
    code = "import sys, bot.main, bot.logs.plain; print('structlog' in sys.modules, 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == (
        "False False\n"
    )
