"""What an interaction gives the app for a while: triggers (3 s, once) and response_urls (5 times in 30 min)."""

import itertools
import secrets
from dataclasses import dataclass

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.state import Message, Workspace

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    user: str
    given_at: float
    view_id: str = ""  # the modal it was made in, empty for a command or a message
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    given_at: float
    message: Message | None = None
    uses: int = 0


class Tickets:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._numbers = itertools.count(1001)

    def trigger(self, user: str, view_id: str = "") -> str:
        ident = f"{next(self._numbers)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[ident] = Trigger(user, self._workspace.clock(), view_id)
        return ident

    def exchange(self, ident: str) -> Trigger:
        """Raises SlackError for an unknown, used or expired trigger; a second call always fails."""
        with self._workspace.lock:
            trigger = self._triggers.get(ident)
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if self._workspace.clock() - trigger.given_at > TRIGGER_SECONDS:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger

    def response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        """The last part of a response_url."""
        ident = f"{next(self._numbers)}/{secrets.token_urlsafe(18)}"
        self._urls[ident] = ResponseUrl(user, channel, self._workspace.clock(), message)
        return ident

    def use(self, ident: str) -> ResponseUrl:
        with self._workspace.lock:
            url = self._urls.get(ident)
            if url is None:
                raise SlackError("invalid_url")
            if self._workspace.clock() - url.given_at > RESPONSE_URL_SECONDS:
                raise SlackError("expired_url")
            if url.uses >= RESPONSE_URL_USES:
                raise SlackError("used_url")
            url.uses += 1
            return url
