"""Run something in a short-lived child: what it loads goes with it, and this process stays small."""

import os
from collections.abc import Callable

from bot.domain.errors import LatchkeyError

FAILED = 1


class Apart(LatchkeyError):
    """What the child said, in its own sentences."""


def apart(act: Callable[[], None]) -> None:
    """Raises Apart with the sentences of a LatchkeyError; a traceback of anything else goes to stderr as ever."""
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
        raise Apart(sentences or "the database could not be migrated; `latchkey migrate` says why")


def _act(act: Callable[[], None], writer: int) -> None:
    status = FAILED
    try:
        act()
        status = 0
    except LatchkeyError as error:
        os.write(writer, str(error).encode())
    finally:
        os._exit(status)
