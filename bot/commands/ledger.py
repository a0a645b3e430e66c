"""Open the ledger for a tool. It has to be at this release's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import LatchkeyError
from bot.runtime.bootstrap import does_not_answer

if TYPE_CHECKING:
    from sqlalchemy import Engine

SQLITE = "sqlite:///"


def is_missing(url: str) -> bool:
    """A SQLite file that doesn't exist yet; connecting would create it."""
    return url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists()


@contextmanager
def ledger(url: str) -> Iterator["Engine"]:
    """Raises LatchkeyError if it doesn't answer, or isn't at head."""
    from bot.store.engine import make_engine
    from bot.store.schema import SchemaState, state

    if is_missing(url):
        raise LatchkeyError("the SQLite file doesn't exist yet; run `latchkey migrate`")
    engine = make_engine(url)
    try:
        try:
            found = state(engine)
        except Exception as error:  # noqa: BLE001 - the edge of a tool: an unreachable database is an answer here
            raise LatchkeyError(does_not_answer(error)) from None
        if found is not SchemaState.AT_HEAD:
            raise LatchkeyError(f"the database's schema is {found}; run `latchkey migrate`")
        yield engine
    finally:
        engine.dispose()
