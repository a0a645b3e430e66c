"""Run a function in a short-lived child process, so that the modules it loads don't stay in this one."""

import os
from collections.abc import Callable

from bot.domain.errors import LatchkeyError

FAILED = 1


class ChildFailed(LatchkeyError):
    """The child failed, with the sentences it gave."""


def run_in_child(act: Callable[[], None]) -> None:
    """Raises ChildFailed with the sentences of a LatchkeyError; the traceback of any other error goes to stderr."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _act(act, writer)
    os.close(writer)
    with os.fdopen(reader) as said:
        sentences = said.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise ChildFailed(sentences or "the database could not be migrated; `latchkey migrate` says why")


def _act(act: Callable[[], None], writer: int) -> None:
    status = FAILED
    try:
        act()
        status = 0
    except LatchkeyError as error:
        os.write(writer, str(error).encode())
    finally:
        os._exit(status)
