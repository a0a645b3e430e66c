"""Rules that involve more than one setting."""

from collections.abc import Mapping
from typing import Any

from bot.config import settings_values as values
from bot.config.roles import Role


def together(found: Mapping[str, Any], role: Role, mistakes: list[str]) -> None:
    """Adds each mistake. `found` has every setting by name; what couldn't be read is None and in `mistakes` already."""
    signing, app = found["SLACK_SIGNING_SECRET"], found["SLACK_APP_TOKEN"]
    told = any(each.startswith(("SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")) for each in mistakes)
    if role is Role.ALL and signing is None and app is None and not told:
        mistakes.append(
            "Neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set, so Slack can't reach Latchkey; "
            "set the first for HTTP mode or the second for Socket Mode"
        )
    silent = found["SLACK_BOT_TOKEN"] is None and not any(each.startswith("SLACK_BOT_TOKEN") for each in mistakes)
    if role is Role.WEB and signing is not None and silent:
        mistakes.append("SLACK_BOT_TOKEN isn't set; latchkey web answers Slack here and needs it")
    url = found["DATABASE_URL"]
    if role in {Role.WEB, Role.WORKER} and url is not None and values.is_relative_sqlite(url.reveal()):
        mistakes.append(
            "DATABASE_URL is a SQLite file with a relative path, so web and worker could open different files; "
            "write an absolute path with four slashes, like sqlite:////var/lib/latchkey/latchkey.db, or use PostgreSQL"
        )
    unsigned = found["AUDIT_WEBHOOK_URL"] is not None and found["AUDIT_WEBHOOK_SECRET"] is None
    if unsigned and not any(each.startswith("AUDIT_WEBHOOK_SECRET") for each in mistakes):
        mistakes.append(
            "AUDIT_WEBHOOK_SECRET isn't set, so the receiver couldn't tell Latchkey's requests from forged ones; "
            "set it, for example to what `openssl rand -hex 32` prints"
        )
    if role is Role.ALL and found["WORKER_PORT"] is not None and found["WORKER_PORT"] == found["PORT"]:
        mistakes.append("WORKER_PORT and PORT are the same; use different numbers, or leave WORKER_PORT unset")
