"""Shared by the tests of the Slack stand-in: a stand-in, a scripted app, and blocks."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from bot.sandbox.slack import StandIn

Json = dict[str, Any]


class HandClock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class ScriptedApp:
    """An app without a framework: it answers as the test says and keeps what it was sent."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], Json]] = []
        self.answer: Callable[[Json], Response] = lambda _payload: Response(b"", 200)

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        if request.mimetype == "application/json":
            payload = json.loads(request.get_data())
        else:
            form = request.form.to_dict()
            payload = json.loads(form["payload"]) if "payload" in form else form
        self.got.append((dict(request.headers), payload))
        return self.answer(payload)(environ, start)

    @property
    def last(self) -> Json:
        return self.got[-1][1]


@contextlib.contextmanager
def served(wsgi: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, wsgi, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)


def answering(body: Json | str, status: int = 200) -> Callable[[Json], Response]:
    return lambda _payload: Response(body if isinstance(body, str) else json.dumps(body), status)


class Api:
    """The Web API without an SDK, so that nothing is retried or checked before it is sent."""

    def __init__(self, slack: StandIn) -> None:
        self.slack = slack
        self.pool = urllib3.PoolManager(retries=False)

    def raw(self, method: str, token: str | None = "xoxb-sandbox", **arguments: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.pool.request("POST", self.slack.api_url + method, json=arguments, headers=headers)

    def __call__(self, method: str, token: str | None = "xoxb-sandbox", **arguments: Any) -> Json:
        return dict(self.raw(method, token, **arguments).json())

    def respond(self, url: str, **body: Any) -> tuple[int, Json]:
        answer = self.pool.request("POST", url, json=body)
        return answer.status, answer.json()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "request:approve", value: str = "r1", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), "value": value, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str = "a", text: str = "A") -> Json:
    return {"text": plain(text), "value": value}


def text_input(block_id: str = "justification", **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **more}
    return {"type": "input", "block_id": block_id, "label": plain("Why?"), "element": element}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("A window"), "submit": plain("Send"), "blocks": list(blocks), **more}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def slack(clock: HandClock) -> Iterator[StandIn]:
    with StandIn(clock=clock) as running:
        yield running


@pytest.fixture
def app(slack: StandIn) -> Iterator[ScriptedApp]:
    scripted = ScriptedApp()
    with served(scripted) as url:
        slack.deliver_to(url)
        yield scripted


@pytest.fixture
def api(slack: StandIn) -> Iterator[Api]:
    caller = Api(slack)
    yield caller
    caller.pool.clear()
