"""Payloads to the app: command forms, block_actions, view_submission, view_closed, events."""

import secrets

from bot.sandbox.slack import written
from bot.sandbox.slack.elements import VALUE_FIELD
from bot.sandbox.slack.escaping import escaped
from bot.sandbox.slack.people import APP_ID, BOT_USER, Json
from bot.sandbox.slack.state import Channel, Message, copied
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import TEAM_DOMAIN, TEAM_NAME, World

VERIFICATION_TOKEN = "sandbox-verification-token"


def _person(world: World, user: str) -> Json:
    person = world.workspace.person(user)
    return {"id": user, "username": person.name, "name": person.name, "team_id": person.team_id}


def _common(world: World, kind: str, user: str) -> Json:
    return {
        "type": kind,
        "user": _person(world, user),
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": None if world.enterprise else {"id": world.workspace.team, "domain": TEAM_DOMAIN},
        "enterprise": {"id": world.enterprise, "name": TEAM_NAME} if world.enterprise else None,
        "is_enterprise_install": bool(world.enterprise),
    }


def command(world: World, user: str, channel: Channel, name: str, text: str) -> Json:
    person = world.workspace.person(user)
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": person.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": escaped(world.workspace, text),
        "api_app_id": APP_ID,
        "is_enterprise_install": "true" if world.enterprise else "false",
        "response_url": f"{world.url}/response/{world.tickets.response_url(user, channel.id)}",
        "trigger_id": world.tickets.trigger(user),
    } | ({"enterprise_id": world.enterprise, "enterprise_name": TEAM_NAME} if world.enterprise else {})


def shortcut(world: World, user: str, callback_id: str) -> Json:
    """A global one: it was chosen in no channel, so there is no response_url."""
    return _common(world, "shortcut", user) | {
        "callback_id": callback_id,
        "action_ts": world.workspace.next_ts(),
        "trigger_id": world.tickets.trigger(user),
    }


def message_shortcut(world: World, user: str, message: Message, callback_id: str) -> Json:
    """Its response_url works in channels without the app too, but can't replace what somebody else wrote."""
    channel = world.workspace.channels[message.channel]
    name = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    return _common(world, "message_action", user) | {
        "callback_id": callback_id,
        "action_ts": world.workspace.next_ts(),
        "trigger_id": world.tickets.trigger(user),
        "response_url": f"{world.url}/response/{world.tickets.response_url(user, channel.id)}",
        "channel": {"id": channel.id, "name": name},
        "message_ts": message.ts,
        "message": copied(written.as_json(world, message)),
    }


def action(world: World, block: Json, element: Json, entry: Json | None, value: str | None = None) -> Json:
    """One entry of `actions`: what was pressed, or what was chosen (`entry` of state.values)."""
    told = {
        k: copied(v) for k, v in element.items() if k in ("action_id", "type", "text", "style", "value", "placeholder")
    }
    if value is not None:
        told["value"] = value
    if entry is not None:
        told |= entry
    if entry is not None and VALUE_FIELD[element["type"]] == "value":
        told.pop("placeholder", None)
    return {**told, "block_id": block["block_id"], "action_ts": world.workspace.next_ts()}


def actions_on_message(world: World, user: str, message: Message, actions: list[Json]) -> Json:
    channel = world.workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.only_for),
    }
    payload = _common(world, "block_actions", user) | {
        "container": container,
        "trigger_id": world.tickets.trigger(user),
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": copied(message.values)},
        "response_url": f"{world.url}/response/{world.tickets.response_url(user, channel.id, message)}",
        "actions": actions,
    }
    if not message.only_for:  # a click on an ephemeral message carries no message
        payload["message"] = copied(message.as_json(world.workspace.team))
    return payload


def actions_on_view(world: World, user: str, view: View, actions: list[Json]) -> Json:
    return _common(world, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.tickets.trigger(user, view.id),
        "view": view.as_json(),
        "actions": actions,
    }


def suggestion(world: World, user: str, view: View, block: Json, element: Json, typed: str) -> Json:
    """What somebody typed into an external select of a modal."""
    return _common(world, "block_suggestion", user) | {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
        "container": {"type": "view", "view_id": view.id},
        "view": view.as_json(),
    }


def submission(world: World, user: str, view: View) -> Json:
    return _common(world, "view_submission", user) | {
        "trigger_id": world.tickets.trigger(user, view.id),
        "view": view.as_json(),
        "response_urls": [],
    }


def closed(world: World, user: str, view: View, *, is_cleared: bool) -> Json:
    return _common(world, "view_closed", user) | {"view": view.as_json(), "is_cleared": is_cleared}


def event(world: World, about: Json) -> Json:
    team = world.workspace.team
    authorization = {
        "enterprise_id": world.enterprise or None,
        "team_id": team,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": bool(world.enterprise),
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": world.enterprise or None,
        "api_app_id": APP_ID,
        "event": about,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(world.workspace.clock()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def home_opened(world: World, user: str, view: View | None) -> Json:
    about: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": world.workspace.dm(user).id,
        "event_ts": world.workspace.next_ts(),
        "tab": "home",
    }
    return event(world, about | ({"view": view.as_json()} if view else {}))
