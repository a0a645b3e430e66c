"""Approve for less: a shorter time, a note, or both, and who reads them."""

from datetime import timedelta

import pytest

from bot.sandbox.slack import Answer, Message
from tests.fakes import BOB
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, told, top


def shorten(h: House, message: Message, duration: str, note: str = "", by: Hand | None = None) -> Answer:
    hand = by or h.bob
    hand.press(message, "request:shorten")
    view = top(hand)
    assert view.callback_id == "request:shorten"
    answer = hand.submit(view, {"duration": duration, "justification": note})
    h.send()
    return answer


def offered(h: House) -> tuple[list[str], str]:
    (element,) = [each["element"] for each in top(h.bob).blocks if each.get("block_id") == "duration"]
    return [each["value"] for each in element["options"]], element["initial_option"]["value"]


def test_the_owner_gets_the_shorter_time_and_the_note(h: House) -> None:
    assert shorten(h, h.requested(), "1d", "until the audit is over").ok
    grant = button_in(h.alice.dms(), "grant:collect")
    assert "your 1 day starts then" in grant.words
    assert "instead of the requested 7 days" in grant.words
    assert "until the audit is over" in grant.words
    (card,) = h.bob.channel("C01OPS")
    assert f"Approved by <@{BOB}>, for 1 day only" in card.words
    assert "until the audit is over" in card.words
    assert set(buttons(card)) == {"request:preapprove"}


def test_the_lease_ends_after_the_shorter_time(h: House) -> None:
    shorten(h, h.requested(), "1d")
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    h.reveal()
    assert h.grant().lease_until == h.clock.now() + timedelta(days=1)
    h.advance(days=1, seconds=1)
    h.sweep()
    assert h.grant_state() == "expired"


def test_a_note_with_the_time_as_requested_is_an_ordinary_approval(h: House) -> None:
    shorten(h, h.requested(), "7d", "don't forget to give it back")
    grant = button_in(h.alice.dms(), "grant:collect")
    assert "your 7 days start then" in grant.words
    assert "don't forget to give it back" in grant.words
    assert "instead of" not in grant.words
    assert "only" not in h.bob.channel("C01OPS")[-1].words


def test_it_offers_nothing_longer_than_what_was_requested(h: House) -> None:
    message = h.requested()
    h.bob.press(message, "request:shorten")
    values, chosen = offered(h)
    assert (values[-1], chosen) == ("7d", "7d")
    assert "1h" in values


@pytest.mark.parametrize("duration", ["8d", "30d"])
def test_a_longer_time_is_an_error_at_its_field(h: House, duration: str) -> None:
    message = h.requested()
    h.bob.press(message, "request:shorten")
    (live,) = h.windows(BOB)
    (element,) = [each["element"] for each in live.blocks if each["block_id"] == "duration"]
    element["options"][-1]["value"] = duration  # a forged choice
    answer = h.bob.submit(top(h.bob), {"duration": duration})
    assert "can only approve that or less" in answer.errors["duration"]


def test_of_two_approvals_the_shorter_time_counts(h: House) -> None:
    message = h.requested("reports-two")
    shorten(h, message, "1d", "one day is enough")
    (shown,) = h.bob.channel("C01OPS")
    assert "1 of 2 approvals" in shown.words
    shorten(h, shown, "7d", "fine with me", by=h.dave)
    grant = button_in(h.alice.dms(), "grant:collect")
    assert "your 1 day starts then" in grant.words
    assert "one day is enough" in grant.words
    assert "fine with me" in grant.words


def test_it_counts_as_that_approvers_approval(h: House) -> None:
    message = h.requested("reports-two")
    shorten(h, message, "1d")
    h.approve(message)
    assert "already answered this" in told(h.bob)


def test_an_outsider_gets_no_window(h: House) -> None:
    h.carol.press(h.requested(), "request:shorten")
    assert h.carol.modal() is None
    assert "aren't an approver for this" in told(h.carol)


def test_one_that_comes_too_late_gets_an_explanation_in_its_window(h: House) -> None:
    message = h.requested()
    h.bob.press(message, "request:shorten")
    h.approve(message, by=h.dave)
    answer = h.bob.submit(top(h.bob), {"duration": "1d", "justification": ""})
    assert "Already approved" in answer.errors["duration"]
