"""Which schema the database has, and bringing it to this release's. Alembic is loaded only when it is asked."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bot.domain.errors import LatchkeyError
from bot.store.engine import make_engine

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGE = Path(__file__).resolve().parents[1]


class SchemaState(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    AT_HEAD = "at head"
    NEWER = "newer"


class SchemaNewer(LatchkeyError):
    def __init__(self) -> None:
        super().__init__(
            "the database was migrated by a newer release than this one; run that release, or restore the backup "
            "that was made before it"
        )


def upgrade(url: str) -> None:
    """To head; harmless when it is there already. Raises SchemaNewer."""
    from alembic import command

    engine = make_engine(url)
    try:
        if state(engine) is SchemaState.NEWER:
            raise SchemaNewer
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def state(engine: Engine) -> SchemaState:
    """Raises SQLAlchemy's OperationalError where the database does not answer."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return SchemaState.EMPTY
    if current == script.get_current_head():
        return SchemaState.AT_HEAD
    known = {each.revision for each in script.walk_revisions()}
    return SchemaState.OLDER if current in known else SchemaState.NEWER


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """`bot/_migrations` in the wheel, `migrations/` in a checkout."""
    packed = PACKAGE / "_migrations"
    return packed if packed.is_dir() else PACKAGE.parent / "migrations"
