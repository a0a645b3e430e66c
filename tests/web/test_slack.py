"""Slack's requests, which Flask doesn't see."""

from collections.abc import Callable

import flask
import pytest

from tests.web.test_answers import CSP, EVERYWHERE, client


def _too_large(_request: flask.Request) -> flask.Response:
    flask.abort(413)


def _broken(_request: flask.Request) -> flask.Response:
    raise RuntimeError("away")


@pytest.mark.parametrize(
    ("slack", "takes_work", "status"),
    [
        (lambda _request: flask.Response("heard"), True, 200),
        (lambda _request: flask.Response("heard"), False, 503),
        (_broken, True, 500),
        (_too_large, True, 413),
    ],
)
def test_slack_is_answered_before_flask_as_flask_would(
    slack: Callable[[flask.Request], flask.Response], takes_work: bool, status: int
) -> None:
    web = client(slack=slack, takes_work=lambda: takes_work)
    answer = web.post("/slack/events", data=b"x")
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == CSP
    assert (answer.data == b"heard") or list(answer.get_json()) == ["problem"]
