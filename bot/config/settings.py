"""The environment, read once at boot into a frozen value. Every mistake is reported at once, each with its mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.config import settings_values as values
from bot.domain.errors import LatchkeyError
from bot.secret import Secret


class Role(StrEnum):
    WEB = "web"
    WORKER = "worker"
    ALL = "all"  # `latchkey` alone: web and worker in one process tree
    MIGRATE = "migrate"
    DEMO = "demo"  # brings its own Slack, AWS and database, and must never touch the real ones
    TOOLS = "tools"  # doctor, manifest, iam, inventory, audit: use what is there, need nothing


SERVERS = frozenset({Role.WEB, Role.WORKER, Role.ALL})
KEEPERS = SERVERS | {Role.TOOLS}  # who talks to Slack or reads the catalog


class SettingsError(LatchkeyError):
    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the guide's table. `NAME_FILE` works too where it is secret."""

    name: str
    meaning: str
    parse: Callable[[str], Any] | None  # None: boto3's own, never read here
    default: str | None = None
    used_by: frozenset[Role] = KEEPERS
    needed_by: frozenset[Role] = frozenset()
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "SLACK_BOT_TOKEN",
        "The app's bot token, xoxb-…",
        values.bot_token,
        needed_by=frozenset({Role.WORKER, Role.ALL}),
        secret=True,
    ),
    Setting(
        "SLACK_SIGNING_SECRET",
        "HTTP mode: what Slack signs its requests with. Unset: /slack/events answers 404",
        values.signing_secret,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "SLACK_APP_TOKEN",
        "Socket Mode where set: an app-level token, xapp-…",
        values.app_token,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting("SLACK_API_URL", "Another Slack than Slack's own, ending in /api/", values.slack_api_url),
    Setting("SLACK_COMMAND", "The slash command", values.command, default="/key"),
    Setting(
        "DATABASE_URL",
        "The ledger: postgresql://… or sqlite:///…; web and worker take no relative SQLite path",
        values.database_url,
        default="sqlite:///latchkey.db",
        used_by=KEEPERS | {Role.MIGRATE},
        secret=True,
    ),
    Setting(
        "PUBLIC_URL",
        "Where browsers reach the collect page: https, or http on this machine",
        values.public_url,
        needed_by=SERVERS,
    ),
    Setting(
        "PROXY_HOPS",
        "How many proxies of yours stand in front; 0 trusts no X-Forwarded-For",
        values.hops,
        default="0",
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
    ),
    Setting(
        "PORT",
        "Where the web process listens",
        values.port,
        default="3000",
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS, Role.DEMO}),
    ),
    Setting(
        "WORKER_PORT",
        "Where the worker answers /healthz, /readyz and /metrics; unset: nowhere",
        values.port,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
    ),
    Setting(
        "METRICS_TOKEN",
        "Opens /metrics on PORT to requests with Authorization: Bearer …; at least 16 characters. Unset: 404 there",
        values.metrics_token,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting("CATALOG_FILE", "What can be asked for", values.path, default="catalog.toml"),
    Setting("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", values.log_level, default="INFO", used_by=frozenset(Role)),
    Setting(
        "AWS_*",
        "boto3's own, AWS_ENDPOINT_URL included; the web process never reads them",
        None,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What this role uses is filled in; the rest stands at its default, and is empty where there is none."""

    role: Role
    slack_bot_token: Secret | None
    slack_signing_secret: Secret | None
    slack_app_token: Secret | None
    slack_api_url: str | None
    slack_command: str
    database_url: Secret
    public_url: str
    proxy_hops: int
    port: int
    worker_port: int | None
    metrics_token: Secret | None
    catalog_file: Path
    log_level: str


def load(env: Mapping[str, str], role: Role) -> Settings:
    """Raises SettingsError with every mistake there is. An empty variable counts as unset."""
    settings, mistakes = read(env, role)
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def read(env: Mapping[str, str], role: Role) -> tuple[Settings, tuple[str, ...]]:
    """What can be read beside every mistake there is: a wrong value stands at its default."""
    mistakes: list[str] = []
    rows = [row for row in SETTINGS if row.parse is not None]
    found = {row.name: _read(env, row, role, mistakes) for row in rows}
    _together(found, role, mistakes)
    for row in rows:
        if found[row.name] is None and row.default is not None:
            found[row.name] = _value(row, row.default)
    found["PUBLIC_URL"] = found["PUBLIC_URL"] or ""
    return Settings(role=role, **{name.lower(): value for name, value in found.items()}), tuple(mistakes)


def _read(env: Mapping[str, str], row: Setting, role: Role, mistakes: list[str]) -> Any:
    before = len(mistakes)
    text = _text(env, row, mistakes) if role in row.used_by else None
    if text is None and role in row.needed_by and len(mistakes) == before:
        mistakes.append(f"{row.name} is not set; {_needs(row, role)}")
    text = text or row.default
    if text is None or row.parse is None or len(mistakes) > before:
        return None
    try:
        return _value(row, text)
    except values.BadValue as wrong:
        mistakes.append(f"{row.name} {wrong}")
        return None


def _value(row: Setting, text: str) -> Any:
    """Raises BadValue."""
    value = row.parse(text) if row.parse is not None else text
    return Secret(value) if row.secret else value


def _text(env: Mapping[str, str], row: Setting, mistakes: list[str]) -> str | None:
    plain = env.get(row.name, "").strip() or None
    file = env.get(f"{row.name}_FILE") if row.secret else None
    if not file:
        return plain
    if plain is not None:
        mistakes.append(f"{row.name} and {row.name}_FILE are both set; keep one of them")
        return None
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        mistakes.append(f"{row.name}_FILE names {file}, which cannot be read; check the path and who may read it")
        return None
    if not text:
        mistakes.append(f"{row.name}_FILE names {file}, which is empty; write the value into it")
    return text or None


def _needs(row: Setting, role: Role) -> str:
    name = "latchkey" if role is Role.ALL else f"latchkey {role}"
    also = f" (or {row.name}_FILE with the path of a file)" if row.secret else ""
    return f"{name} needs it: {row.meaning}{also}"


def _together(found: Mapping[str, Any], role: Role, mistakes: list[str]) -> None:
    """The rules over more than one setting."""
    signing, app = found["SLACK_SIGNING_SECRET"], found["SLACK_APP_TOKEN"]
    told = any(each.startswith(("SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")) for each in mistakes)
    if role is Role.ALL and signing is None and app is None and not told:
        mistakes.append(
            "Neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set, so Slack could not reach Latchkey; "
            "set the first for HTTP mode or the second for Socket Mode"
        )
    silent = found["SLACK_BOT_TOKEN"] is None and not any(each.startswith("SLACK_BOT_TOKEN") for each in mistakes)
    if role is Role.WEB and signing is not None and silent:
        mistakes.append("SLACK_BOT_TOKEN is not set; latchkey web answers Slack here and needs it")
    url = found["DATABASE_URL"]
    if role in {Role.WEB, Role.WORKER} and url is not None and values.is_relative_sqlite(url.reveal()):
        mistakes.append(
            "DATABASE_URL is a SQLite file with a relative path, so web and worker could open two different ones; "
            "write a full path with four slashes, like sqlite:////var/lib/latchkey/latchkey.db, or use PostgreSQL"
        )
    if role is Role.ALL and found["WORKER_PORT"] is not None and found["WORKER_PORT"] == found["PORT"]:
        mistakes.append("WORKER_PORT and PORT are the same; give them different numbers, or leave WORKER_PORT unset")
