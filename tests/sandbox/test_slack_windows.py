"""Triggers, response_urls and windows live exactly as long as in Slack."""

import json

import pytest

from bot.sandbox.slack import Actor, StandIn, Unplayable
from tests.sandbox.slack_kit import (
    Api,
    HandClock,
    ScriptedApp,
    actions,
    answering,
    api,
    app,
    button,
    clock,
    modal,
    plain,
    section,
    slack,
    text_input,
)

__all__ = ["api", "app", "clock", "slack"]


@pytest.fixture
def alice(slack: StandIn, app: ScriptedApp) -> Actor:
    return slack.as_person("U01ALICE")


def trigger(alice: Actor, app: ScriptedApp) -> str:
    alice.command("/key")
    return str(app.last["trigger_id"])


def opened(alice: Actor, app: ScriptedApp, api: Api, **more: object) -> str:
    return str(api("views.open", trigger_id=trigger(alice, app), view=modal(text_input(), **more))["view"]["id"])


def test_a_trigger_works_once(alice: Actor, app: ScriptedApp, api: Api) -> None:
    ident = trigger(alice, app)
    assert api("views.open", trigger_id=ident, view=modal())["ok"]
    assert api("views.open", trigger_id=ident, view=modal())["error"] == "exchanged_trigger_id"
    assert api("views.open", trigger_id="1.2.3", view=modal())["error"] == "invalid_trigger_id"
    assert api("views.open", view=modal())["error"] == "invalid_arguments"


def test_a_trigger_lives_three_seconds(alice: Actor, app: ScriptedApp, api: Api, clock: HandClock) -> None:
    first, second = trigger(alice, app), trigger(alice, app)
    clock.now += 3.0
    assert api("views.open", trigger_id=first, view=modal())["ok"]
    clock.now += 0.1
    assert api("views.open", trigger_id=second, view=modal())["error"] == "expired_trigger_id"


def test_a_response_url_works_five_times(alice: Actor, app: ScriptedApp, api: Api) -> None:
    alice.command("/key")
    url = app.last["response_url"]
    assert [api.respond(url, text=str(n))[0] for n in range(6)] == [200, 200, 200, 200, 200, 404]
    assert [each.text for each in alice.ephemerals()] == ["0", "1", "2", "3", "4"]


def test_a_response_url_lives_thirty_minutes(alice: Actor, app: ScriptedApp, api: Api, clock: HandClock) -> None:
    alice.command("/key")
    url = app.last["response_url"]
    clock.now += 1800
    assert api.respond(url, text="in time", response_type="in_channel")[0] == 200
    assert alice.dms()[-1].text == "in time"
    clock.now += 0.1
    assert api.respond(url, text="late")[1]["error"] == "expired_url"


def test_a_click_on_an_ephemeral_message_carries_no_message(alice: Actor, app: ScriptedApp, api: Api) -> None:
    body = {"response_type": "ephemeral", "text": "menu", "blocks": [actions(button("grant:collect", "g1"))]}
    app.answer = answering(body)
    shown = alice.command("/key").ephemeral
    assert shown is not None
    app.answer = answering("")
    assert alice.press(shown, "grant:collect").ok
    assert "message" not in app.last
    assert app.last["container"]["is_ephemeral"] is True
    assert app.last["actions"][0]["value"] == "g1"
    assert api.respond(app.last["response_url"], text="done", replace_original=True)[0] == 200
    assert [each.text for each in alice.ephemerals()] == ["done"]
    assert api.respond(app.last["response_url"], delete_original=True)[0] == 200
    assert not alice.ephemerals()


def test_a_click_on_a_message_tells_everything_slack_tells(slack: StandIn, app: ScriptedApp, api: Api) -> None:
    api("chat.postMessage", channel="C01OPS", text="x", blocks=[actions(button(), block_id="b")])
    bob = slack.as_person("U02BOB")
    bob.press(bob.channel("C01OPS")[-1], "request:approve", "forged")
    told = app.last
    assert told["user"]["team_id"] == "T01LATCH"
    assert told["message"]["ts"] == told["container"]["message_ts"]
    assert told["channel"] == {"id": "C01OPS", "name": "ops"}
    assert told["actions"][0]["value"] == "forged"
    assert {"trigger_id", "response_url", "api_app_id", "team", "state"} <= told.keys()
    with pytest.raises(Unplayable, match="there is no action_id"):
        bob.press(bob.channel("C01OPS")[-1], "grant:collect")


def test_a_click_in_a_window_has_no_response_url(alice: Actor, app: ScriptedApp, api: Api) -> None:
    api("views.open", trigger_id=trigger(alice, app), view=modal(actions(button("a"))))
    view = alice.modal()
    assert view is not None
    alice.press(view, "a")
    assert "response_url" not in app.last
    assert app.last["view"]["id"] == view.id


def test_a_closed_window_cannot_be_updated(alice: Actor, app: ScriptedApp, api: Api) -> None:
    ident = opened(alice, app, api, notify_on_close=True)
    assert api("views.update", view_id=ident, view=modal(section()))["ok"]
    view = alice.modal()
    assert view is not None
    alice.close(view)
    assert api("views.update", view_id=ident, view=modal())["error"] == "not_found"
    with pytest.raises(Unplayable):
        alice.submit(view)


def test_closing_is_reported_when_the_window_asks_for_it(alice: Actor, app: ScriptedApp, api: Api) -> None:
    opened(alice, app, api, notify_on_close=True)
    view = alice.modal()
    assert view is not None
    alice.close(view, whole_stack=True)
    assert (app.last["type"], app.last["is_cleared"]) == ("view_closed", True)


def test_an_update_with_an_old_hash_is_refused(alice: Actor, app: ScriptedApp, api: Api) -> None:
    ident = opened(alice, app, api)
    view = alice.modal()
    assert view is not None
    old = view.hash
    assert api("views.update", view_id=ident, hash=old, view=modal())["ok"]
    assert api("views.update", view_id=ident, hash=old, view=modal())["error"] == "hash_conflict"


def test_what_was_typed_outlives_an_update(alice: Actor, app: ScriptedApp, api: Api) -> None:
    ident = opened(alice, app, api)
    view = alice.modal()
    assert view is not None
    alice.select(view, "justification", "value", "because")
    api("views.update", view_id=ident, view=modal(section(), text_input()))
    assert view.values["justification"]["value"]["value"] == "because"


def test_a_stack_holds_three_views(alice: Actor, app: ScriptedApp, api: Api) -> None:
    api("views.open", trigger_id=trigger(alice, app), view=modal(actions(button("a")), title=plain("1")))
    answers = []
    for _ in range(3):
        view = alice.modal()
        assert view is not None
        alice.press(view, "a")
        answers.append(api("views.push", trigger_id=app.last["trigger_id"], view=modal(actions(button("a")))))
    assert [each.get("error") for each in answers] == [None, None, "push_limit_reached"]
    top = alice.modal()
    assert top is not None
    assert answers[1]["view"]["root_view_id"] == top.root != top.id
    alice.close(top)
    assert alice.modal() is not top


def test_every_person_has_windows_of_their_own(alice: Actor, app: ScriptedApp, api: Api, slack: StandIn) -> None:
    opened(alice, app, api)
    assert slack.as_person("U02BOB").modal() is None


def test_an_external_id_is_unique(alice: Actor, app: ScriptedApp, api: Api) -> None:
    opened(alice, app, api, external_id="one")
    again = api("views.open", trigger_id=trigger(alice, app), view=modal(external_id="one"))
    assert again["error"] == "duplicate_external_id"
    assert api("views.update", external_id="one", view=modal())["ok"]


def acts(action: str, **more: object) -> str:
    return json.dumps({"response_action": action, **more})


NEXT = {"type": "modal", "title": plain("Next"), "blocks": []}
SUBMISSIONS = {
    "": (None, ""),
    acts("clear"): (None, ""),
    acts("errors", errors={"justification": "Say more."}): ("A window", ""),
    acts("errors", errors={"nowhere": "?"}): ("A window", "invalid_response"),
    acts("errors", errors={}): ("A window", "invalid_response"),
    acts("dance"): ("A window", "invalid_response"),
    acts("update", view={"type": "modal"}): ("A window", "invalid_arguments"),
    acts("update", view=NEXT): ("Next", ""),
    acts("push", view=NEXT): ("Next", ""),
    "certainly": ("A window", "invalid_response"),
}


@pytest.mark.parametrize("answer", SUBMISSIONS)
def test_it_follows_the_answer_to_a_submission(slack: StandIn, app: ScriptedApp, api: Api, answer: str) -> None:
    alice = slack.as_person("U01ALICE")
    opened(alice, app, api)
    view = alice.modal()
    assert view is not None
    app.answer = answering(answer)
    told = alice.submit(view, {"justification": "because"})
    title, error = SUBMISSIONS[answer]
    top = alice.modal()
    assert (top.title if top else None, told.error) == (title, error)
    assert app.last["view"]["state"]["values"]["justification"]["value"]["value"] == "because"
    assert bool(slack.complaints) == bool(error)


def test_slack_itself_refuses_an_incomplete_form(slack: StandIn, app: ScriptedApp, api: Api) -> None:
    alice = slack.as_person("U01ALICE")
    opened(alice, app, api)
    view = alice.modal()
    assert view is not None
    before = len(app.got)
    assert "justification" in alice.submit(view).errors
    assert "justification" in alice.submit(view, {"justification": "x" * 3001}).errors
    assert len(app.got) == before
    with pytest.raises(Unplayable, match="no field"):
        alice.submit(view, {"nowhere": "x"})
