"""An external select in the pretend Slack: a signed block_suggestion, and only what the app suggested can be chosen."""

from typing import Any

import pytest

from bot.sandbox.slack import Actor, StandIn, Unplayable, View
from tests.sandbox.slack_kit import Api, ScriptedApp, answering, api, app, clock, modal, option, plain, slack

__all__ = ["api", "app", "clock", "slack"]

OPTION = option("one", "One")
ELEMENT = {"type": "external_select", "action_id": "value", "min_query_length": 2}
WHAT = {"type": "input", "block_id": "what", "label": plain("What?"), "element": ELEMENT}


@pytest.fixture
def alice(slack: StandIn, app: ScriptedApp, api: Api) -> Actor:
    """Her window is open."""
    found = slack.as_person("U01ALICE")
    found.command("/key")
    api("views.open", trigger_id=app.last["trigger_id"], view=modal(WHAT))
    app.answer = answering({"options": [OPTION]})
    app.got.clear()
    return found


def view(alice: Actor) -> View:
    found = alice.modal()
    assert found is not None
    return found


def test_what_was_typed_goes_to_the_app_with_the_window(alice: Actor, app: ScriptedApp) -> None:
    assert alice.suggest(view(alice), "what", "on").suggested == {"options": [OPTION]}
    sent = {each: app.last[each] for each in ("type", "block_id", "action_id", "value")}
    assert sent == {"type": "block_suggestion", "block_id": "what", "action_id": "value", "value": "on"}
    assert app.last["view"]["state"]["values"]["what"]["value"]["selected_option"] is None


def test_too_short_a_text_asks_nothing(alice: Actor, app: ScriptedApp) -> None:
    assert alice.suggest(view(alice), "what", "o").suggested == {}
    assert app.got == []


def test_only_what_was_suggested_can_be_chosen(alice: Actor, app: ScriptedApp) -> None:
    with pytest.raises(Unplayable):
        alice.submit(view(alice), {"what": "one"})
    alice.suggest(view(alice), "what", "on")
    assert alice.submit(view(alice), {"what": "one"}).ok
    assert app.last["view"]["state"]["values"]["what"]["value"]["selected_option"] == OPTION


def test_nothing_found_is_no_fault(alice: Actor, app: ScriptedApp, slack: StandIn) -> None:
    app.answer = answering({"options": []})
    assert alice.suggest(view(alice), "what", "on").ok
    assert slack.complaints == []


@pytest.mark.parametrize(
    "suggests",
    [{"options": [OPTION] * 101}, {"options": [{"value": "one"}]}, {}, {"option_groups": [{"options": []}]}, "nothing"],
)
def test_more_or_other_than_slack_takes_is_a_complaint(
    alice: Actor, app: ScriptedApp, slack: StandIn, suggests: Any
) -> None:
    app.answer = answering(suggests)
    assert alice.suggest(view(alice), "what", "on").error == "invalid_response"
    assert slack.complaints
