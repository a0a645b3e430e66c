"""The environment, read once at boot into an immutable value. Every mistake is reported at once, with how to fix it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import settings_values as values
from bot.config.roles import KEEPERS, SERVERS, Role
from bot.config.settings_rules import together
from bot.domain.errors import LatchkeyError
from bot.secret import Secret

ANYWHERE = "0.0.0.0"  # noqa: S104 - servers bind all addresses; the network in front of them is the host's

__all__ = ["Role", "Setting", "Settings", "SettingsError", "load", "read"]


class SettingsError(LatchkeyError):
    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the guide's table. A secret setting also works as `NAME_FILE`."""

    name: str
    meaning: str
    parse: Callable[[str], Any] | None  # None: for boto3, never parsed here
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
        "HTTP mode: the secret that Slack signs requests with. Unset: /slack/events answers 404",
        values.signing_secret,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "SLACK_APP_TOKEN",
        "Socket Mode if set: an app-level token, xapp-…",
        values.app_token,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting("SLACK_API_URL", "Base URL of a Slack API other than Slack's own, ending in /api/", values.slack_api_url),
    Setting("SLACK_COMMAND", "The slash command", values.command, default="/key"),
    Setting(
        "DATABASE_URL",
        "The ledger: postgresql://… or sqlite:///…; web and worker need an absolute SQLite path",
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
        "How many of your proxies are in front; 0 ignores X-Forwarded-For",
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
        "LISTEN_ADDRESS",
        "The IP address for PORT and WORKER_PORT. Unset: 127.0.0.1 if PUBLIC_URL is on this machine, else 0.0.0.0",
        values.listen_address,
        used_by=SERVERS | {Role.TOOLS},
    ),
    Setting(
        "WORKER_PORT",
        "Where the worker answers /healthz, /readyz and /metrics; unset: it doesn't",
        values.port,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
    ),
    Setting(
        "METRICS_TOKEN",
        "Allows requests with Authorization: Bearer … to /metrics on PORT. Unset: 404 there",
        values.one_word,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "AUDIT_WEBHOOK_URL",
        "Where each event of the audit log is sent: https, or http on this machine. Unset: nowhere",
        values.webhook_url,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "AUDIT_WEBHOOK_SECRET",
        "Signs these requests; needed with AUDIT_WEBHOOK_URL",
        values.one_word,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "LEAK_EVENTS_TOKEN",
        "AWS Health sends leaked keys to /events/leak with Authorization: Bearer …. Unset: 404 there",
        values.one_word,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting(
        "GITHUB_WEBHOOK_SECRET",
        "GitHub signs its secret scanning alerts to /events/leak with it. Unset: 404 there",
        values.one_word,
        used_by=frozenset({Role.WEB, Role.ALL, Role.TOOLS}),
        secret=True,
    ),
    Setting("CATALOG_FILE", "The catalog: what can be requested", values.path, default="catalog.toml"),
    Setting("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", values.log_level, default="INFO", used_by=frozenset(Role)),
    Setting(
        "AWS_*",
        "For boto3, including AWS_ENDPOINT_URL; the web process never reads them",
        None,
        used_by=frozenset({Role.WORKER, Role.ALL, Role.TOOLS}),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that this role uses; others have their default, or are empty."""

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
    listen_address: str | None
    worker_port: int | None
    metrics_token: Secret | None
    audit_webhook_url: Secret | None
    audit_webhook_secret: Secret | None
    leak_events_token: Secret | None
    github_webhook_secret: Secret | None
    catalog_file: Path
    log_level: str

    @property
    def listens_on(self) -> str:
        """Links to this machine alone work for nobody else, so without LISTEN_ADDRESS nobody else is let in either."""
        return self.listen_address or values.local_address(self.public_url) or ANYWHERE


def load(env: Mapping[str, str], role: Role) -> Settings:
    """Raises SettingsError with every mistake. An empty variable counts as unset."""
    settings, mistakes = read(env, role)
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def read(env: Mapping[str, str], role: Role) -> tuple[Settings, tuple[str, ...]]:
    """The readable settings together with every mistake; a wrong value is replaced by its default."""
    mistakes: list[str] = []
    rows = [row for row in SETTINGS if row.parse is not None]
    found = {row.name: _read(env, row, role, mistakes) for row in rows}
    together(found, role, mistakes)
    for row in rows:
        if found[row.name] is None and row.default is not None:
            found[row.name] = _value(row, row.default)
    found["PUBLIC_URL"] = found["PUBLIC_URL"] or ""
    return Settings(role=role, **{name.lower(): value for name, value in found.items()}), tuple(mistakes)


def _read(env: Mapping[str, str], row: Setting, role: Role, mistakes: list[str]) -> Any:
    before = len(mistakes)
    text = _text(env, row, mistakes) if role in row.used_by else None
    if text is None and role in row.needed_by and len(mistakes) == before:
        mistakes.append(f"{row.name} isn't set; {_needs(row, role)}")
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
        mistakes.append(f"{row.name}_FILE names {file}, which can't be read; check the path and its permissions")
        return None
    if not text:
        mistakes.append(f"{row.name}_FILE names {file}, which is empty; write the value into it")
    return text or None


def _needs(row: Setting, role: Role) -> str:
    name = "latchkey" if role is Role.ALL else f"latchkey {role}"
    also = f" (or {row.name}_FILE with the path of a file)" if row.secret else ""
    return f"{name} needs it: {row.meaning}{also}"
