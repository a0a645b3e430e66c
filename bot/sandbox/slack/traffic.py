"""Every byte between Slack and the app, for tests that search for secrets, and for `calls`."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from bot.sandbox.slack.people import Json


@dataclass(frozen=True)
class Exchange:
    """`way` is "in" for the app's calls to Slack, "out" for Slack's deliveries to the app."""

    way: str
    name: str
    sent: str
    answered: str
    arguments: Json = field(default_factory=dict, compare=False)

    @property
    def plain(self) -> str:
        """Both bodies as text, with form encoding decoded."""
        return f"{unquote_plus(self.sent)}\n{self.sent}\n{self.answered}"


class Traffic:
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self.all: list[Exchange] = []

    def note(self, way: str, name: str, sent: str, answered: Any, arguments: Json | None = None) -> None:
        text = answered if isinstance(answered, str) else json.dumps(answered)
        with self._lock:
            self.all.append(Exchange(way, name, sent, text, arguments or {}))
        self._wake()

    def calls(self, method: str) -> list[Json]:
        """The arguments of every call of this Web API method, including refused ones."""
        with self._lock:
            return [each.arguments for each in self.all if each.way == "in" and each.name == method]
