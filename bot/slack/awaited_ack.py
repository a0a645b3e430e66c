"""Answer Slack at the moment of the ack.

Bolt itself looks for it every ten milliseconds, and each look takes a switch of threads.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from slack_bolt import Ack, BoltRequest, BoltResponse

from bot.slack.middleware import Before, Next

ACK_SECONDS = 3.0  # Bolt's own: https://docs.slack.dev/interactivity/handling-user-interaction
_dispatched = threading.local()


class AwaitedAck(Ack):
    """`over` gets an item when it was called, and when its listener has ended."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.over: SimpleQueue[None] = SimpleQueue()
        self.waits = False  # its listener acks last

    def __call__(self, *args: Any, **words: Any) -> BoltResponse:
        response = super().__call__(*args, **words)
        self.over.put(None)
        return response


def _awaited(request: BoltRequest, go_on: Next) -> Any:
    """Bolt dispatches a request, its middleware included, in one thread."""
    request.context["ack"] = _dispatched.ack = AwaitedAck()
    return go_on()


def _acks_last(_request: BoltRequest, go_on: Next) -> Any:
    _dispatched.ack.waits = True
    return go_on()


awaited = Before(_awaited)
acks_last = Before(_acks_last)
"""For a listener that does nothing slow after its ack: it runs in the thread of the request, without a switch."""


class Listeners(ThreadPoolExecutor):
    """`submit` returns once the request of this thread was acked, so that Bolt finds the ack at its first look."""

    def submit(self, act: Callable[..., Any], /, *args: Any, **words: Any) -> "Future[Any]":
        ack: AwaitedAck | None = _dispatched.__dict__.pop("ack", None)
        if ack is None:
            return super().submit(act, *args, **words)
        if ack.waits:
            done: Future[Any] = Future()
            done.set_result(act(*args, **words))  # Bolt's own function: it answers what a listener raises
            return done

        def run() -> Any:
            try:
                return act(*args, **words)
            finally:
                ack.over.put(None)

        found = super().submit(run)
        with suppress(Empty):
            ack.over.get(timeout=ACK_SECONDS)
        return found
