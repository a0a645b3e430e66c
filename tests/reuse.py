"""What a test process computes once for all of its tests, as one Latchkey does for its whole life."""

import gc
from functools import cache, lru_cache
from typing import Any, ClassVar

import botocore.hooks
import botocore.session
from botocore.hooks import EventAliaser
from sqlalchemy import Connection, Dialect, Engine, event

_first: dict[str, tuple[Dialect, Any]] = {}


@event.listens_for(Engine, "engine_connect")
def _compile_each_statement_once(connection: Connection) -> None:
    """Each test has its own engine, and SQLAlchemy caches compiled statements per engine and dialect."""
    engine = connection.engine
    engine.dialect, engine._compiled_cache = _first.setdefault(
        engine.dialect.name, (engine.dialect, engine._compiled_cache)
    )
    connection.dialect = engine.dialect


gc.disable()  # until all are collected: thousands of tests that stay, with nothing to free


def pytest_collection_finish() -> None:
    """Objects that exist now stay, so the garbage collector needn't scan them."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


# --- boto3: a test has a session of its own, and each session reads and names the same anew ---------------------------


class _Aliaser(EventAliaser):
    """Renames each event once."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._alias_name_cache = self.names


_takes_words = lru_cache(512)(botocore.hooks.accepts_kwargs)
botocore.hooks.accepts_kwargs = lambda handler: _takes_words(getattr(handler, "__func__", handler))
botocore.session.EventAliaser = _Aliaser
botocore.session.create_loader = cache(botocore.session.create_loader)
