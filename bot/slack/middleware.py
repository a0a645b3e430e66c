"""What runs before the listeners, on the request itself: for a plain function, Bolt makes every argument there is."""

from collections.abc import Callable
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

Next = Callable[[], Any]


class Before(Middleware):
    """`act` gets the request, and what to call so that it goes on."""

    def __init__(self, act: Callable[[BoltRequest, Next], Any]) -> None:
        self._act = act

    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Next) -> Any:  # noqa: A002 - Bolt's name
        del resp
        return self._act(req, next)
