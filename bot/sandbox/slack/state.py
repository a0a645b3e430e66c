"""The workspace: channels, messages and modals in memory, under one lock with one condition variable."""

import itertools
import pickle
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.slack.elements import Values, starting_values, words
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import APP_ID, BOT_ID, BOT_USER, THE_APP, Json, Person


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json]
    only_for: str = ""  # of an ephemeral message: the one person who sees it
    edited: str = ""
    thread_ts: str = ""
    files: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    values: Values = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The text that a person reads: from the blocks if there are some, else the text."""
        return words(self.blocks) if self.blocks else self.text

    def as_json(self, team: str) -> Json:
        shown: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text, "team": team}
        if self.user == BOT_USER:
            shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
        optional: Json = {
            "blocks": self.blocks,
            "thread_ts": self.thread_ts,
            "files": self.files,
            "attachments": self.attachments,
            "edited": {"user": self.user, "ts": self.edited} if self.edited else None,
        }
        return shown | {key: value for key, value in optional.items() if value}


@dataclass
class Channel:
    id: str
    name: str
    members: set[str]
    dm_with: str = ""
    archived: bool = False
    private: bool = True
    shared: bool = False  # with another organization
    invited: bool = False  # another organization was invited to share it
    messages: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The `channel_type` of message events."""
        return "im" if self.dm_with else "group" if self.private else "channel"

    def as_json(self) -> Json:
        if self.dm_with:
            return {"id": self.id, "is_im": True, "user": self.dm_with, "is_archived": self.archived, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": True,
            "is_im": False,
            "is_private": self.private,
            "is_ext_shared": self.shared,
            "is_pending_ext_shared": self.invited,
            "is_archived": self.archived,
            "is_member": BOT_USER in self.members,
            "num_members": len(self.members),
        }


class Workspace:
    """The stand-in's whole state. Change it inside `with workspace.change():`, which wakes waiting threads."""

    def __init__(
        self,
        team: str,
        people: list[Person],
        usergroups: dict[str, list[str]],
        channels: dict[str, str],
        clock: Callable[[], float],
        public: dict[str, str],
    ) -> None:
        """The app is in the private `channels`, and in none of the `public` ones until somebody invites it."""
        self.team = team
        self.clock = clock
        self.people = {each.id: replace(each, team_id=each.team_id or team) for each in [*people, THE_APP]}
        self.usergroups = {group: list(members) for group, members in usergroups.items()}
        members = set(self.people)
        self.channels = {each: Channel(each, name, set(members)) for each, name in channels.items()} | {
            each: Channel(each, name, members - {BOT_USER}, private=False) for each, name in public.items()
        }
        self.group_updates: dict[str, int] = {}  # group id -> date_update, for the "changed within 24 h" notice
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.revision = 0
        self.complaints: list[str] = []
        self._last_ts = 0.0
        self._numbers = itertools.count(1)

    @contextmanager
    def change(self) -> Iterator[None]:
        with self.lock:
            try:
                yield
            finally:
                self.revision += 1
                self.changed.notify_all()

    def wake(self) -> None:
        """Wake waiting threads without a change in the workspace."""
        with self.lock:
            self.changed.notify_all()

    def complain(self, sentence: str) -> None:
        """Record a violation of Slack's rules by the app, for `StandIn.complaints`."""
        with self.change():
            self.complaints.append(sentence)

    def next_ts(self) -> str:
        """Slack's message ids are times, unique in a workspace."""
        with self.lock:
            self._last_ts = max(self.clock(), self._last_ts + 0.000001)
            return f"{self._last_ts:.6f}"

    def next_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):04d}{secrets.token_hex(3).upper()}"

    def person(self, user: str) -> Person:
        if user not in self.people:
            raise SlackError("user_not_found")
        return self.people[user]

    def dm(self, user: str) -> Channel:
        """The person's direct messages with the app, created when first needed."""
        with self.lock:
            ident = "D" + user[1:]
            if ident not in self.channels:
                self.channels[ident] = Channel(ident, "directmessage", {user, BOT_USER}, dm_with=user)
            return self.channels[ident]

    def channel(self, ident: str) -> Channel:
        """By channel id, or by user id as chat.postMessage allows."""
        if ident in self.people and not self.people[ident].deleted and ident != BOT_USER:
            return self.dm(ident)
        if ident not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[ident]

    def post(
        self, channel: Channel, text: str, blocks: list[Json], *, user: str = BOT_USER, only_for: str = ""
    ) -> Message:
        named = with_ids(blocks)
        with self.change():
            message = Message(self.next_ts(), channel.id, user, text, named, only_for, values=starting_values(named))
            channel.messages.append(message)
            return message

    def message(self, channel: str, ts: str) -> Message | None:
        with self.lock:
            there = self.channels[channel].messages if channel in self.channels else []
            return next((each for each in there if each.ts == ts), None)

    def edit(self, message: Message, text: str, blocks: list[Json]) -> None:
        """Slack shows "(edited)" only if the message has no blocks (docs of chat.update)."""
        with self.change():
            message.text = text
            message.blocks = with_ids(blocks)
            message.values = starting_values(message.blocks)
            message.edited = "" if blocks else self.next_ts()

    def remove(self, message: Message) -> None:
        with self.change():
            self.channels[message.channel].messages.remove(message)

    def seen_by(self, user: str, channel: str, *, ephemeral: bool) -> list[Message]:
        """Copies, so that a test can keep an old message and press it later."""
        with self.lock:
            there = self.channels[channel].messages if channel in self.channels else []
            wanted = (user,) if ephemeral else ()
            return [copied(each) for each in there if not each.only_for or each.only_for in wanted]


def copied(value: Any) -> Any:
    """A deep copy. `copy.deepcopy` takes ten times as long, and everything here is plain data."""
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def with_ids(blocks: list[Json]) -> list[Json]:
    """Slack assigns ids to blocks and elements that the app left without one."""
    named: list[Json] = copied(blocks)
    for block in named:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        held = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for element in held:
            interactive = isinstance(element, dict) and element.get("type") not in (
                None,
                "mrkdwn",
                "plain_text",
                "image",
            )
            if interactive and block["type"] != "rich_text":
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return named
