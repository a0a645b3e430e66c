"""Posts to a response_url: a new message, or the pressed one replaced or deleted."""

from typing import Any

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import POST_TEXT
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.state import Message
from bot.sandbox.slack.strict import message_blocks
from bot.sandbox.slack.tickets import ResponseUrl
from bot.sandbox.slack.world import World

GONE = {"expired_url", "used_url", "invalid_url"}


def respond(world: World, ident: str, sent: Any) -> tuple[Json, int]:
    try:
        if not isinstance(sent, dict):
            raise SlackError("invalid_payload")
        _apply(world, ident, sent)
    except SlackError as refusal:
        world.workspace.complain(f"response_url: {refusal.code} {'; '.join(refusal.messages)}".strip())
        return refusal.as_json(), 404 if refusal.code in GONE else 400
    return {"ok": True}, 200


def _apply(world: World, ident: str, sent: Json) -> None:
    deleting = bool(sent.get("delete_original"))
    text, blocks = ("", []) if deleting else content(sent)
    url = world.tickets.use(ident)
    workspace = world.workspace
    original = _still_there(world, url)
    if deleting:
        if original:
            workspace.remove(original)
    elif sent.get("replace_original") and original:
        workspace.edit(original, text, blocks)
    else:
        show(world, url.user, url.channel, sent, text, blocks)


def _still_there(world: World, url: ResponseUrl) -> Message | None:
    return world.workspace.message(url.channel, url.message.ts) if url.message else None


def content(sent: Json) -> tuple[str, list[Json]]:
    """Text and blocks of a response, validated like any message."""
    text, blocks = sent.get("text") or "", message_blocks(sent.get("blocks"))
    if not isinstance(text, str) or (not text and not blocks):
        raise SlackError("no_text")
    if len(text) > POST_TEXT:
        raise SlackError("msg_too_long")
    return text, blocks


def show(world: World, user: str, channel: str, sent: Json, text: str, blocks: list[Json]) -> Message:
    """`response_type` decides who sees it; without one, only the person does."""
    only_for = "" if sent.get("response_type") == "in_channel" else user
    return world.workspace.post(world.workspace.channels[channel], text, blocks, only_for=only_for)
