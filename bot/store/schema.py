"""The database's schema version, and migrating it to this release's. Alembic is imported only when needed."""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

from bot.domain.errors import LatchkeyError
from bot.store.engine import make_engine

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGE = Path(__file__).resolve().parents[1]
MIGRATION_MILLISECONDS = 60_000  # another release that starts at the same time may be migrating


class SchemaState(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    AT_HEAD = "at head"
    NEWER = "newer"


class SchemaNewer(LatchkeyError):
    def __init__(self) -> None:
        super().__init__(
            "the database was migrated by a newer release; run that release, or restore the backup "
            "made before the migration"
        )


def upgrade(url: str) -> None:
    """Migrate to head; does nothing if it is there already. Raises SchemaNewer."""
    from alembic import command

    engine = make_engine(url, busy_milliseconds=MIGRATION_MILLISECONDS)
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
    """Raises SQLAlchemy's OperationalError if the database doesn't answer."""
    with engine.connect() as connection:
        stamped = inspect(connection).has_table("alembic_version")
        current = connection.scalar(text("SELECT version_num FROM alembic_version")) if stamped else None
    if current is None:
        return SchemaState.EMPTY
    known, head = revisions(_scripts())
    if current == head:
        return SchemaState.AT_HEAD
    return SchemaState.OLDER if current in known else SchemaState.NEWER


@cache
def revisions(scripts: Path) -> tuple[frozenset[str], str]:
    """All revisions of this release, and the last one. Read as text, because importing Alembic takes 7 MB."""
    found = dict(_revision(each.read_text()) for each in (scripts / "versions").glob("*.py"))
    (head,) = found.keys() - set(found.values())
    return frozenset(found), head


def _revision(script: str) -> tuple[str, str | None]:
    """The revision's id, and its predecessor."""
    names = re.findall(r"""^(revision|down_revision)(?:: [^=]+)? = (?:["'](\w+)["']|None)""", script, re.MULTILINE)
    ids = {name: value or None for name, value in names}
    return str(ids["revision"]), ids["down_revision"]


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """`bot/_migrations` in the wheel, `migrations/` in a checkout."""
    packed = PACKAGE / "_migrations"
    return packed if packed.is_dir() else PACKAGE.parent / "migrations"
