"""The digest and its answers: one message a day, with Rotate, Give back and Keep for each key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.flows.hygiene import escalate
from bot.sandbox.slack import Message, View
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.slack.found_key import DAY
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def digested(h: House) -> None:
    """A key that wasn't used for a fortnight."""
    h.live(duration="30d")
    h.advance(days=15)
    h.look_over()


def test_the_digest_names_the_key_and_the_three_buttons(h: House) -> None:
    digested(h)
    message = button_in(h.alice.dms(), "finding:keep")
    assert h.key() in message.words
    assert "never used" in message.words
    assert buttons(message).keys() == {"credential:rotate", "grant:return", "finding:keep", "finding:replace"}


def test_the_next_day_repeats_nothing(h: House) -> None:
    digested(h)
    before = len(h.alice.dms())
    h.advance(days=1)
    h.look_over()
    assert len(h.alice.dms()) == before


def test_keep_asks_why_and_until_when(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    view = top(h.alice)
    assert view.callback_id == "finding:keep"
    assert [each["block_id"] for each in view.blocks[1:]] == ["until", "justification"]
    assert "reports read" in view.words, "the window names the key"
    assert h.key() in view.words
    until = (h.clock.now() + timedelta(days=20)).date().isoformat()
    assert h.alice.submit(view, {"until": until, "justification": "runs once a quarter"}).ok
    h.send()
    kept = button_in(h.alice.dms(), "finding:keep")
    assert "Kept by" in kept.words
    assert "Change" in kept.words
    assert "grant:return" in buttons(kept), "Give back stays"


def test_a_day_that_has_passed_is_refused_at_its_field(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    past = (h.clock.now() - timedelta(days=2)).date().isoformat()
    answer = h.alice.submit(top(h.alice), {"until": past, "justification": "x"})
    assert "in the future" in answer.errors["until"]


def test_keep_needs_a_reason(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    answer = h.alice.submit(top(h.alice), {"justification": " "})
    assert "Write why" in answer.errors["justification"]


def test_an_outsider_cannot_keep_a_finding(h: House) -> None:
    digested(h)
    h.carol.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    assert "isn't for you" in told(h.carol)
    assert h.carol.modal() is None, "a window would name the key"


def test_rotate_from_the_digest(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "credential:rotate")
    h.mint()
    assert h.link()


def test_give_back_from_the_digest(h: House) -> None:
    digested(h)
    message = button_in(h.alice.dms(), "finding:keep")
    h.alice.press(message, "grant:return")
    h.sweep()
    assert not h.iam.all_keys()
    assert told(h.alice) == ""
    h.alice.press(message, "finding:keep")
    assert told(h.alice).startswith("Already resolved <!date^")


def kept_until(h: House) -> datetime:
    with h.work.begin() as tx:
        (finding,) = tx.findings.open_of(h.credentials()[-1].id)
    assert finding.kept_until is not None
    return finding.kept_until


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("Asia/Tokyo", datetime(2026, 12, 5, 15, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2026, 12, 6, 10, tzinfo=UTC)),
        ("UTC", datetime(2026, 12, 6, tzinfo=UTC)),
    ],
)
def test_the_day_ends_where_its_owner_lives(h: House, zone: str, ends: datetime) -> None:
    digested(h)
    h.slack.people[ALICE].tz = zone
    h.tick.seconds += 61
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    assert h.alice.submit(top(h.alice), {"until": "2026-12-05", "justification": "runs once a quarter"}).ok
    assert kept_until(h) == ends - timedelta.resolution


def test_an_owner_who_wants_it_longer_reads_the_latest_day(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    latest = h.clock.now() + timedelta(days=180)
    for day in ((latest + timedelta(days=1)).date().isoformat(), "9998-12-31", "9999-12-31"):
        answer = h.alice.submit(top(h.alice), {"until": day, "justification": "for ever"})
        assert f"until {latest:%b} {latest.day}, {latest.year}" in answer.errors["until"]
    assert h.alice.submit(top(h.alice), {"until": latest.date().isoformat(), "justification": "half a year"}).ok


def test_an_approver_sees_each_keep_and_may_lengthen_it(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    until = (h.clock.now() + timedelta(days=100)).date().isoformat()
    assert h.alice.submit(top(h.alice), {"until": until, "justification": "runs once a quarter"}).ok
    escalate.escalate(h.context)
    h.send()
    message = button_in(h.bob.channel("C01OPS"), "finding:keep")
    assert "Kept by" in message.words
    assert "runs once a quarter" in message.words
    h.bob.press(message, "finding:keep")
    view = top(h.bob)
    (choice,) = view.blocks[0]["element"]["options"]
    answers = {"key": choice["value"], "until": "2028-01-31", "justification": "the auditors want it"}
    h.carol.press(message, "finding:keep")
    assert "isn't for you" in h.carol.submit(top(h.carol), answers).errors["justification"]
    assert h.bob.submit(view, answers).ok
    assert kept_until(h) == datetime(2028, 2, 1, tzinfo=UTC) - timedelta.resolution
    h.send()
    assert "the auditors want it" in h.bob.channel("C01OPS")[-1].words


# --- changed and ended ----------------------------------------------------------------------------------------------


def kept(h: House, days: int = 20) -> Message:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "finding:keep")
    until = (h.clock.now() + timedelta(days=days)).date().isoformat()
    assert h.alice.submit(top(h.alice), {"until": until, "justification": "runs once a quarter"}).ok
    h.send()
    return button_in(h.alice.dms(), "finding:keep")


def field(view: View, block: str) -> dict[str, Any]:
    (found,) = [each["element"] for each in view.blocks if each["block_id"] == block]
    return dict(found)


def test_the_window_of_a_kept_key_has_its_date_and_reason_and_changes_them(h: House) -> None:
    h.alice.press(kept(h), "finding:keep")
    view = top(h.alice)
    assert field(view, "until")["initial_date"] == (h.clock.now() + timedelta(days=20)).date().isoformat()
    assert field(view, "justification")["initial_value"] == "runs once a quarter"
    assert "Kept by" in view.words
    sooner = (h.clock.now() + timedelta(days=3)).date()
    assert h.alice.submit(view, {"until": sooner.isoformat(), "justification": "nearly done"}).ok
    assert kept_until(h).date() == sooner


def test_stop_keeping_ends_it_and_the_reminders_start_again(h: House) -> None:
    h.alice.press(kept(h), "finding:keep")
    before = len(h.alice.dms())
    h.alice.press(top(h.alice), "finding:release")
    assert "no longer keeps it" in told(h.alice)
    h.send()
    assert all("Kept by" not in each.words for each in h.alice.dms())
    h.advance(days=1)
    h.look_over()
    assert len(h.alice.dms()) == before + 1, "the next digest has it again"
    events = [each.tag.value for each in h.audit(h.credentials()[-1].id)]
    assert events[-2:] == ["credential:kept", "credential:released"]


def test_stop_keeping_twice_is_answered(h: House) -> None:
    message = kept(h)
    h.alice.press(message, "finding:keep")
    with h.work.begin() as tx:
        assert tx.findings.end_keep(buttons(message)["finding:keep"], h.clock.now())
    h.alice.press(top(h.alice), "finding:release")
    assert "Nobody keeps this key" in told(h.alice)
    h.alice.close(top(h.alice))
    h.alice.press(message, "finding:keep")
    assert "finding:release" not in buttons(top(h.alice))


def test_nobody_else_opens_or_ends_a_keep(h: House) -> None:
    message = kept(h)
    h.alice.press(message, "finding:keep")
    window = top(h.alice)
    h.carol.press(message, "finding:keep")
    assert h.carol.modal() is None
    h.carol.press(window, "finding:release")
    assert kept_until(h) > h.clock.now()


def test_an_approver_stops_a_keep_from_the_daily_message(h: House) -> None:
    kept(h, days=100)
    escalate.escalate(h.context)
    h.send()
    h.bob.press(button_in(h.bob.channel("C01OPS"), "finding:keep"), "finding:keep")
    assert "runs once a quarter" in top(h.bob).words
    h.bob.press(top(h.bob), "finding:release")
    assert "no longer keeps it" in told(h.bob)


def test_each_key_of_the_daily_message_shows_its_own_keep_when_chosen(h: House) -> None:
    digested(h)
    h.reader.user(MAIN, "nightly", tags={"Slack": ALICE})
    h.reader.key(MAIN, "nightly", age=200 * DAY, idle=60 * DAY)
    h.read_account()
    h.advance(days=1)
    h.look_over()
    for name, why in (("reports read", "the quarterly one"), ("nightly", "the nightly one")):
        message = next(each for each in h.alice.dms() if name in each.words and "finding:keep" in buttons(each))
        h.alice.press(message, "finding:keep")
        assert h.alice.submit(top(h.alice), {"justification": why}).ok
        h.send()
    escalate.escalate(h.context)
    h.send()
    h.bob.press(button_in(h.bob.channel("C01OPS"), "finding:keep"), "finding:keep")
    options = field(top(h.bob), "key")["options"]
    assert len(options) == 2
    for chosen in options:
        h.bob.select(top(h.bob), "key", "value", chosen["value"])
        why = "nightly" if "nightly" in chosen["text"]["text"] else "quarterly"
        assert f"the {why} one" in top(h.bob).words
    h.bob.press(top(h.bob), "finding:release")
    assert "no longer keeps it" in told(h.bob)
