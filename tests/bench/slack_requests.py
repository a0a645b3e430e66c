"""Slack's requests: distinct commands and filled modals, as large as real ones."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.config import catalog_file
from bot.domain.ids import SlackUserId
from bot.slack.ui.request_form import Filled, window
from tests.bench.slack_stub import TEAM

CATALOG = Path(__file__).parents[2] / "catalog.toml"
PEOPLE = tuple(f"U1{number:04}" for number in range(500))  # each may have one open request for an entitlement


def asking_window(by: str) -> dict[str, Any]:
    catalog = catalog_file.load(CATALOG)
    return window(catalog.offered_to(SlackUserId(by), ()), Filled(owner=by))


def commands(count: int, hook: str) -> Iterator[str]:
    """`hook` is the target of response_urls."""
    for number in range(count):
        user = PEOPLE[number % len(PEOPLE)]
        yield urlencode({
            "token": "not-used", "team_id": TEAM, "team_domain": "latchkey", "channel_id": "D01BENCH",
            "channel_name": "directmessage", "user_id": user, "user_name": user.lower(), "command": "/key",
            "text": "request", "api_app_id": "A01LATCH", "is_enterprise_install": "false",
            "response_url": f"{hook}{secrets.token_hex(12)}", "trigger_id": _trigger(),
        })  # fmt: skip


def submissions(count: int) -> Iterator[str]:
    view = asking_window(PEOPLE[0])
    for number in range(count):
        user = PEOPLE[number % len(PEOPLE)]
        yield urlencode({"payload": json.dumps(_submission(user, view))})


def _submission(user: str, view: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "view_submission", "api_app_id": "A01LATCH", "token": "not-used", "trigger_id": _trigger(),
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": TEAM},
        "team": {"id": TEAM, "domain": "latchkey"}, "enterprise": None, "is_enterprise_install": False,
        "view": {
            **view, "id": f"V{secrets.token_hex(10).upper()}", "team_id": TEAM, "hash": secrets.token_hex(8),
            "state": {"values": _filled()}, "previous_view_id": None, "root_view_id": None, "app_id": "A01LATCH",
            "bot_id": "B0BOT", "app_installed_team_id": TEAM, "external_id": "",
        },
        "response_urls": [],
    }  # fmt: skip


def _filled() -> dict[str, Any]:
    def chosen(value: str) -> dict[str, Any]:
        option = {"text": {"type": "plain_text", "text": value}, "value": value}
        return {"value": {"type": "static_select", "selected_option": option}}

    why = {"value": {"type": "plain_text_input", "value": f"The numbers for board meeting {secrets.token_hex(6)}"}}
    return {"entitlement": chosen("reports-read"), "duration": chosen("8h"), "justification": why}


def _trigger() -> str:
    return f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
