"""From Slack to the app: signatures, the three seconds, duplicates, and a real Bolt app in both modes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from werkzeug.wrappers import Response

from bot.sandbox.slack import StandIn
from tests.sandbox.slack_kit import (
    Api,
    ScriptedApp,
    actions,
    answering,
    app,
    button,
    clock,
    modal,
    section,
    served,
    slack,
    text_input,
)

__all__ = ["app", "clock", "slack"]


def test_every_delivery_is_signed(slack: StandIn, app: ScriptedApp) -> None:
    slack.as_person("U01ALICE").command("/key help")
    headers, form = app.got[-1]
    delivery = slack.deliveries[-1]
    verifier = SignatureVerifier(slack.world.signing_secret)
    assert verifier.is_valid(delivery.body(), headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])
    assert not verifier.is_valid(
        delivery.body() + "x", headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    )
    assert (form["command"], form["text"], form["user_id"]) == ("/key", "help", "U01ALICE")
    assert "enterprise_id" not in form


def test_a_late_ack_is_an_error_the_person_sees(slack: StandIn, app: ScriptedApp) -> None:
    slack.courier.ack_seconds = 0.3
    let_go = threading.Event()

    def dawdle(_payload: Any) -> Response:
        let_go.wait(5)
        return Response("too late")

    app.answer = dawdle
    answer = slack.as_person("U01ALICE").command("/key")
    let_go.set()
    assert answer.error == "operation_timeout"
    assert "operation_timeout" in slack.as_person("U01ALICE").ephemerals()[-1].text
    assert slack.complaints


@pytest.mark.parametrize("status", [404, 500])
def test_a_failed_answer_is_an_error_the_person_sees(slack: StandIn, app: ScriptedApp, status: int) -> None:
    app.answer = answering("", status)
    assert slack.as_person("U01ALICE").command("/key").error == "dispatch_failed"


def test_no_one_listening_is_an_error_the_person_sees(slack: StandIn) -> None:
    assert slack.as_person("U01ALICE").command("/key").error == "dispatch_failed"
    assert slack.as_person("U01ALICE").command("/unknown").error == "not_a_command"


def test_wrong_blocks_in_an_answer_are_refused(slack: StandIn, app: ScriptedApp) -> None:
    app.answer = answering({"text": "x", "blocks": [section("")]})
    assert slack.as_person("U01ALICE").command("/key").error == "invalid_blocks"


def test_it_delivers_twice_on_demand(slack: StandIn, app: ScriptedApp) -> None:
    slack.faults.duplicate_deliveries(2)
    slack.as_person("U01ALICE").command("/key")
    slack.as_person("U01ALICE").command("/key")
    assert [headers.get("X-Slack-Retry-Num") for headers, _ in app.got] == [None, "1", "2", None]
    assert app.got[0][1] == app.got[1][1]


def test_an_old_interaction_can_be_replayed(slack: StandIn, app: ScriptedApp) -> None:
    slack.as_person("U01ALICE").command("/key")
    slack.redeliver(slack.deliveries[0])
    assert app.got[0][1] == app.got[1][1]


def test_the_events_url_is_verified(slack: StandIn, app: ScriptedApp) -> None:
    app.answer = lambda payload: Response(payload["challenge"])
    assert slack.verify_url().body == "sandbox"


# A real app, in both modes.


def bolt_app(slack: StandIn) -> App:
    client = WebClient("xoxb-sandbox", base_url=slack.api_url)
    bolt = App(client=client, signing_secret=slack.world.signing_secret, token_verification_enabled=False)

    @bolt.command("/key")
    def key(ack: Any, body: Any, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_input(), callback_id="request"))

    @bolt.view("request")
    def request_submitted(ack: Any, body: Any, view: Any, client: WebClient) -> None:
        why = view["state"]["values"]["justification"]["value"]["value"]
        if why == "just so":
            ack(response_action="errors", errors={"justification": "Say why."})
            return
        ack()
        client.chat_postMessage(channel="C01OPS", text=why, blocks=[section(why), actions(button())])

    @bolt.action("request:approve")
    def approve(ack: Any, body: Any, respond: Any) -> None:
        ack()
        respond(text=f"approved by {body['user']['id']}", replace_original=True)

    @bolt.event("app_home_opened")
    def home(event: Any, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("your keys")]})

    return bolt


@contextmanager
def over_http(slack: StandIn) -> Iterator[None]:
    bolt = bolt_app(slack)
    flask, handler = Flask("toy"), SlackRequestHandler(bolt)
    flask.add_url_rule("/slack/events", "events", lambda: handler.handle(request), methods=["POST"])
    with served(flask) as url:
        slack.deliver_to(f"{url}/slack/events")
        yield
    bolt.listener_runner.listener_executor.shutdown()


@contextmanager
def over_socket(slack: StandIn) -> Iterator[None]:
    bolt = bolt_app(slack)
    handler = SocketModeHandler(bolt, "xapp-sandbox", web_client=WebClient("xapp-sandbox", base_url=slack.api_url))
    handler.connect()
    assert slack.wait_for(lambda: slack.socket.connected == 1)
    yield
    handler.close()
    bolt.listener_runner.listener_executor.shutdown()


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
def live(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with StandIn() as slack, request.param(slack):
        yield slack


def test_a_bolt_app_lives_a_whole_request(live: StandIn) -> None:
    alice, bob = live.as_person("U01ALICE"), live.as_person("U02BOB")
    assert alice.command("/key request").ok
    assert live.wait_for(alice.modal)
    view = alice.modal()
    assert view is not None
    assert alice.submit(view, {"justification": "just so"}).errors == {"justification": "Say why."}
    assert alice.submit(view, {"justification": "the quarterly numbers"}).ok
    assert alice.modal() is None
    assert live.wait_for(lambda: bob.channel("C01OPS"))
    message = bob.channel("C01OPS")[-1]
    assert "quarterly" in message.words
    assert bob.press(message, "request:approve").ok
    assert live.wait_for(lambda: bob.channel("C01OPS")[-1].text == "approved by U02BOB")
    home = alice.open_home()
    assert home is not None
    assert home.words == "your keys"
    assert live.complaints == []


def test_a_socket_client_comes_back_after_a_disconnect() -> None:
    with StandIn() as slack, over_socket(slack):
        first = slack.socket.connections
        slack.socket.disconnect()
        assert slack.wait_for(lambda: slack.socket.connected == 1 and slack.socket.connections != first)
        assert slack.as_person("U01ALICE").command("/key").ok


TYPED = {
    "audit @bob": "audit <@U02BOB|bob>",
    "audit <@U02BOB|bob>": "audit <@U02BOB|bob>",
    "audit @nobody bob@example.com": "audit @nobody bob@example.com",
    "ask @platform in #ops": "ask <!subteam^S0PLATFORM|@platform> in <#C01OPS|ops>",
    "1 < 2 && 3 > 2": "1 &lt; 2 &amp;&amp; 3 &gt; 2",
    "<!channel> <https://x.example|y>": "&lt;!channel&gt; &lt;https://x.example|y&gt;",
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_arrives_escaped_and_resolved(slack: StandIn, app: ScriptedApp, typed: str) -> None:
    slack.as_person("U01ALICE").command(f"/key {typed}")
    assert app.last["text"] == TYPED[typed]


def test_an_org_wide_install_names_no_team_but_the_persons_own() -> None:
    scripted = ScriptedApp()
    with StandIn(enterprise="E01ORG") as slack, served(scripted) as url:
        slack.deliver_to(url)
        api = Api(slack)
        alice = slack.as_person("U01ALICE")
        alice.command("/key")
        assert scripted.last["enterprise_id"] == "E01ORG"
        api("chat.postMessage", channel="U01ALICE", text="x", blocks=[actions(button())])
        alice.press(alice.dms()[-1], "request:approve")
        assert scripted.last["team"] is None
        assert scripted.last["enterprise"]["id"] == "E01ORG"
        assert scripted.last["user"]["team_id"] == "T01LATCH"
        assert api("auth.test")["enterprise_id"] == "E01ORG"
        api.pool.clear()
