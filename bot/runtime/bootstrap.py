"""Shared parts of the processes: checked settings and catalog, the ledger, and Slack.

Engines, pools and clients are created together with Parts, after the fork.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.config.settings import Role, Settings, read
from bot.domain.catalog import Catalog
from bot.domain.errors import CatalogError, LatchkeyError

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.slack.context import Deps
    from bot.slack.workspace import Workspace

NOT_AT_HEAD = "the database isn't at this release's schema; run `latchkey migrate`. No work is taken until then"
TOO_NEW = "the database was migrated by a newer release; run that release. No work is taken until then"


OF_SQLITE = {
    "SQLITE_CANTOPEN": "the SQLite file can't be opened; check that the folder in DATABASE_URL exists and is writable",
    "SQLITE_READONLY": "the SQLite file can't be written; make the file and its folder writable for Latchkey's user",
    "SQLITE_NOTADB": "the file in DATABASE_URL isn't a SQLite database; correct the path, or move the file away",
    "SQLITE_FULL": "the disk of the SQLite file is full; free some space",
}
"""By how SQLite's error code begins: https://www.sqlite.org/rescode.html"""


class Mistakes(LatchkeyError):
    """Every mistake in the environment and the catalog, all at once."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemEntropy:
    def bytes(self, size: int) -> bytes:
        return secrets.token_bytes(size)


def boot(env: Mapping[str, str], role: Role) -> tuple[Settings, Catalog]:
    """Raises Mistakes with everything wrong in both."""
    from bot.config import catalog_file
    from bot.logs import structured  # keeps pydantic and structlog out of the process that only supervises

    settings, told = read(env, role)
    catalog: Catalog | None = None
    try:
        catalog = catalog_file.load(settings.catalog_file)
        told += () if role is Role.WEB else _too_long(catalog)
    except CatalogError as wrong:
        told += wrong.mistakes
    if catalog is None or told:
        raise Mistakes("\n".join(told))
    structured.configure(settings.log_level)
    return settings, catalog


def _too_long(catalog: Catalog) -> tuple[str, ...]:
    """Skipped in the web process: it creates nothing in AWS and doesn't load that package."""
    from bot.aws.policies import boundary_too_long

    return tuple(said for each in catalog.accounts.values() if (said := boundary_too_long(catalog, each)))


def does_not_answer(error: Exception) -> str:
    """Never includes the error's own text: a driver repeats the URL and the user in it."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    for begins, said in OF_SQLITE.items():
        if code.startswith(begins):
            return said
    return f"the database doesn't answer ({_name(error)}); check DATABASE_URL and that the server is running"


def _name(error: Exception) -> str:
    """The driver's own error class if SQLAlchemy wraps one: InsufficientPrivilege says more than ProgrammingError."""
    return type(getattr(error, "orig", None) or error).__name__


class Parts:
    """What web and worker share. `wake` is set by a process that has a worker next to its listeners."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        from bot.store.engine import make_engine
        from bot.store.work import SqlUnitOfWork

        self.settings, self.catalog = settings, catalog
        self.clock, self.entropy = SystemClock(), SystemEntropy()
        self.engine = make_engine(settings.database_url.reveal())
        self.work = SqlUnitOfWork(self.engine, self.clock)
        self.wake: Callable[[], None] = lambda: None
        self.slack_state: Callable[[], str] = lambda: "http" if settings.slack_signing_secret else "off"
        self._was_at_head = threading.Event()
        self._said = ""

    def slack(self) -> "tuple[App, Deps]":
        from bot.slack.app import build_app

        deps, workspace = self._deps()
        return build_app(deps, workspace), deps

    def deps(self) -> "Deps":
        """For a flow in a process without listeners."""
        return self._deps()[0]

    def _deps(self) -> "tuple[Deps, Workspace]":
        from bot.slack.app import make_client
        from bot.slack.context import Deps
        from bot.slack.people import SlackPeople
        from bot.slack.workspace import Workspace

        token = self.settings.slack_bot_token
        client = make_client(token.reveal() if token else "", self.settings.slack_api_url)
        workspace = Workspace(client)
        people = SlackPeople(client, workspace)
        command, guide = self.settings.slack_command, f"{self.settings.public_url}/guide"
        deps = Deps(self.work, self.clock, self.entropy, people, self.catalog, client, self._wake, command, guide)
        return deps, workspace

    def _wake(self) -> None:
        """Bound late: the listeners are wired before the worker that they wake."""
        self.wake()

    def takes_work(self, *, leave_unsaid: str = "") -> bool:
        """Whether the database is at head.

        Once true, always true: a rolling release migrates while this process serves.

        Never raises. The reason is logged once, except for a sentence that the caller already has.
        """
        if not self._was_at_head.is_set():
            why = self._why_not()
            if why:
                self._say_once(why, leave_unsaid)
                return False
            self._was_at_head.set()
        return True

    def ready(self, running: Callable[[], bool] | None = None) -> dict[str, object]:
        """The answer of /readyz. Heartbeat and Slack are fields; `running` affects the status only for a worker."""
        why = self._why_not()
        if why:
            return {"ok": False, "database": why}
        try:
            with self.work.begin() as tx:
                beat = tx.last_beat(self.clock.now())
        except Exception as error:  # noqa: BLE001 - a process edge: it went away between two questions
            return {"ok": False, "database": does_not_answer(error)}
        age = None if beat is None else round((self.clock.now() - beat).total_seconds(), 1)
        found = {"ok": True, "database": "at head", "worker_heartbeat_seconds": age, "slack": self.slack_state()}
        if running is not None:
            found["ok"] = found["loops"] = running()
        return found

    def _why_not(self) -> str:
        """A sentence, or an empty text if the database is at head."""
        from bot.store.schema import SchemaState, state

        try:
            found = state(self.engine)
        except Exception as error:  # noqa: BLE001 - a process edge: an unreachable database is an answer here
            return does_not_answer(error)
        return {SchemaState.AT_HEAD: "", SchemaState.NEWER: TOO_NEW}.get(found, NOT_AT_HEAD)

    def _say_once(self, why: str, unsaid: str) -> None:
        if why not in {self._said, unsaid}:
            self._said = why
            logging.getLogger(__name__).error(why)
