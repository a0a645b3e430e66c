"""The digest and its answers: one message a day, with Rotate, Give back and Keep for each key."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.flows.hygiene import escalate
from tests.fakes import ALICE
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
    assert buttons(message).keys() == {"credential:rotate", "grant:return", "finding:keep"}


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
    assert [each["block_id"] for each in view.blocks] == ["until", "justification"]
    until = (h.clock.now() + timedelta(days=20)).date().isoformat()
    assert h.alice.submit(view, {"until": until, "justification": "runs once a quarter"}).ok
    h.send()
    assert all("finding:keep" not in buttons(each) for each in h.alice.dms())
    assert any("Kept by" in each.words for each in h.alice.dms())


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
    answer = h.carol.submit(top(h.carol), {"justification": "mine now"})
    assert "isn't for you" in answer.errors["justification"]


def test_rotate_from_the_digest(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "credential:rotate")
    h.mint()
    assert h.link()


def test_give_back_from_the_digest(h: House) -> None:
    digested(h)
    h.alice.press(button_in(h.alice.dms(), "finding:keep"), "grant:return")
    h.sweep()
    assert not h.iam.all_keys()
    assert told(h.alice) == ""


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
