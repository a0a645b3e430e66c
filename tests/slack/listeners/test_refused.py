"""A refused press, modal or command leaves an audit event that ends in `:refused`: who, what, on which row and why."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.events import Event
from bot.domain.requests.request import JUSTIFICATION_MOST
from bot.sandbox.slack import Message
from bot.slack.app import OTHER_WORKSPACE
from tests.audit_log import latest_events
from tests.fakes import ALICE, BOB, CAROL
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top
from tests.slack.test_http_gate import post


def refused(h: House, actor: str) -> tuple[Event, ...]:
    with h.work.begin() as tx:
        return tuple(each for each in latest_events(tx, 1000, actor=actor) if each.tag.value.endswith(":refused"))


def one(h: House, actor: str) -> tuple[str, str, dict[str, str]]:
    (event,) = refused(h, actor)
    return event.tag.value, event.subject, dict(event.facts)


PRESSES: dict[str, tuple[Callable[[House], Message], str, str]] = {
    "request:approve": (House.requested, "request:refused", "not-approver"),
    "grant:collect": (House.granted, "grant:refused", "not-owner"),
    "grant:return": (House.live, "grant:refused", "not-owner"),
    "credential:rotate": (House.live, "credential:refused", "not-owner"),
}


@pytest.mark.parametrize("action", PRESSES)
def test_a_refused_press_is_an_event(h: House, action: str) -> None:
    post_message, tag, reason = PRESSES[action]
    message = post_message(h)
    h.carol.press(message, action)
    value = buttons(message)[action]
    assert one(h, CAROL) == (tag, value, {"action": action, "reason": reason})
    assert refused(h, ALICE) == refused(h, BOB) == ()


def test_a_repeated_delivery_of_what_was_done_is_none(h: House) -> None:
    message = h.requested()
    h.bob.press(message, "request:shorten")
    h.slack.faults.duplicate_deliveries(2)
    assert h.bob.submit(top(h.bob), {"duration": "1d", "justification": "A day is enough."}).ok
    h.send()
    h.slack.faults.duplicate_deliveries(2)
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    assert refused(h, BOB) == refused(h, ALICE) == ()


def test_someone_who_was_deactivated_since_is_one(h: House) -> None:
    message = h.requested()
    h.slack.people[BOB].deleted = True
    h.tick.seconds += 3600
    h.bob.press(message, "request:approve")
    tag, _, facts = one(h, BOB)
    assert (tag, facts["reason"]) == ("request:refused", "not-a-member")


def test_a_press_from_another_workspace_is_one(h: House) -> None:
    message = h.requested()
    h.slack.people[BOB].team_id = "T99OTHER"
    h.bob.press(message, "request:approve")
    tag, value, facts = one(h, BOB)
    assert (tag, value) == ("request:refused", buttons(message)["request:approve"])
    assert facts == {"action": "request:approve", "reason": OTHER_WORKSPACE}


def test_a_refused_modal_is_one_event_without_the_typed_text(h: House) -> None:
    h.alice.command("/key request")
    fields = {"entitlement": "reports-read", "duration": "7d", "justification": "   "}
    h.alice.submit(top(h.alice), fields)
    assert one(h, ALICE) == ("request:refused", "reports-read", {"action": "request", "reason": "no-justification"})


def test_a_refused_command_is_one_event_with_its_first_word_only(h: House) -> None:
    h.carol.command("/key pause everything, please")
    tag, subject, facts = one(h, CAROL)
    assert (tag, subject, facts["action"]) == ("command:refused", "command", "command:pause")


def test_no_reason_of_over_a_thousand_characters_gets_past_the_server(h: House) -> None:
    """Slack's modal limits the length; this request was signed anyway."""
    typed = {"entitlement": "reports-read", "duration": "7d", "justification": "x" * (JUSTIFICATION_MOST + 1)}
    values = {block: {"value": {"value": said, "selected_option": {"value": said}}} for block, said in typed.items()}
    view = {"id": "V0FORGED", "type": "modal", "callback_id": "request", "state": {"values": values}}
    told = {"type": "view_submission", "user": {"id": ALICE, "team_id": "T01LATCH"}, "view": view}
    answer = post(h, urlencode({"payload": json.dumps(told)}))
    assert list(json.loads(answer.data)["errors"]) == ["justification"]
    h.listeners.finish()
    assert one(h, ALICE)[2] == {"action": "request", "reason": "justification-too-long"}


def test_the_answer_comes_also_where_it_cannot_be_recorded(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("", {}, Exception("the database is away"))

    message = h.requested()
    monkeypatch.setattr("bot.flows.audit.refusals.record", away)
    assert h.carol.press(message, "request:approve").ok
    assert "approve" in told(h.carol)
    assert refused(h, CAROL) == ()
