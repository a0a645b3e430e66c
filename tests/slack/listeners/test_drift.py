"""Drift messages and their buttons: one message, updated in place."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.errors import AwsRefused, Unreadable
from bot.domain.lifecycle import CredentialState
from bot.domain.usage.last_used import LastUsed
from bot.sandbox.slack import Message
from tests.fakes import FakeUser
from tests.flows.catalog import MAIN
from tests.slack.kit import House
from tests.slack.listeners.test_rotate import rotated
from tests.slack.press import button_in, buttons

MEND = "difference:mend"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


def user(h: House) -> FakeUser:
    return h.iam.users[MAIN.id, h.grant().iam_user]


def compare(h: House) -> None:
    """The hourly pass, and the second check."""
    for minutes in (60, 5):
        h.advance(minutes=minutes)
        h.sweep()


def said(messages: list[Message]) -> list[Message]:
    return [each for each in messages if each.words.startswith((":warning: Someone", ":warning: Latchkey didn't"))]


def to_alice(h: House) -> Message:
    (found,) = said(h.alice.dms())
    return found


def to_approvers(h: House) -> Message:
    (found,) = said(h.bob.channel("C01OPS"))
    return found


def widen(h: House) -> None:
    shape = user(h).seen().shape
    user(h).by_hand["shape"] = replace(shape, policies={**shape.policies, POWER: ""})


def off(h: House) -> None:
    user(h).keys[h.key()].active = False


def strange(h: House) -> None:
    key = h.iam.plant_key(MAIN, user(h).name).id
    h.iam.uses[key] = LastUsed(h.clock.now(), "s3", "eu-west-1")


def delete_user(h: House) -> None:
    del h.iam.users[MAIN.id, h.grant().iam_user]


def differs(h: House, act: Callable[[House], object]) -> None:
    h.live(duration="30d")
    act(h)
    compare(h)


def test_a_policy_changed_by_hand_is_put_back_by_an_approver(h: House) -> None:
    differs(h, widen)
    message = to_approvers(h)
    assert f"added: `{POWER}`" in message.words
    assert buttons(message).keys() == {MEND}
    assert said(h.alice.dms()) == []
    h.bob.press(message, MEND)
    h.send()
    assert "<@U02BOB> pressed *Restore*" in to_approvers(h).words
    assert buttons(to_approvers(h)) == {}
    h.advance(seconds=1)
    h.sweep()
    after = to_approvers(h)
    assert after.ts == message.ts, "the same message, brought up to date"
    assert "Restored by <@U02BOB>" in after.words
    assert buttons(after) == {}
    assert POWER not in user(h).seen().shape.policies


def test_another_end_of_the_lease_is_said_beside_the_approved_one(h: House) -> None:
    differs(h, lambda h: user(h).by_hand.update(lease_until=None))
    assert "AWS no longer ends it; the lease ends" in to_approvers(h).words


def test_it_is_reported_once(h: House) -> None:
    differs(h, widen)
    posts = len(h.slack.calls("chat.postMessage"))
    for _ in range(3):
        compare(h)
    assert len(h.slack.calls("chat.postMessage")) == posts
    assert to_approvers(h)


def test_drift_that_went_away_says_so_without_a_button(h: House) -> None:
    differs(h, widen)
    user(h).by_hand.clear()
    compare(h)
    assert "No longer the case" in to_approvers(h).words
    assert buttons(to_approvers(h)) == {}


def test_a_deleted_key_is_the_owners_to_strike_off_and_another_one_to_collect(h: House) -> None:
    h.live()
    gone = h.key()
    del user(h).keys[gone]
    compare(h)
    message = to_alice(h)
    assert f"Someone deleted *reports read* (`{gone}`)" in message.words
    assert buttons(message).keys() == {MEND, "grant:return"}
    assert said(h.bob.channel("C01OPS")) == []
    h.alice.press(message, MEND)
    h.sweep()
    after = to_alice(h)
    assert "Marked as deleted by <@U01ALICE>" in after.words
    assert buttons(after).keys() == {"grant:collect", "grant:return"}
    h.alice.press(after, "grant:collect")
    h.mint()
    h.reveal()
    assert set(h.iam.all_keys()) == {h.key()}
    assert h.key() != gone


def test_one_of_two_keys_that_is_deleted_leaves_rotate(h: House) -> None:
    rotated(h)
    del user(h).keys[h.credentials()[0].access_key_id]
    compare(h)
    h.alice.press(to_alice(h), MEND)
    h.sweep()
    assert buttons(to_alice(h)).keys() == {"credential:rotate", "grant:return"}


def test_a_key_made_inactive_is_reported_to_both_and_switched_on_by_an_approver_alone(h: House) -> None:
    differs(h, off)
    assert "Someone deactivated" in to_alice(h).words
    assert buttons(to_alice(h)) == {}
    h.bob.press(to_approvers(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert user(h).keys[h.key()].active is True
    for message in (to_alice(h), to_approvers(h)):
        assert "Reactivated by <@U02BOB>" in message.words


def test_a_key_made_active_again_is_switched_off_by_its_owner(h: House) -> None:
    rotated(h)
    old = h.credentials()[0]
    h.alice.press(button_in(h.alice.dms(), "credential:retire"), "credential:retire", old.id)
    h.sweep()
    user(h).keys[old.access_key_id].active = True
    compare(h)
    assert "after it was switched off here" in to_alice(h).words
    h.alice.press(to_alice(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert user(h).keys[old.access_key_id].active is False
    assert h.credentials()[0].state is CredentialState.RETIRING


def test_an_unknown_key_is_reported_with_age_use_and_status_and_deactivated(h: House) -> None:
    differs(h, strange)
    words = to_alice(h).words
    for part in ("Latchkey didn't create", "It is *on*", "created ", "last used", "with s3 in eu-west-1"):
        assert part in words
    assert buttons(to_alice(h)).keys() == {MEND, "grant:return"}
    assert buttons(to_approvers(h)).keys() == {MEND, "grant:revoke"}
    h.alice.press(to_alice(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert [each.active for each in user(h).keys.values()] == [True, False]
    assert "Switched off by <@U01ALICE>" in to_approvers(h).words


def test_an_unknown_key_of_unknown_use_stays_and_the_message_says_why(h: House) -> None:
    differs(h, strange)
    stranger = next(each for each in user(h).keys if each != h.key())
    h.iam.uses[stranger] = None
    h.bob.press(to_approvers(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert "AWS didn't say when this key was last used" in to_approvers(h).words
    assert MEND in buttons(to_approvers(h))
    assert user(h).keys[stranger].active is True


def test_a_removed_user_is_struck_off_and_made_anew_by_collect(h: House) -> None:
    differs(h, delete_user)
    assert "Someone deleted the IAM user" in to_approvers(h).words
    h.bob.press(to_approvers(h), MEND)
    h.sweep()
    assert buttons(to_approvers(h)) == {}
    h.alice.press(to_alice(h), "grant:collect")
    h.mint()
    h.reveal()
    assert set(h.iam.all_keys()) == {h.key()}


def test_a_boundary_that_was_taken_off_is_reported_to_approvers_and_admins(h: House) -> None:
    def unbind(h: House) -> None:
        user(h).by_hand["shape"] = replace(user(h).seen().shape, boundary=None)

    differs(h, unbind)
    assert "removed the permissions boundary" in to_approvers(h).words
    (admin,) = said(h.bob.dms())
    h.bob.press(admin, MEND)
    h.advance(seconds=1)
    h.sweep()
    assert user(h).seen().shape.boundary == MAIN.boundary_arn
    assert "Restored by <@U02BOB>" in to_approvers(h).words


def test_aws_refusing_is_said_and_the_button_stands_again(h: House) -> None:
    differs(h, widen)
    h.iam.fail_at("repair", AwsRefused("PutUserPolicy", "AccessDenied"))
    h.bob.press(to_approvers(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert "`PutUserPolicy: AccessDenied`" in to_approvers(h).words
    h.bob.press(to_approvers(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert "Restored by" in to_approvers(h).words


def test_while_aws_does_not_answer_it_is_being_done(h: House) -> None:
    differs(h, widen)
    h.iam.fail_at("users_seen", Unreadable("List"))
    h.bob.press(to_approvers(h), MEND)
    h.advance(seconds=1)
    h.sweep()
    assert "working on it" in to_approvers(h).words
    h.advance(seconds=15)
    h.sweep()
    assert "Restored by" in to_approvers(h).words
