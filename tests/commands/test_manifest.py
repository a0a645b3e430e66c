"""The manifest: valid in Slack's manifest editor, with exactly what the code uses."""

import ast
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk import WebClient

from bot.commands import tools
from bot.slack.manifest import CHANNEL_SCOPES, EVENTS, SCOPES, WATCH_EVENTS, WATCH_SCOPES, scopes
from tests.config.test_catalog_file import EXAMPLE

SLACK = Path(__file__).parents[2] / "bot" / "slack"
PUBLISHED = json.loads(max((Path(__file__).parents[1] / "data").glob("slack-manifest-*.json")).read_text())
NEEDS_NO_SCOPE = {"auth.test", "views.open", "views.update", "views.push", "views.publish", "apps.connections.open"}


def shape(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def words(most: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, **more}


def several(most: int, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": most, "uniqueItems": True, "items": items}


YES = {"type": "boolean"}
WEB = {"pattern": "^https?://"}
# Rules that the published schema doesn't express: lengths and addresses, from Slack's manifest reference
# (https://docs.slack.dev/reference/app-manifest, version 1, read in November 2026), and nothing that we don't use.
LIMITS = shape(
    ("display_information",),
    display_information=shape(
        ("name",),
        name=words(35),
        description=words(140),
        background_color={"type": "string", "pattern": "^#([0-9a-fA-F]{3}){1,2}$"},
    ),
    features=shape(
        app_home=shape(home_tab_enabled=YES, messages_tab_enabled=YES, messages_tab_read_only_enabled=YES),
        bot_user=shape(("display_name",), display_name=words(80), always_online=YES),
        shortcuts={
            "type": "array",
            "maxItems": 10,
            "items": shape(
                ("name", "type", "callback_id", "description"),
                name=words(24),
                type={"enum": ["global", "message"]},
                callback_id=words(255),
                description=words(150),
            ),
        },
        slash_commands={
            "type": "array",
            "minItems": 1,
            "maxItems": 50,
            "items": shape(
                ("command", "description"),
                command=words(32, pattern="^/."),
                url=words(3000, **WEB),
                description=words(2000),
                usage_hint=words(1000),
                should_escape=YES,
            ),
        },
    ),
    oauth_config=shape(scopes=shape(bot=several(255, words(50)))),
    settings=shape(
        event_subscriptions=shape(request_url=words(3500, **WEB), bot_events=several(100, words(50))),
        interactivity=shape(("is_enabled",), is_enabled=YES, request_url=words(3500, **WEB)),
        org_deploy_enabled=YES,
        socket_mode_enabled=YES,
        token_rotation_enabled=YES,
    ),
)

HTTP = {"PUBLIC_URL": "https://latchkey.example.com", "SLACK_SIGNING_SECRET": "0a1b2c"}
SOCKET = {"PUBLIC_URL": "https://latchkey.example.com", "SLACK_APP_TOKEN": "xapp-1"}


def printed(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert tools.show_manifest(env) == 0
    return dict(json.loads(capsys.readouterr().out))


every_mode = pytest.mark.parametrize("env", [{}, HTTP, SOCKET, {**HTTP, "SLACK_COMMAND": "/aws-keys"}])


@every_mode
def test_it_is_what_slack_publishes(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.validate(printed(env, capsys), PUBLISHED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_information": {}},
        {"features": {"slash_command": []}},
        {"oauth_config": {"scopes": {"bot": ["chat:wrote"]}}},
        {"settings": {"event_subscriptions": {"bot_events": ["app_home_closed"]}}},
    ],
    ids=["no name", "unknown key", "no such scope", "no such event"],
)
def test_the_published_schema_has_teeth(wrong: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**printed(HTTP, capsys), **wrong}, PUBLISHED)


@every_mode
def test_it_keeps_to_slacks_limits(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.validate(printed(env, capsys), LIMITS)


def test_in_http_mode_every_address_is_the_public_one(capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(HTTP, capsys)
    where = "https://latchkey.example.com/slack/events"
    [command] = made["features"]["slash_commands"]
    assert (command["command"], command["url"], command["should_escape"]) == ("/key", where, True)
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": where}
    assert made["settings"]["event_subscriptions"]["request_url"] == where
    assert made["settings"]["socket_mode_enabled"] is False


def test_in_socket_mode_it_names_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(SOCKET, capsys)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "https://" not in json.dumps(made)


def test_the_app_can_be_written_to_and_has_a_home(capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(HTTP, capsys)
    assert made["features"]["app_home"]["home_tab_enabled"] is True
    assert made["features"]["app_home"]["messages_tab_enabled"] is True
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS) == ["app_home_opened", "message.im"]
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is False, "people may say hello"
    shortcuts = {each["callback_id"]: each["type"] for each in made["features"]["shortcuts"]}
    assert shortcuts == {"request": "global", "leak": "message"}


@every_mode
def test_it_hears_of_channels_only_if_the_catalog_watches_some(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plain = printed(env, capsys)
    (tmp_path / "catalog.toml").write_text('watch_channels = ["*"]\n' + EXAMPLE.read_text())
    watching = printed({**env, "CATALOG_FILE": str(tmp_path / "catalog.toml")}, capsys)
    jsonschema.validate(watching, PUBLISHED)
    scope, event = (("oauth_config", "scopes", "bot"), ("settings", "event_subscriptions", "bot_events"))
    for (part, table, row), added in ((scope, WATCH_SCOPES), (event, WATCH_EVENTS)):
        assert not set(added) & set(plain[part][table][row])
        assert set(watching[part][table].pop(row)) == {*plain[part][table].pop(row), *added}
    assert watching == plain
    assert (
        printed({**env, "CATALOG_FILE": str(tmp_path / "none.toml")}, capsys)["settings"]
        == printed(env, capsys)["settings"]
    )


def test_it_asks_for_the_scopes_of_the_calls_that_the_code_makes() -> None:
    called = set()
    for file in SLACK.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and _is_client(node.value):
                called.add(node.attr)
    known = {name.replace(".", "_"): name for name in {*SCOPES, *NEEDS_NO_SCOPE}}
    called = {each for each in called if callable(getattr(WebClient, each, None))}
    assert not called - known.keys(), "name the call's scope in bot/slack/manifest.py"
    assert not {name for at, name in known.items() if name in SCOPES and at not in called}, "no longer called"
    assert set(scopes()) == {"commands", "im:history", *CHANNEL_SCOPES, *SCOPES.values()}


def _is_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"client", "_client"}


@pytest.mark.parametrize("env", [HTTP, {}], ids=["http", "nothing set"])
def test_socket_mode_can_be_asked_for_before_there_is_a_token(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tools.show_manifest(env, socket_mode=True)
    assert json.loads(capsys.readouterr().out) == printed(SOCKET, capsys)
