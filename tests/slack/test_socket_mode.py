"""Socket Mode: the same flow over a websocket that Latchkey opens, also after Slack asks it to reconnect."""

from collections.abc import Iterator

import pytest

from bot.sandbox.slack import StandIn
from bot.slack.manifest import scopes
from bot.slack.socket_mode import Socket
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.world import catalog
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, top


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    with StandIn(scopes=scopes()) as slack:
        made = House(slack, sqlite_work, clock, catalog())
        line = Socket(made.app, "xapp-sandbox", made.deps.client)
        line.start()
        assert slack.wait_for(lambda: slack.socket.connected)
        yield made
        made.listeners.finish()
        line.stop()
        assert slack.complaints == []


def test_the_whole_life_over_a_websocket(h: House) -> None:
    message = h.live()
    assert buttons(message).keys() == {"credential:rotate", "grant:renew", "grant:return", "credential:disown"}
    h.alice.press(message, "grant:return")
    h.sweep()
    assert h.grant_state() == "revoked"
    assert not h.iam.users


def test_what_is_wrong_in_a_window_comes_back_over_the_websocket(h: House) -> None:
    h.alice.command("/key request")
    answer = h.alice.submit(top(h.alice), {"entitlement": "reports-session", "duration": "30d", "justification": "x"})
    assert "8 hours at most" in answer.errors["duration"]


def test_help_comes_back_over_the_websocket(h: House) -> None:
    assert "/key request" in h.alice.command("/key").words


def test_slack_asking_to_connect_again_loses_nothing(h: House) -> None:
    before = h.slack.socket.connections
    h.slack.socket.disconnect()
    assert h.slack.wait_for(lambda: h.slack.socket.connections and h.slack.socket.connections != before, timeout=15)
    h.approve(h.requested())
    assert button_in(h.alice.dms(), "grant:collect")
