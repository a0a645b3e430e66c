"""What the owner reads during a rotation: one message, both keys side by side, a verdict, and buttons."""

from datetime import timedelta

import pytest

from bot.domain.events import Notice
from bot.domain.lifecycle import CredentialState
from bot.domain.usage.last_used import LastUsed
from bot.sandbox.slack import Message
from tests.slack.kit import House
from tests.slack.listeners.test_rotate import rotated, states
from tests.slack.press import button_in, buttons, told, top


def use(h: House, which: int, ago: timedelta = timedelta(0)) -> None:
    """The old key is 0, the new one 1."""
    h.iam.uses[h.credentials()[which].access_key_id] = LastUsed(h.clock.now() - ago, "s3", "eu-west-1")


def message(h: House) -> Message:
    return button_in(h.alice.dms(), "credential:wait")


def updates(h: House) -> int:
    return len(h.slack.calls("chat.update"))


def test_the_message_says_what_uses_the_old_key_and_since_when_the_new_one_is_used(h: House) -> None:
    rotated(h)
    use(h, 0, timedelta(minutes=12))
    h.sweep()
    first = message(h)
    assert "*reports read* · *Switch over, then switch the old key off.*" in first.words
    assert "still in use with s3 in eu-west-1" in first.words
    assert "12 minutes ago" in first.words
    assert "not used yet" in first.words
    h.advance(minutes=3)
    use(h, 1)
    h.sweep()
    second = message(h)
    assert second.ts == first.ts, "the same message, brought up to date"
    new = next(line for line in second.words.splitlines() if line.startswith("New:"))
    assert "first used" in new
    assert "with s3 in eu-west-1" in new
    assert buttons(second).keys() == {"credential:retire", "credential:wait"}


def test_safe_to_switch_off_once_nothing_uses_the_old_key_for_a_day(h: House) -> None:
    rotated(h)
    use(h, 0)
    use(h, 1)
    h.sweep()
    assert "safe to switch off" not in message(h).words
    h.advance(days=1)
    h.sweep()
    assert "safe to switch off" in message(h).words


def test_no_answer_of_aws_is_said_and_no_one_is_notified_that_it_is_safe(h: House) -> None:
    rotated(h)
    h.iam.uses[h.credentials()[0].access_key_id] = None
    h.sweep()
    said = message(h).words
    assert "doesn't know whether something still uses the old key*: AWS didn't answer" in said
    assert "safe" not in said


def test_slack_is_not_sent_what_it_already_shows(h: House) -> None:
    rotated(h)
    use(h, 0)
    h.sweep()
    before = updates(h)
    for _ in range(10):
        h.advance(minutes=3)
        h.sweep()
    assert updates(h) == before


def test_an_extension_is_a_message_of_its_own_with_buttons_on_the_newest(h: House) -> None:
    rotated(h)
    h.advance(days=7, minutes=1)
    use(h, 0, timedelta(minutes=12))
    h.sweep()
    [first] = [each for each in h.alice.dms() if "was due to be switched off" in each.words]
    assert "still in use with s3 in eu-west-1" in first.words
    assert buttons(first).keys() == {"credential:retire", "credential:wait"}
    assert not [each for each in h.bob.channel("C01OPS") if "was due to be switched off" in each.words]
    h.advance(days=1, minutes=1)
    use(h, 0)
    h.sweep()
    former, newest = (each for each in h.alice.dms() if "was due to be switched off" in each.words)
    assert (former.ts, buttons(former)) == (first.ts, {})
    assert buttons(newest)
    [approvers] = [each for each in h.bob.channel("C01OPS") if "was due to be switched off" in each.words]
    h.bob.press(approvers, "credential:retire")
    h.sweep()
    assert states(h)[0] is CredentialState.RETIRING
    assert not any(buttons(each) for each in h.alice.dms() if "was due to be switched off" in each.words)
    assert any("<@U02BOB> switched off your key" in each.words for each in h.alice.dms())


def test_rotate_with_two_keys_offers_to_switch_either_off(h: House) -> None:
    rotated(h)
    use(h, 0, timedelta(days=2))
    use(h, 1)
    h.sweep()
    h.advance(days=3)
    h.alice.command("/key rotate")
    window = top(h.alice)
    assert "3 days old" in window.words
    assert "last used" in window.words
    offered = [each["accessory"] for each in window.blocks if "accessory" in each]
    assert [each["action_id"] for each in offered] == ["credential:retire"] * 2
    assert {each["value"] for each in offered} == {each.id for each in h.credentials()}
    h.alice.press(window, "credential:retire", h.credentials()[0].id)
    h.sweep()
    assert states(h) == [CredentialState.RETIRING, CredentialState.LIVE]
    assert len(h.iam.all_keys()) == 2


def test_rotate_beside_a_key_that_is_off_offers_nothing_that_ends_the_last_one(h: House) -> None:
    rotated(h)
    h.alice.press(message(h), "credential:retire")
    h.sweep()
    h.alice.command("/key rotate")
    assert "*off*, deleted" in top(h.alice).words
    assert not [each for each in top(h.alice).blocks if "accessory" in each]


@pytest.mark.parametrize("active", [True, False], ids=["on", "off"])
def test_what_someone_did_by_hand_in_aws_is_said(h: House, active: bool) -> None:
    rotated(h)
    old = h.credentials()[0].access_key_id
    if active:
        h.alice.press(message(h), "credential:retire")
        h.sweep()
        h.iam.all_keys()[old].active = True
        h.advance(days=7, minutes=1)
        h.sweep()
        assert "Someone reactivated it outside Latchkey" in message(h).words
    else:
        h.iam.all_keys()[old].active = False
        h.advance(days=7, minutes=1)
        h.sweep()
        assert "Someone deactivated it outside Latchkey" in button_in(h.alice.dms(), "credential:reactivate").words


def test_an_approver_brings_a_key_back_and_switches_it_off_by_its_id(h: House) -> None:
    rotated(h)
    old = h.credentials()[0].access_key_id
    h.alice.press(message(h), "credential:retire")
    h.sweep()
    assert "reactivat" in h.bob.command(f"/key reactivate {old}").words
    h.sweep()
    assert states(h)[0] is CredentialState.LIVE
    h.advance(seconds=1)
    h.bob.command(f"/key revoke {old}")
    h.bob.press(top(h.bob), "credential:retire")
    h.sweep()
    assert states(h) == [CredentialState.RETIRING, CredentialState.LIVE]
    for said in ("<@U02BOB> reactivated your key", "<@U02BOB> switched off your key"):
        assert sum(said in each.words for each in h.alice.dms()) == 1


def test_an_outsider_does_neither(h: House) -> None:
    rotated(h)
    old = h.credentials()[0].access_key_id
    h.alice.press(message(h), "credential:retire")
    h.sweep()
    assert "isn't for you" in h.carol.command(f"/key reactivate {old}").words + told(h.carol)
    h.sweep()
    assert states(h)[0] is CredentialState.RETIRING


def test_minutes_after_it_was_made_nothing_is_said_of_a_whole_day(h: House) -> None:
    rotated(h)
    h.sweep()
    said = message(h).words
    assert "The old key has never been used, and the new one hasn't been used yet" in said
    assert "day" not in said.partition("The old key has never")[2].partition("\n")[0]
    use(h, 1)
    h.advance(minutes=3)
    h.sweep()
    assert "safe to switch off*: the new one is in use, and the old one has never been used" in message(h).words


def test_a_lease_that_ends_before_the_overlap_is_mentioned(h: House) -> None:
    rotated(h)
    ends, grant, first = h.clock.now() + timedelta(days=2), h.grant().id, h.credentials()[0].id
    with h.work.begin() as tx:
        tx.grants.set_lease(grant, ends)
        tx.outbox.refresh(Notice.ROTATED, first)
    h.sweep()
    old = next(line for line in message(h).words.splitlines() if line.startswith("Old:"))
    assert f"ends with the grant <!date^{int(ends.timestamp())}" in old
    assert "switched off" not in old
    h.alice.press(message(h), "credential:wait")
    assert f"<!date^{int(ends.timestamp())}" in message(h).words
    h.alice.press(message(h), "credential:retire")
    h.sweep()
    off = f"*off*, deleted <!date^{int(ends.timestamp())}"
    assert sum(off in each.words for each in h.alice.dms()) == 2
    h.alice.command("/key rotate")
    assert off in top(h.alice).words


def test_a_key_in_use_stays_on_until_the_lease_ends_at_most(h: House) -> None:
    rotated(h)
    h.advance(days=7, minutes=1)
    ends = h.clock.now() + timedelta(hours=2)
    with h.work.begin() as tx:
        tx.grants.set_lease(h.grant().id, ends)
    use(h, 0)
    h.sweep()
    (said,) = [each.words for each in h.alice.dms() if "was due to be switched off" in each.words]
    assert f"checks again <!date^{int(ends.timestamp())}" in said
