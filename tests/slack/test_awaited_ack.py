"""Slack gets its answer at the ack, whatever the listener does before, after or instead."""

import threading
from collections.abc import Callable, Iterator

import pytest
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware import Middleware

from bot.slack import awaited_ack

SECONDS = 10
Press = Callable[..., BoltResponse]


@pytest.fixture
def dispatch() -> Iterator[Press]:
    """A press on a button whose listener this is."""
    listeners = awaited_ack.Listeners(1)

    def press(listener: Callable[..., None], *middleware: Middleware) -> BoltResponse:
        app = App(
            name="latchkey",
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-sandbox"),
            token_verification_enabled=False,
            request_verification_enabled=False,
            listener_executor=listeners,
        )
        app.use(awaited_ack.awaited)
        app.action("a", middleware=middleware)(listener)
        app.error(lambda: BoltResponse(status=200, body="sorry"))
        body = {"type": "block_actions", "actions": [{"action_id": "a", "type": "button"}], "user": {"id": "U01ALICE"}}
        return app.dispatch(BoltRequest(body=body, mode="socket_mode"))

    yield press
    listeners.shutdown()


def test_what_follows_the_ack_keeps_nobody_waiting(dispatch: Press) -> None:
    answered, ended = threading.Event(), threading.Event()

    def listener(ack: Ack) -> None:
        ack(text="first")
        assert answered.wait(SECONDS)
        ended.set()

    assert "first" in dispatch(listener).body
    answered.set()
    assert ended.wait(SECONDS)


def test_a_listener_that_fails_is_answered(dispatch: Press) -> None:
    def listener(ack: Ack) -> None:
        raise ValueError

    assert dispatch(listener).body == "sorry"


def test_two_acks_of_one_request_do_not_answer_the_next(
    dispatch: Press,
) -> None:
    def twice(ack: Ack) -> None:
        ack(text="first")
        ack(text="second")

    dispatch(twice)
    assert dispatch(lambda ack: ack(text="next")).body == "next"


def test_one_that_acks_last_runs_in_the_thread_of_the_request(dispatch: Press) -> None:
    def listener(ack: Ack) -> None:
        ack(text=threading.current_thread().name)

    assert dispatch(listener, awaited_ack.acks_last).body == threading.current_thread().name
    assert dispatch(listener).body != threading.current_thread().name


def test_if_it_fails_it_is_answered_too(dispatch: Press) -> None:
    def listener(ack: Ack) -> None:
        raise ValueError

    assert dispatch(listener, awaited_ack.acks_last).body == "sorry"


def test_work_that_no_request_asked_for_is_not_waited_for() -> None:
    listeners, free = awaited_ack.Listeners(1), threading.Event()
    found = listeners.submit(free.wait, SECONDS)
    free.set()
    assert found.result(SECONDS)
    listeners.shutdown()
