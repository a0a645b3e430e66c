"""Renew in Slack: the button, the command and its modal, what approvers and owner read, and the expiry notices."""

from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused
from bot.domain.usage.last_used import LastUsed
from bot.sandbox.slack import Answer, Message
from bot.slack.text import formatting
from tests.slack.kit import House
from tests.slack.press import Hand, button_in, buttons, menu, told, top

DAY = timedelta(days=1)


def fill(actor: Hand, duration: str = "30d", why: str = "still needed", **more: str) -> Answer:
    return actor.submit(top(actor), {"duration": duration, "justification": why, **more})


def asked(h: House, duration: str = "30d") -> Message:
    """The approvers' message of a renewal."""
    h.alice.press(button_in(h.alice.dms(), "grant:renew"), "grant:renew")
    assert fill(h.alice, duration).ok
    h.send()
    return h.bob.channel("C01OPS")[-1]


def day(h: House, days: int) -> str:
    return formatting.date(h.clock.now() + days * DAY)


def all_buttons(h: House) -> set[str]:
    return {action for each in h.alice.dms() for action in buttons(each)}


# --- requests ----------------------------------------------------------------------------------------------------


def test_the_card_has_renew_in_the_dm_and_in_the_list_and_homes_menu_has_it(h: House) -> None:
    message = h.live()
    assert "grant:renew" in buttons(message)
    assert "grant:renew" in buttons(h.alice.command("/key list"))
    assert f"grant:renew {h.grant().id}" in menu(h.alice.open_home())


def test_the_window_is_the_contracts(h: House) -> None:
    h.alice.press(h.live(), "grant:renew")
    view = top(h.alice)
    assert view.callback_id == "grant:renew"
    assert [each["block_id"] for each in view.blocks if each["type"] == "input"] == ["duration", "justification"]
    assert h.key() in view.words


def test_the_approvers_see_which_key_until_when_and_its_last_use(h: House) -> None:
    h.live(duration="30d")
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.advance(days=20)
    h.look_over()
    ends, would = formatting.date(h.grant().lease_until), day(h, 30)
    message = asked(h)
    assert "asks to renew" in message.words
    assert h.key() in message.words
    assert ends in message.words
    assert would in message.words
    assert "with s3 in eu-west-1" in message.words
    assert "still needed" in message.words
    assert buttons(message).keys() >= {"request:approve", "request:decline"}
    assert "asks to renew" in h.bob.command("/key pending").words


def test_approved_the_owner_reads_the_new_date_on_the_card_and_in_a_message(h: House) -> None:
    h.live()
    h.advance(days=2)
    message, until = asked(h), day(h, 30)
    assert "last use not known yet" in message.words, "nobody has asked AWS yet"
    h.approve(message)
    h.sweep()
    assert until in button_in(h.alice.dms(), "grant:renew").words
    assert any("now runs until" in each.words and until in each.words for each in h.alice.dms())
    assert sum("Your renewal of" in each.words for each in h.alice.dms()) == 1, "the other says what came of it"
    assert "now runs until" in h.bob.channel("C01OPS")[-1].words
    assert buttons(h.bob.channel("C01OPS")[-1]) == {}
    assert h.grant().lease_until == h.clock.now() + 30 * DAY


def test_a_decline_is_read_by_the_owner_and_the_old_date_stands(h: House) -> None:
    h.live()
    before = h.grant().lease_until
    h.bob.press(asked(h), "request:decline")
    assert h.bob.submit(top(h.bob), {"justification": "give it back"}).ok
    h.sweep()
    assert any("renewal" in each.words and "give it back" in each.words for each in h.alice.dms())
    assert h.grant().lease_until == before


@pytest.mark.parametrize(
    ("field", "words", "filled"),
    [
        ("duration", "never shortens", {"duration": "8h"}),
        ("justification", "Write why", {"why": "   "}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_sent(
    h: House, field: str, words: str, filled: dict[str, str]
) -> None:
    h.alice.press(h.live(), "grant:renew")
    posts = len(h.bob.channel("C01OPS"))
    answer = fill(h.alice, **filled)
    h.send()
    assert words in answer.errors[field]
    assert len(h.bob.channel("C01OPS")) == posts


def test_the_command_needs_no_picker_when_there_is_one_and_takes_a_key(h: House) -> None:
    h.live()
    for line in ("/key renew", f"/key renew {h.key()}"):
        assert h.alice.command(line).ok
        assert "key" not in {each.get("block_id") for each in top(h.alice).blocks}
        h.alice.close(top(h.alice))


def test_the_command_asks_which_when_there_are_two(h: House) -> None:
    h.live()
    first = h.grant().id
    h.advance(seconds=1)
    h.live("reports-coded")
    second = h.grant().id
    h.advance(seconds=1)
    h.granted()
    h.alice.command("/key renew")
    (options,) = [each["element"]["options"] for each in top(h.alice).blocks if each["block_id"] == "key"]
    assert {each["value"] for each in options} == {first, second}, "what isn't collected has no lease to renew"
    assert fill(h.alice, key=first).ok
    h.send()
    assert "asks to renew" in h.bob.channel("C01OPS")[-1].words


def test_nothing_held_and_an_unknown_key_are_said(h: House) -> None:
    assert "don't have anything" in str(h.alice.command("/key renew").words) + told(h.alice)
    assert "AKIANOBODY" in str(h.alice.command("/key renew AKIANOBODY").words) + told(h.alice)


def test_carol_and_bob_cannot_renew_alices_grant(h: House) -> None:
    message = h.live()
    for actor in (h.carol, h.bob):
        actor.press(message, "grant:renew")
        assert "isn't for you" in told(actor)
        actor.command(f"/key renew {h.key()}")
        assert "isn't for you" in told(actor)


def test_a_submission_that_slack_repeats_makes_one_request(h: House) -> None:
    message = h.live()
    h.alice.press(message, "grant:renew")
    h.slack.faults.duplicate_deliveries(2, times=1)
    assert fill(h.alice).ok
    h.send()
    assert len([each for each in h.bob.channel("C01OPS") if "asks to renew" in each.words]) == 1


def test_the_owner_is_notified_why_aws_did_not_take_it(h: House) -> None:
    h.live()
    message = asked(h)
    h.iam.fail_at("extend", AwsRefused("PutUserPolicy", "AccessDenied"))
    h.approve(message)
    h.sweep()
    assert any("AWS denied Latchkey access" in each.words for each in h.alice.dms())
    assert "AWS denied" in h.bob.channel("C01OPS")[-1].words


def test_a_button_of_a_grant_that_is_over_is_answered_and_then_gone(h: House) -> None:
    message = h.live()
    open_ = asked(h)
    h.advance(days=7)
    h.alice.press(message, "grant:renew")
    assert "expired" in told(h.alice)
    h.bob.press(open_, "request:approve")
    assert "lapsed" in told(h.bob)
    h.sweep()
    assert all_buttons(h) <= {"request:again"}
    assert buttons(h.bob.channel("C01OPS")[-1]) == {}


def test_a_renewal_that_came_too_late_is_said_with_the_end(h: House) -> None:
    h.live()
    h.advance(days=6, hours=23)
    h.approve(asked(h))
    h.advance(hours=1)
    h.sweep()
    assert any("didn't reach AWS in time" in each.words for each in h.alice.dms())


# --- the end -----------------------------------------------------------------------------------------------------


def test_one_message_is_brought_up_to_date_at_every_stage(h: House) -> None:
    h.live(duration="30d")
    seen = []
    for days in (16, 7, 6):
        h.advance(days=days)
        h.sweep()
        (message,) = [each for each in h.alice.dms() if ":bell:" in each.words]
        assert buttons(message).keys() == {"grant:renew", "grant:return"}
        seen.append(message.words)
    assert ["14 days" in seen[0], "7 days" in seen[1], "1 day" in seen[2]] == [True, True, True]
    assert h.key() not in seen[0]
    assert "never used" in seen[1]


def test_the_approvers_see_the_last_use_of_a_key_that_is_about_to_end(h: House) -> None:
    h.live(duration="30d")
    h.advance(days=23)
    h.iam.uses[h.key()] = LastUsed(h.clock.now(), "s3", "eu-west-1")
    h.sweep()
    message = h.bob.channel("C01OPS")[-1]
    assert "with s3 in eu-west-1" in message.words
    assert buttons(message).keys() == {"grant:renew"}
    assert "with s3 in eu-west-1" in button_in(h.alice.dms(), "grant:renew").words
    h.iam.uses[h.key()] = None
    h.advance(days=6)
    h.sweep()
    assert "last use unknown" in h.bob.channel("C01OPS")[-1].words
    assert any(":bell:" in each.words and "last use unknown" in each.words for each in h.alice.dms())


def test_a_channel_that_cannot_be_reached_costs_no_approver_the_warning(h: House) -> None:
    h.live(duration="30d")
    h.iam.uses[h.key()] = None
    h.advance(days=29)
    h.slack.channels["C01OPS"].archived = True
    h.sweep()
    assert "last use unknown" in button_in(h.bob.dms(), "grant:renew").words


def test_a_renewal_from_the_reminder_closes_it(h: House) -> None:
    h.live(duration="30d")
    h.iam.uses[h.key()] = None
    h.advance(days=29)
    h.sweep()
    bell = next(each for each in h.alice.dms() if ":bell:" in each.words)
    h.alice.press(bell, "grant:renew")
    assert fill(h.alice).ok
    h.send()
    h.approve(h.bob.channel("C01OPS")[-1])
    h.sweep()
    for actor, where in ((h.alice, h.alice.dms()), (h.bob, h.bob.channel("C01OPS"))):
        assert not [each for each in where if ":bell:" in each.words], actor
        assert any("was renewed and runs until" in each.words for each in where)
