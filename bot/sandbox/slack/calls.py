"""One call of a Web API method, with its arguments parsed as Slack does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.world import World

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    world: World
    args: Json

    def need(self, name: str) -> str:
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            raise SlackError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def text(self, name: str) -> str:
        value = self.args.get(name) or ""
        if not isinstance(value, str):
            raise SlackError("invalid_arguments", [f"must be a string: {name}"])
        return value

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def page(self, items: Sequence[T]) -> tuple[Sequence[T], str]:
        """Slack's cursors: `limit` items from `cursor` on, and the next cursor or an empty text."""
        limit = int(self.args.get("limit") or 1000)
        raw = self.text("cursor")
        start = int(raw) if raw.isdecimal() else 0
        end = start + limit
        return items[start:end], str(end) if end < len(items) else ""


@dataclass(frozen=True)
class Method:
    """A handler, the scopes (any one is enough), and the kind of token: bot, app, or none."""

    run: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    token: str = "bot"
