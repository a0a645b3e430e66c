"""Web API: messages, and the channels they go to."""

from typing import Any

from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import POST_TEXT, UPDATE_TEXT
from bot.sandbox.slack.people import BOT_USER, Json
from bot.sandbox.slack.state import Channel, Message
from bot.sandbox.slack.strict import message_blocks

CHAT, READ = ("chat:write",), ("channels:read", "groups:read", "im:read")


def _content(call: Call, longest: int) -> tuple[str, list[Json]]:
    blocks = message_blocks(call.args.get("blocks"))
    text = call.text("text")
    if not blocks and not text:
        raise SlackError("no_text")
    if len(text) > longest:
        raise SlackError("msg_too_long")
    return text, blocks


def _writable(call: Call) -> Channel:
    channel = call.world.workspace.channel(call.need("channel"))
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _own(call: Call, refusal: str) -> Message:
    """Only the app's own permanent messages; chat.update rejects an ephemeral one, and a person's id."""
    if call.need("channel") in call.world.workspace.people:
        raise SlackError("channel_not_found")
    channel = call.world.workspace.channel(call.need("channel"))
    message = call.world.workspace.message(channel.id, call.need("ts"))
    if message is None or message.only_for:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(refusal)
    return message


def _shown(call: Call, message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts, "message": message.as_json(call.world.workspace.team)}


def post_message(call: Call) -> Json:
    channel = _writable(call)
    text, blocks = _content(call, POST_TEXT)
    if not text:  # Slack only warns: screen readers and notifications then have no text
        call.world.workspace.complain("chat.postMessage: missing_text_in_message")
    message = call.world.workspace.post(channel, text, blocks)
    message.thread_ts = call.text("thread_ts")
    return _shown(call, message)


def update(call: Call) -> Json:
    message = _own(call, "cant_update_message")
    text, blocks = _content(call, UPDATE_TEXT)
    keeps = "blocks" not in call.args and "text" not in call.args
    call.world.workspace.edit(message, text, message.blocks if keeps else blocks)
    return {**_shown(call, message), "text": text}


def delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message")
    call.world.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel = _writable(call)
    user = call.world.workspace.person(call.need("user")).id
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(call, POST_TEXT)
    if not text:
        call.world.workspace.complain("chat.postEphemeral: missing_text_in_message")
    message = call.world.workspace.post(channel, text, blocks, only_for=user)
    message.thread_ts = call.text("thread_ts")
    return {"message_ts": message.ts}


def permalink(call: Call) -> Json:
    channel = call.world.workspace.channel(call.need("channel"))
    ts = call.need("message_ts")
    if call.world.workspace.message(channel.id, ts) is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": f"{call.world.url}/archives/{channel.id}/p{ts.replace('.', '')}"}


def conversations_open(call: Call) -> Json:
    users = [each for each in call.text("users").split(",") if each]
    if not users and (ident := call.text("channel")):
        return {"channel": call.world.workspace.channel(ident).as_json()}
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("not_enough_users", ["the stand-in opens direct messages with one person only"])
    person = call.world.workspace.person(users[0])
    if person.deleted:
        raise SlackError("user_disabled")
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = call.world.workspace.dm(person.id)
    return {"channel": channel.as_json() if call.flag("return_im") else {"id": channel.id}}


def conversations_info(call: Call) -> Json:
    """Each kind of channel needs its own scope, and a private one is invisible to non-members."""
    channel = call.world.workspace.channel(call.need("channel"))
    needed = "im:read" if channel.dm_with else "groups:read" if channel.private else "channels:read"
    if needed not in call.world.scopes:
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(call.world.scopes)))
    if channel.private and not channel.dm_with and BOT_USER not in channel.members:
        raise SlackError("channel_not_found")
    return {"channel": channel.as_json()}


def conversations_members(call: Call) -> Json:
    members = sorted(call.world.workspace.channel(call.need("channel")).members)
    some, cursor = call.page(members)
    return {"members": list(some), "response_metadata": {"next_cursor": cursor}}


def upload_url(call: Call) -> Json:
    name, length = call.need("filename"), int(call.args.get("length") or 0)
    if length <= 0:
        raise SlackError("invalid_arguments", ["missing required field: length"])
    ident = call.world.workspace.next_id("F")
    told = {"name": name, "size": length, "alt_txt": call.text("alt_txt")}
    call.world.uploads[ident] = {"id": ident, **told, "content": None}
    return {"upload_url": f"{call.world.url}/upload/{ident}", "file_id": ident}


def complete_upload(call: Call) -> Json:
    files = call.args.get("files")
    if not isinstance(files, list) or not files:
        raise SlackError("invalid_arguments", ["missing required field: files"])
    done = [_uploaded(call, each) for each in files]
    if call.text("channel_id"):
        channel = call.world.workspace.channel(call.need("channel_id"))
        message = call.world.workspace.post(channel, call.text("initial_comment"), [])
        message.files = done
    return {"files": done}


def _uploaded(call: Call, named: Any) -> Json:
    upload = call.world.uploads.get(str(named.get("id")) if isinstance(named, dict) else "")
    if upload is None or upload["content"] is None:
        raise SlackError("file_not_found")
    return {
        "id": upload["id"],
        "name": upload["name"],
        "size": upload["size"],
        "title": named.get("title", upload["name"]),
        "alt_txt": upload["alt_txt"],
    }


METHODS: dict[str, Method] = {
    "chat.postMessage": Method(post_message, CHAT),
    "chat.update": Method(update, CHAT),
    "chat.delete": Method(delete, CHAT),
    "chat.postEphemeral": Method(post_ephemeral, CHAT),
    "chat.getPermalink": Method(permalink),
    "conversations.open": Method(conversations_open, ("im:write", "mpim:write")),
    "conversations.info": Method(conversations_info, READ),
    "conversations.members": Method(conversations_members, READ),
    "files.getUploadURLExternal": Method(upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
}
