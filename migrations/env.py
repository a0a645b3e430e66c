"""Run the migrations on a connection that `latchkey migrate` passes in, or on DATABASE_URL for developers."""

import os

from alembic import context
from sqlalchemy import Connection, text

from bot.store.engine import make_engine
from bot.store.tables import metadata

LOCK = 0x6C6B6579  # if two releases start at once, the second waits and then finds nothing to do


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # for tables; the wait above may be longer
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine = make_engine(os.environ.get("DATABASE_URL", "sqlite:///latchkey.db"))
    with engine.begin() as opened:
        run(opened)
    engine.dispose()
