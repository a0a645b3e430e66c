"""Rotate a found key in Slack: an ordinary request, then one message with both keys side by side."""

from datetime import timedelta

from bot.domain.usage.last_used import LastUsed
from bot.sandbox.slack import Message
from tests.slack.found_key import USER, active, digested, key_of, same
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def asked(h: House) -> Message:
    """The approvers' message of a request that replaces a found key."""
    h.alice.press(digested(h), "credential:rotate")
    view = top(h.alice)
    assert view.callback_id == "credential:rotate"
    assert f"A new key replaces `{USER}` (`{key_of(h)}`)" in view.words
    assert [each["block_id"] for each in view.blocks if each["type"] == "input"] == [
        "entitlement", "duration", "justification",
    ]  # fmt: skip
    offered = next(each for each in view.blocks if each.get("block_id") == "entitlement")["element"]["options"]
    assert "reports-session" not in {each["value"] for each in offered}
    values = {"entitlement": "reports-read", "duration": "30d", "justification": "the nightly report"}
    assert h.alice.submit(view, values).ok
    h.send()
    return h.bob.channel("C01OPS")[-1]


def replaced(h: House) -> Message:
    """The owner's message with both keys side by side."""
    h.approve(asked(h))
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    h.reveal()
    h.alice.close(top(h.alice))
    h.sweep()
    return button_in(h.alice.dms(), "credential:retire")


def test_rotate_is_an_ordinary_request_that_says_what_it_replaces(h: House) -> None:
    message = asked(h)
    assert f"Replaces `{USER}` (`{key_of(h)}`)" in message.words
    assert buttons(message).keys() >= {"request:approve", "request:decline"}
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "credential:rotate")
    assert "already requested or collected" in told(h.alice)


def test_both_keys_side_by_side_then_switch_off_now(h: House) -> None:
    message = replaced(h)
    assert buttons(message).keys() == {"credential:retire", "credential:wait"}
    assert f"`{USER}` · *Switch over, then switch the old key off.*" in message.words
    assert f"New: `{h.key()}` · not used yet" in message.words
    assert f"Old: `{key_of(h)}` · last used" in message.words
    assert "the new one hasn't been used yet" in message.words
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.advance(minutes=5)
    h.sweep()
    now = same(h.alice, message)
    assert "safe to switch off" in now.words
    assert "with s3 in eu-west-1" in now.words
    h.alice.press(now, "credential:retire")
    h.sweep()
    assert active(h) is False
    assert "has been *off* since" in same(h.alice, message).words
    assert h.iam.all_keys()[h.key()].active


def test_wait_gives_the_old_key_another_week(h: House) -> None:
    message = replaced(h)
    before = same(h.alice, message).words
    h.advance(days=3)
    h.alice.press(message, "credential:wait")
    h.sweep()
    assert same(h.alice, message).words != before
    h.advance(days=5)
    h.sweep()
    assert active(h)


def test_still_used_after_the_overlap_is_reported_in_a_new_message(h: House) -> None:
    message = replaced(h)
    h.advance(days=7)
    h.iam.uses[h.found] = LastUsed(h.clock.now() - timedelta(hours=2), "s3", "eu-west-1")  # type: ignore[attr-defined]
    h.sweep()
    assert active(h)
    fresh = button_in(h.alice.dms(), "credential:retire")
    assert fresh.ts != message.ts
    assert "still in use with s3 in eu-west-1" in fresh.words
    assert "a newer message" in same(h.alice, message).words
    assert not buttons(same(h.alice, message))


def test_a_wrong_length_is_said_at_its_field(h: House) -> None:
    h.alice.press(digested(h), "credential:rotate")
    answer = h.alice.submit(top(h.alice), {"entitlement": "reports-read", "duration": "30d", "justification": " "})
    assert "Write why" in answer.errors["justification"]
