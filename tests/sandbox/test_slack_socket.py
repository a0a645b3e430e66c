"""Socket Mode on a bare websocket: tickets, envelopes, acks in time, and complaints about the rest."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.sandbox.slack import Answer, StandIn
from tests.sandbox.slack_kit import Api, actions, api, button, clock, slack

__all__ = ["api", "clock", "slack"]


@pytest.fixture
def line(slack: StandIn, api: Api) -> Iterator[ClientConnection]:
    with connect(api("apps.connections.open", "xapp-sandbox")["url"]) as opened:
        assert json.loads(opened.recv())["type"] == "hello"
        assert slack.wait_for(lambda: slack.socket.connected == 1)
        yield opened


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def typed(slack: StandIn, hands: ThreadPoolExecutor, line: str = "/key list") -> "Future[Answer]":
    return hands.submit(slack.as_person("U01ALICE").command, line)


def received(line: ClientConnection) -> Any:
    return json.loads(line.recv(5))


def acked(line: ClientConnection, envelope: Any, **more: Any) -> None:
    line.send(json.dumps({"envelope_id": envelope["envelope_id"], **more}))


def test_a_ticket_opens_one_line(slack: StandIn, api: Api) -> None:
    url = api("apps.connections.open", "xapp-sandbox")["url"]
    with connect(url) as opened:
        assert json.loads(opened.recv())["num_connections"] == 1
    with connect(url) as again, pytest.raises(ConnectionClosed) as closed:
        again.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001


def test_an_envelope_is_answered_by_its_ack(slack: StandIn, line: ClientConnection, hands: ThreadPoolExecutor) -> None:
    answer = typed(slack, hands)
    envelope = received(line)
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert envelope["payload"]["text"] == "list"
    acked(line, envelope, payload={"text": "You hold nothing."})
    assert answer.result().text == "You hold nothing."
    assert slack.complaints == []


def test_an_ack_that_is_late_is_an_error_and_a_complaint(
    slack: StandIn, line: ClientConnection, hands: ThreadPoolExecutor
) -> None:
    slack.courier.ack_seconds = 0.3
    answer = typed(slack, hands)
    envelope = received(line)
    assert answer.result().error == "operation_timeout"
    acked(line, envelope)
    assert slack.wait_for(lambda: any("late" in each for each in slack.complaints))


def test_an_invalid_ack_is_a_complaint(slack: StandIn, line: ClientConnection) -> None:
    line.send("hello?")
    assert slack.wait_for(lambda: slack.complaints)
    assert slack.complaints == ["socket mode: the app sent something that isn't JSON"]


def test_events_are_not_answered_and_are_delivered_twice_on_demand(
    slack: StandIn, line: ClientConnection, hands: ThreadPoolExecutor
) -> None:
    slack.faults.duplicate_deliveries()
    opening = hands.submit(slack.as_person("U01ALICE").open_home)
    first = received(line)
    acked(line, first)
    second = received(line)
    acked(line, second)
    opening.result()
    assert (first["accepts_response_payload"], first["retry_attempt"], second["retry_attempt"]) == (False, 0, 1)
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]


def test_a_press_goes_over_the_line(
    slack: StandIn, api: Api, line: ClientConnection, hands: ThreadPoolExecutor
) -> None:
    api("chat.postMessage", channel="C01OPS", text="x", blocks=[actions(button())])
    bob = slack.as_person("U02BOB")
    pressed = hands.submit(bob.press, bob.channel("C01OPS")[-1], "request:approve")
    envelope = received(line)
    assert envelope["payload"]["actions"][0]["action_id"] == "request:approve"
    acked(line, envelope)
    assert pressed.result().ok


def test_it_has_three_seconds_like_slack() -> None:
    assert StandIn().courier.ack_seconds == 3.0
