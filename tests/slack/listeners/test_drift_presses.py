"""Presses on a drift message that repair nothing, each with an answer; and a sentence for each kind of drift."""

import pytest

from bot.domain.drift.difference import DifferenceKind as K
from bot.sandbox.slack import Message
from bot.slack.text import drift
from bot.store import tables
from tests.slack.kit import House
from tests.slack.listeners.test_drift import MEND, POWER, differs, to_approvers, user, widen
from tests.slack.press import Hand, button_in, buttons, told


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("path", "/people/", "--new-path /latchkey/"), ("groups", ("admins",), "remove-user-from-group")],
)
def test_what_latchkey_has_no_right_to_fix_says_how_to(h: House, field: str, value: object, words: str) -> None:
    differs(h, lambda h: user(h).by_hand.update({field: value}))
    assert words in to_approvers(h).words
    assert MEND not in buttons(to_approvers(h))


def presses(hand: Hand, message: Message, value: str) -> str:
    hand.press(message, MEND, value)
    return told(hand)


def test_wrong_old_and_repeated_presses_are_answered(h: House) -> None:
    differs(h, widen)
    message = to_approvers(h)
    value = buttons(message)[MEND]
    assert "aren't an approver for this" in presses(h.carol, message, value)
    assert "aren't an approver for this" in presses(h.alice, message, value)
    assert POWER in user(h).seen().shape.policies
    h.bob.press(message, MEND, value)
    assert "Already being fixed" in presses(h.bob, message, value)
    h.advance(seconds=1)
    h.sweep()
    assert "Already fixed by" in presses(h.bob, message, value)
    assert h.iam.count("repair") == 1


@pytest.mark.parametrize("value", ["nothing", "", "x" * 200])
def test_a_forged_value_is_answered_with_a_sentence(h: House, value: str) -> None:
    differs(h, widen)
    assert "Latchkey doesn't know this" in presses(h.bob, to_approvers(h), value)


def test_the_end_of_the_grant_takes_the_button_and_an_old_press_says_so(h: House) -> None:
    differs(h, widen)
    message = to_approvers(h)
    value = buttons(message)[MEND]
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.sweep()
    assert "The grant has ended" in to_approvers(h).words
    assert buttons(to_approvers(h)) == {}
    assert "This grant was given back" in presses(h.bob, message, value)
    assert h.iam.count("repair") == 0


def test_a_refusal_by_the_worker_is_a_sentence(h: House) -> None:
    differs(h, widen)
    h.bob.press(to_approvers(h), MEND)
    with h.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(tables.decision.delete())
    h.advance(seconds=1)
    h.sweep()
    assert "aren't an approver for this" in to_approvers(h).words


def test_each_difference_has_its_words() -> None:
    assert set(drift.SAYS) == set(drift.WATCHED) == set(K)
    assert set(drift.LABELS) == set(drift.DONE) == set(drift.SURE)
