"""What a test process works out once for all of its tests, as one Latchkey does for all of its life."""

from functools import cache
from typing import Any

import botocore.session
from sqlalchemy import Connection, Dialect, Engine, event

_first: dict[str, tuple[Dialect, Any]] = {}


@event.listens_for(Engine, "engine_connect")
def _compile_each_statement_once(connection: Connection) -> None:
    """A test has an engine of its own, and SQLAlchemy's compiled statements belong to one engine and its dialect."""
    engine = connection.engine
    engine.dialect, engine._compiled_cache = _first.setdefault(
        engine.dialect.name, (engine.dialect, engine._compiled_cache)
    )
    connection.dialect = engine.dialect


botocore.session.create_loader = cache(botocore.session.create_loader)  # reads the description of a service once
