"""Requests: the modal, its errors, and cancelling."""

from dataclasses import replace

import pytest

from bot.sandbox.slack import View
from tests.fakes import ALICE, BOB
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def options(view: View, block: str) -> list[str]:
    (found,) = [each for each in view.blocks if each.get("block_id") == block]
    return [each["value"] for each in found["element"]["options"]]


def test_the_window_has_the_contracts_fields(h: House) -> None:
    h.alice.command("/key request")
    view = top(h.alice)
    assert view.callback_id == "request"
    inputs = [each for each in view.blocks if each["type"] == "input"]
    assert [each["block_id"] for each in inputs] == ["entitlement", "duration", "justification", "owner"]
    assert {each["element"]["action_id"] for each in inputs} == {"value"}


def test_sessions_come_first_and_only_what_is_offered_is_shown(h: House) -> None:
    h.alice.command("/key request")
    offered = options(top(h.alice), "entitlement")
    assert offered[0] == "reports-session"
    assert "reports-bob" not in offered
    assert "Prefer a session" in top(h.alice).words


def test_no_session_is_recommended_where_none_is_offered(h: House) -> None:
    h.alice.command("/key request reports-two")
    assert "session" not in " ".join(each["text"] for each in notes(top(h.alice)))
    h.alice.close(top(h.alice))
    session = h.catalog.entitlements["reports-session"]
    h.catalog.entitlements["reports-session"] = replace(session, requesters=(BOB,))  # type: ignore[index]
    for typed in ("/key request", "/key request reports-read"):
        h.alice.command(typed)
        assert "session" not in " ".join(each["text"] for each in notes(top(h.alice)))
        h.alice.close(top(h.alice))


def notes(view: View) -> list[dict[str, str]]:
    return [text for each in view.blocks if each["type"] == "context" for text in each["elements"]]


def test_durations_reach_the_longest_lease_on_offer(h: House) -> None:
    h.alice.command("/key request")
    assert options(top(h.alice), "duration") == ["1h", "8h", "1d", "7d", "30d"]


def test_choosing_a_key_names_the_session_that_would_do(h: House) -> None:
    h.alice.command("/key request")
    h.alice.select(top(h.alice), "justification", "value", "typed already")
    h.alice.select(top(h.alice), "entitlement", "value", "reports-read")
    assert "expires on its own. Would that work?" in top(h.alice).words
    assert top(h.alice).values["justification"]["value"]["value"] == "typed already"


def test_an_entitlement_can_be_named_at_once(h: House) -> None:
    h.alice.command("/key request reports-read")
    assert top(h.alice).values["entitlement"]["value"]["selected_option"]["value"] == "reports-read"


def test_an_unknown_entitlement_is_answered_without_a_window(h: House) -> None:
    answer = h.alice.command("/key request reports-nothing")
    assert answer.ok
    assert "doesn't offer this" in told(h.alice)


def test_a_submission_tells_the_approvers_and_the_requester(h: House) -> None:
    message = h.requested()
    assert "quarterly report" in message.words
    assert f"<@{ALICE}>" in message.words
    assert buttons(message).keys() >= {"request:approve", "request:decline", "request:policy"}
    assert "You asked for" in button_in(h.alice.dms(), "request:cancel").words


@pytest.mark.parametrize(
    ("what", "duration", "why", "field", "sentence"),
    [
        ("reports-session", "30d", "x", "duration", "8 hours at most"),
        ("reports-read", "7d", "   ", "justification", "Write why"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    h: House, what: str, duration: str, why: str, field: str, sentence: str
) -> None:
    answer = h.ask(what, duration, why)
    assert sentence in answer.errors[field]
    assert top(h.alice).values["justification"]["value"]["value"] == why
    assert h.bob.channel("C01OPS") == []


def test_a_guest_gets_a_sentence_and_no_catalog(h: House) -> None:
    h.slack.people[ALICE].is_restricted = True
    assert h.alice.command("/key request").ok
    assert "full members" in told(h.alice)
    assert h.alice.modal() is None


def test_someone_made_a_guest_while_typing_is_refused_at_the_submission(h: House) -> None:
    h.alice.command("/key request")
    h.slack.people[ALICE].is_restricted = True
    h.tick.seconds += 61
    answer = h.alice.submit(top(h.alice), {"entitlement": "reports-read", "duration": "7d", "justification": "x"})
    assert "full members" in answer.errors["entitlement"]


def test_typed_text_cannot_inject_slack_markup(h: House) -> None:
    h.ask(why="<!channel> <@U03CAROL> & *bold*")
    assert "<!channel>" not in str(h.bob.channel("C01OPS")[-1].blocks)
    assert "&lt;!channel&gt; &lt;@U03CAROL&gt; &amp;" in str(h.bob.channel("C01OPS")[-1].blocks)


def test_a_submission_that_slack_repeats_makes_one_request(h: House) -> None:
    h.slack.faults.duplicate_deliveries(2, times=2)
    assert h.ask().ok
    assert len(h.bob.channel("C01OPS")) == 1
    assert not h.alice.ephemerals()
    h.slack.complaints.clear()  # the repeated command's trigger was used


def test_unreadable_people_are_refused_by_slack_errors(h: House) -> None:
    h.alice.command("/key request")
    h.tick.seconds += 61
    h.slack.faults.down("users.info", how="503")
    answer = h.alice.submit(top(h.alice), {"entitlement": "reports-read", "duration": "7d", "justification": "x"})
    assert "who you are" in answer.errors["entitlement"]


def test_cancelling_takes_the_buttons_from_every_message(h: House) -> None:
    h.requested()
    h.alice.press(button_in(h.alice.dms(), "request:cancel"), "request:cancel")
    h.send()
    assert "Cancelled" in h.bob.channel("C01OPS")[-1].words
    assert buttons(h.bob.channel("C01OPS")[-1]) == {}
    assert all("request:cancel" not in buttons(each) for each in h.alice.dms())


def test_no_one_cancels_for_someone_else(h: House) -> None:
    h.requested()
    h.carol.press(button_in(h.alice.dms(), "request:cancel"), "request:cancel")
    assert "isn't for you" in told(h.carol)


def test_a_cancel_after_the_decision_gets_an_explanation(h: House) -> None:
    old = h.requested()
    waiting = button_in(h.alice.dms(), "request:cancel")
    h.approve(old)
    h.alice.press(waiting, "request:cancel")
    assert "Already" in told(h.alice)


def test_a_request_that_no_one_decides_lapses_and_the_requester_is_notified(h: House) -> None:
    h.requested()
    h.advance(hours=73)
    h.sweep()
    assert "Lapsed" in h.bob.channel("C01OPS")[-1].words
    assert any("Lapsed" in each.words for each in h.alice.dms())


def test_durations_are_offered_as_the_catalog_writes_them(h: House) -> None:
    wanted = h.catalog.entitlements["reports-read"]  # type: ignore[index]
    h.catalog.entitlements[wanted.id] = replace(wanted, longest_as_written="720h")  # type: ignore[index]
    h.alice.command("/key request")
    assert "720h" in options(top(h.alice), "duration")


def test_the_case_of_an_entitlement_does_not_matter(h: House) -> None:
    h.alice.command("/key request REPORTS-read")
    assert top(h.alice).values["entitlement"]["value"]["selected_option"]["value"] == "reports-read"


def test_an_approver_who_asks_is_not_asked(h: House) -> None:
    platform = h.catalog.approvers["platform"]
    h.catalog.approvers["platform"] = replace(platform, channel=None)  # type: ignore[index]
    h.ask(by=h.dave)
    assert button_in(h.bob.dms(), "request:approve")
    assert all("request:approve" not in buttons(each) for each in h.dave.dms())
