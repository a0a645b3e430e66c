"""What one person sees in the browser, as one JSON object."""

from bot.sandbox.slack.people import BOT_USER, SLACKBOT, Json
from bot.sandbox.slack.state import Channel, Message
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import TEAM_NAME, World


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "values": message.values,
        "ephemeral": bool(message.only_for),
        "edited": bool(message.edited),
        "files": [_file(each) for each in message.files],
    }


def _file(file: Json) -> Json:
    named = {"id": file["id"], "name": file["name"], "title": file["title"]}
    return named | {"alt": file.get("alt_txt", ""), "preview": file.get("preview", "")}


def _channel(world: World, user: str, channel: Channel) -> Json:
    messages = world.workspace.seen_by(user, channel.id, ephemeral=True)
    return {
        "id": channel.id,
        "name": channel.name,
        "dm": bool(channel.dm_with),
        "messages": [_message(m) for m in messages],
    }


def _latest(world: World, user: str) -> dict[str, str]:
    """Channel -> time of the newest message from someone else, for the dot next to a name."""
    rooms = [each for each in world.workspace.channels.values() if user in each.members]
    seen = {room.id: [m.ts for m in room.messages if m.user != user and m.only_for in ("", user)] for room in rooms}
    return {room: max(times) for room, times in seen.items() if times}


def _view(view: View | None) -> Json | None:
    return (
        view
        if view is None
        else {**view.as_json(), "values": view.values, "errors": view.errors, "trouble": view.trouble}
    )


def who(world: World, given: str) -> str:
    """The id of the person in an address, given by id or by name; empty if there is none."""
    people = [each for each in world.workspace.people.values() if not each.is_bot]
    return next((each.id for each in people if given in (each.id, each.name)), "")


def snapshot(world: World, user: str) -> Json:
    workspace = world.workspace
    with workspace.lock:
        everybody = {
            each.id: {
                "id": each.id,
                "name": each.name,
                "real_name": each.real_name,
                "title": each.title,
                "deleted": each.deleted,
                "is_bot": each.is_bot,
            }
            for each in workspace.people.values()
        }
        me = who(world, user) or next(iter(everybody))
        dm = workspace.dm(me)
        rooms = [each for each in workspace.channels.values() if me in each.members and not each.dm_with]
        return {
            "revision": workspace.revision,
            "team": TEAM_NAME,
            "first_steps": world.first_steps,
            "me": me,
            "bot": BOT_USER,
            "slackbot": SLACKBOT,
            "people": everybody,
            "usergroups": sorted(workspace.usergroups),
            "commands": list(world.commands),
            "shortcuts": [{"callback_id": callback, "name": name} for callback, name in world.shortcuts],
            "message_shortcuts": [
                {"callback_id": callback, "name": name} for callback, name in world.message_shortcuts
            ],
            "channels": [_channel(world, me, each) for each in rooms],
            "dm": _channel(world, me, dm),
            "latest": {each: _latest(world, each) for each in everybody if each != BOT_USER},
            "home": _view(world.windows.home(me)),
            "modals": [_view(view) for view in world.windows.stack(me)],
        }
