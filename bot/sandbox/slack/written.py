"""What people write: rich text, snippets and attachments, as Slack's events and shortcuts carry them.

Shapes: https://docs.slack.dev/reference/events/message and .../reference/objects/file-object.
"""

import html
import uuid

from bot.sandbox.slack.people import BOT_USER, Json
from bot.sandbox.slack.state import Channel, Message
from bot.sandbox.slack.world import World

PREVIEW_LINES = 5
SUBSCRIPTIONS = {  # by kind of channel: the bot event, and the scope it needs
    "im": ("message.im", "im:history"),
    "channel": ("message.channels", "channels:history"),
    "group": ("message.groups", "groups:history"),
}


def is_told(world: World, channel: Channel) -> bool:
    """Whether Slack sends the app what is written in this channel."""
    event, scope = SUBSCRIPTIONS[channel.kind]
    return BOT_USER in channel.members and event in world.events and scope in world.scopes


def as_json(world: World, message: Message) -> Json:
    """People's clients send rich text, so their words are in the message twice: escaped, and in blocks."""
    shown = message.as_json(world.workspace.team)
    if message.user == BOT_USER:
        return shown
    text = {"type": "text", "text": html.unescape(message.text)}
    section = {"type": "rich_text_section", "elements": [text]}
    typed = {"type": "rich_text", "block_id": message.ts[-5:], "elements": [section]}
    shown["client_msg_id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, message.ts))
    return {"blocks": [typed], **shown} if message.text else shown


def posted(world: World, message: Message) -> Json:
    about = as_json(world, message) | _where(world, message) | {"event_ts": message.ts}
    return about | ({"subtype": "file_share", "upload": False} if message.files else {})


def changed(world: World, message: Message, before: Json) -> Json:
    """After an edit, and after Slack has added the preview of a link."""
    return _where(world, message) | {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": message.edited,
        "event_ts": message.edited,
        "message": as_json(world, message),
        "previous_message": before,
    }


def _where(world: World, message: Message) -> Json:
    channel = world.workspace.channels[message.channel]
    return {"channel": channel.id, "channel_type": channel.kind}


def snippet(world: World, user: str, content: str) -> Json:
    """A text file in a message. The event carries its first lines only, as `preview`."""
    ident, lines = world.workspace.next_id("F"), content.splitlines()
    shown = "\n".join(lines[:PREVIEW_LINES])
    file: Json = {
        "id": ident,
        "name": "Untitled.txt",
        "title": "Untitled",
        "mimetype": "text/plain",
        "filetype": "text",
        "pretty_type": "Plain Text",
        "user": user,
        "user_team": world.workspace.team,
        "editable": True,
        "size": len(content.encode()),
        "mode": "snippet",
        "is_external": False,
        "url_private": f"{world.url}/page/files/{ident}",
        "permalink": f"{world.url}/page/files/{ident}",
        "preview": shown,
        "preview_is_truncated": len(lines) > PREVIEW_LINES,
        "lines": len(lines),
        "lines_more": max(len(lines) - PREVIEW_LINES, 0),
        "has_rich_preview": False,
        "file_access": "visible",
    }
    world.uploads[ident] = {**file, "content": content.encode()}
    return file
