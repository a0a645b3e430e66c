"""The Socket Mode connection: opened in the background, not too early, however long Slack is down."""

import threading
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot.domain.retry import Policy
from bot.runtime.socket_mode import Connection

PATIENCE = 30
AT_ONCE = Policy(timedelta(milliseconds=1))


class FakeLink:
    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.open = threading.Event()
        self.tried = threading.Event()
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        self.tried.set()
        if self.failures:
            raise self.failures.pop(0)
        self.open.set()

    def alive(self) -> bool:
        return self.open.is_set()

    def stop(self) -> None:
        self.open.clear()


def connection(link: FakeLink, allowed: threading.Event | None = None) -> Connection:
    return Connection(link, may_open=lambda: allowed is None or allowed.is_set(), policy=AT_ONCE)


def test_it_tries_until_slack_is_back() -> None:
    refused = SlackApiError("no", {"ok": False, "error": "invalid_auth"})
    link = FakeLink(ConnectionError("away"), ConnectionError("still away"), refused)
    made = connection(link)
    assert made.state() == "socket not connected"
    made.start()
    assert link.open.wait(PATIENCE)
    assert (link.starts, made.state()) == (4, "socket connected")
    made.stop()
    assert made.state() == "socket not connected"


def test_it_does_not_open_before_it_may() -> None:
    link, allowed = FakeLink(), threading.Event()
    made = connection(link, allowed)
    made.start()
    assert not link.tried.is_set()
    allowed.set()
    assert link.open.wait(PATIENCE)
    made.stop()


def test_it_can_be_stopped_while_slack_is_away() -> None:
    link = FakeLink(*[ConnectionError("away")] * 10_000)
    made = connection(link)
    made.start()
    assert link.tried.wait(PATIENCE)
    made.stop()
    starts = link.starts
    assert starts < 10_000
    assert not link.alive()
