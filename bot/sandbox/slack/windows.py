"""Modals and homes: each person's stacks of views, at most three deep, and what can still be changed."""

import secrets
from dataclasses import dataclass, field

from bot.sandbox.slack.elements import Values, starting_values, words
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import APP_ID, BOT_ID, Json
from bot.sandbox.slack.state import Workspace, copied, with_ids

STACK_LIMIT = 3


@dataclass
class View:
    id: str
    user: str
    team: str
    root: str
    previous: str = ""
    hash: str = ""
    body: Json = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    suggested: dict[str, Json] = field(default_factory=dict)  # options of external selects, by value
    trouble: str = ""  # what Slack shows on the modal if the app failed

    def show(self, body: Json) -> None:
        """Typed values survive an update if block_id and action_id stay the same, as in Slack."""
        old = self.values
        self.body = {**copied(body), "blocks": with_ids(body["blocks"])}
        self.values = starting_values(self.body["blocks"])
        for block_id, entries in self.values.items():
            for action_id, entry in entries.items():
                kept = old.get(block_id, {}).get(action_id)
                if kept and kept["type"] == entry["type"]:
                    entries[action_id] = kept
        self.hash = f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
        self.errors, self.trouble = {}, ""

    @property
    def blocks(self) -> list[Json]:
        return list(self.body["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def words(self) -> str:
        return words(self.body)

    def as_json(self) -> Json:
        """The `view` object in Slack's responses and payloads."""
        body = self.body
        return {
            "id": self.id,
            "team_id": self.team,
            "type": body["type"],
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "state": {"values": copied(self.values)},
            "hash": self.hash,
            "title": body.get("title"),
            "clear_on_close": bool(body.get("clear_on_close", False)),
            "notify_on_close": bool(body.get("notify_on_close", False)),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous or None,
            "root_view_id": self.root,
            "app_id": APP_ID,
            "external_id": body.get("external_id", ""),
            "app_installed_team_id": self.team,
            "bot_id": BOT_ID,
        }


class Windows:
    """A person may have several modals (two devices); each is a stack of views."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[list[View]]] = {}
        self._homes: dict[str, View] = {}

    def open(self, user: str, body: Json, *, onto: str = "") -> View:
        """A new modal, or another view on the stack with the view `onto`."""
        with self._workspace.change():
            self._refuse_known_external_id(body)
            stack = self._stack_of(onto) if onto else None
            if onto and stack is None:
                raise SlackError("not_found")
            if stack is not None and len(stack) >= STACK_LIMIT:
                raise SlackError("push_limit_reached")
            ident = self._workspace.next_id("V")
            view = View(
                ident, user, self._workspace.team, stack[0].id if stack else ident, stack[-1].id if stack else ""
            )
            view.show(body)
            if stack is None:
                self._stacks.setdefault(user, []).append([view])
            else:
                stack.append(view)
            return view

    def update(self, view: View, body: Json, expected_hash: str = "") -> None:
        with self._workspace.change():
            if self.find(view.id) is None:
                raise SlackError("not_found")
            if expected_hash and expected_hash != view.hash:
                raise SlackError("hash_conflict")
            view.show(body)

    def publish(self, user: str, body: Json, expected_hash: str = "") -> View:
        with self._workspace.change():
            view = self._homes.get(user)
            if view and expected_hash and expected_hash != view.hash:
                raise SlackError("hash_conflict")
            if view is None:
                ident = self._workspace.next_id("V")
                view = self._homes[user] = View(ident, user, self._workspace.team, ident)
            view.show(body)
            return view

    def close(self, view: View, *, whole_stack: bool = False) -> list[View]:
        """Remove the view and those above it; returns what was closed, top first."""
        with self._workspace.change():
            stack = self._stack_of(view.id)
            if stack is None:
                raise SlackError("not_found")
            at = 0 if whole_stack else stack.index(view)
            closed = stack[at:][::-1]
            del stack[at:]
            if not stack:
                self._stacks[view.user].remove(stack)
            return closed

    def find(self, ident: str = "", *, external_id: str = "") -> View | None:
        """An open view or a home; closed ones are gone."""
        with self._workspace.lock:
            every = [v for stacks in self._stacks.values() for stack in stacks for v in stack] + list(
                self._homes.values()
            )
            for view in every:
                if view.id == ident or (external_id and view.body.get("external_id") == external_id):
                    return view
            return None

    def top(self, user: str) -> View | None:
        stacks = self._stacks.get(user)
        return stacks[-1][-1] if stacks else None

    def stack(self, user: str) -> list[View]:
        stacks = self._stacks.get(user)
        return list(stacks[-1]) if stacks else []

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def _stack_of(self, ident: str) -> list[View] | None:
        for stacks in self._stacks.values():
            for stack in stacks:
                if any(view.id == ident for view in stack):
                    return stack
        return None

    def _refuse_known_external_id(self, body: Json) -> None:
        external_id = body.get("external_id", "")
        if external_id and self.find(external_id=external_id):
            raise SlackError("duplicate_external_id")
