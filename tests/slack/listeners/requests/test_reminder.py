"""Remind the approvers: a new message in the same places, at most every half an hour."""

from tests.fakes import ALICE, BOB
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, told


def nudge(h: House, by: Hand | None = None) -> None:
    (by or h.alice).press(button_in(h.alice.dms(), "request:nudge"), "request:nudge")
    h.send()


def test_the_approvers_get_another_message_with_every_button(h: House) -> None:
    h.requested()
    nudge(h)
    first, second = h.bob.channel("C01OPS")
    assert f"<@{ALICE}> asks you to decide" in second.words
    assert buttons(second) == buttons(first)
    assert "reminded the approvers" in told(h.alice)
    assert "reminded the approvers" in button_in(h.alice.dms(), "request:nudge").words


def test_a_decision_is_shown_on_every_copy(h: House) -> None:
    h.requested()
    nudge(h)
    h.approve(h.bob.channel("C01OPS")[-1])
    assert [f"Approved by <@{BOB}>" in each.words for each in h.bob.channel("C01OPS")] == [True, True]


def test_within_half_an_hour_it_says_when_it_is_possible_again(h: House) -> None:
    h.requested()
    nudge(h)
    h.advance(minutes=29)
    nudge(h)
    assert "You can remind them again" in told(h.alice)
    assert "at 2:30 PM" in told(h.alice)
    assert len(h.bob.channel("C01OPS")) == 2
    h.advance(minutes=1)
    nudge(h)
    assert len(h.bob.channel("C01OPS")) == 3


def test_only_its_requester_or_owner_can(h: House) -> None:
    h.requested()
    for outsider in (h.carol, h.bob):
        nudge(h, by=outsider)
        assert f"Only <@{ALICE}> can" in told(outsider)
    assert len(h.bob.channel("C01OPS")) == 1


def test_once_it_is_decided_there_is_nothing_to_remind_of(h: House) -> None:
    message = h.requested()
    waiting = button_in(h.alice.dms(), "request:nudge")
    h.approve(message)
    h.alice.press(waiting, "request:nudge")
    assert "Already approved" in told(h.alice)
    h.send()
    assert len(h.bob.channel("C01OPS")) == 1
