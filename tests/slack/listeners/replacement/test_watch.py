"""I replaced it: two quiet days, then Switch off by the ordinary buttons; used again; unknown; and the report."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.domain.ids import AccountName
from bot.domain.subjects import AccountAt
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import account_report
from bot.flows.replacement import watch
from bot.sandbox.slack import Message
from bot.slack.text.hygiene import reports
from bot.store import tables
from tests.slack.found_key import active, adopts
from tests.slack.kit import House
from tests.slack.listeners.replacement.test_replace import INSTANCE, found, use
from tests.slack.press import button_in, buttons, told, top

HOURS = timedelta(hours=6)


def replaced(h: House) -> str:
    """Alice said so; returns the key's row."""
    row = found(h, **INSTANCE)
    h.alice.press(button_in(h.alice.dms(), "finding:replace"), "finding:replace")
    assert h.alice.press(top(h.alice), "finding:replaced").ok
    return row


def check(h: House, days: float = 0) -> None:
    """Every six hours for this long, with a digest that shows nothing new."""
    for _ in range(int(days * 4)):
        h.advance(HOURS)
        use(h, last_seen=None, calls=0)
        watch.check(h.context)
    h.send()


def used(h: House, **known: Any) -> None:
    now = h.clock.now()
    h.iam.uses[h.found] = LastUsed(now, "s3", "eu-west-1")  # type: ignore[attr-defined]
    h.advance(HOURS)
    use(h, last_seen=now, **INSTANCE, **known)
    watch.check(h.context)
    h.send()


def newest(h: House) -> Message:
    return h.alice.dms()[-1]


def words_of_report(h: House) -> str:
    h.advance(minutes=1)
    with h.work.begin() as tx:
        return reports.words(account_report.of(tx, AccountAt(AccountName("main"), h.clock.now())), None)


def test_two_quiet_days_then_switch_off_then_the_report(h: House) -> None:
    row = replaced(h)
    before = len(h.alice.dms())
    check(h, days=1.75)
    assert len(h.alice.dms()) == before
    check(h, days=0.25)
    assert "Nothing used" in newest(h).words
    assert buttons(newest(h)) == {"credential:retire": row}
    check(h, days=1)
    assert len(h.alice.dms()) == before + 1, "it is offered once"
    offer = newest(h)
    assert h.bob.press(offer, "credential:retire").ok
    assert "isn't for you" in told(h.bob), "its owner switches it off"
    assert h.alice.press(offer, "credential:retire").ok
    h.sweep()
    assert active(h) is False
    check(h, days=0.25)
    assert "1 key (1 by a role)" in words_of_report(h)
    (same,) = [each for each in h.alice.dms() if each.ts == offer.ts]
    assert not buttons(same)
    assert "is off. A role took" in same.words


def test_it_is_said_when_the_key_is_used_again(h: House) -> None:
    replaced(h)
    check(h, days=1.5)
    used(h)
    assert "was used again by boto3 1.34" in newest(h).words
    assert buttons(newest(h)).keys() == {"finding:replace"}
    said = len(h.alice.dms())
    used(h)
    assert len(h.alice.dms()) == said, "at most once a day"
    check(h, days=1.5)
    assert len(h.alice.dms()) == said
    check(h, days=0.5)
    assert "credential:retire" in buttons(newest(h))
    used(h)
    assert "was used again" in newest(h).words
    assert not [each for each in h.alice.dms() if "credential:retire" in buttons(each)], "the offer is withdrawn"


def test_unknown_is_not_quiet(h: House) -> None:
    replaced(h)
    before = len(h.alice.dms())
    h.iam.uses[h.found] = None  # type: ignore[attr-defined]
    check(h, days=5)
    assert len(h.alice.dms()) == before
    h.iam.uses[h.found] = LastUsed(None)  # type: ignore[attr-defined]
    check(h, days=1.75)
    assert len(h.alice.dms()) == before
    check(h, days=0.5)
    assert "credential:retire" in buttons(newest(h))


def test_where_latchkey_may_not_act_it_says_what_to_run(h: House) -> None:
    replaced(h)
    adopts(h, adopt=False)
    check(h, days=2)
    assert "aws iam update-access-key" in newest(h).words
    assert not buttons(newest(h))


def test_an_own_key_is_given_back(h: House) -> None:
    h.live()
    (own,) = h.credentials()
    h.alice.command(f"/key usage {own.access_key_id}")
    h.found = own.access_key_id  # type: ignore[attr-defined]
    use(h, **INSTANCE)
    h.alice.command(f"/key usage {own.access_key_id}")
    h.alice.press(button_in(h.alice.ephemerals(), "finding:replace"), "finding:replace")
    assert "reports-read-role" in top(h.alice).words
    h.alice.press(top(h.alice), "finding:replaced")
    check(h, days=2)
    offer = newest(h)
    assert buttons(offer).keys() == {"grant:return"}
    assert h.alice.press(offer, "grant:return").ok
    h.sweep()
    check(h, days=0.25)
    with h.work.begin() as tx:
        ended = tx.replacements.get(own.id)
    assert ended is not None
    assert ended.ended_at is not None


def test_a_key_that_aws_describes_unclearly_was_not_replaced(h: House) -> None:
    row = replaced(h)

    def says(unclear: str | None) -> None:
        with h.work._engine.begin() as connection:
            found_key = tables.found_key
            connection.execute(update(found_key).where(found_key.c.id == row).values(unclear=unclear))

    says("two keys match")
    check(h, days=0.5)
    says(None)
    check(h, days=1.5)
    assert buttons(newest(h)) == {"credential:retire": row}


def test_a_clock_that_was_ahead_at_the_press_hides_no_use_and_no_quiet(h: House) -> None:
    now = h.clock.now()
    found(h, **INSTANCE)
    message = button_in(h.alice.dms(), "finding:replace")
    h.alice.press(message, "finding:replace")
    h.clock.advance(days=300)
    assert h.alice.press(top(h.alice), "finding:replaced").ok
    h.clock.advance(now - h.clock.now())
    with h.work.begin() as tx:
        tx.undo_clock_jumps(h.clock.now())
    check(h, days=0.5)
    used(h)
    assert "was used again" in newest(h).words
    check(h, days=2)
    assert "credential:retire" in buttons(newest(h))


def test_a_key_that_is_switched_off_while_aws_answers_is_not_offered(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    row = replaced(h)
    check(h, days=1.75)
    said = len(h.alice.dms())
    before = h.iam.last_used

    def meanwhile(*asked: Any) -> Any:
        with h.work._engine.begin() as connection:
            found_key = tables.found_key
            connection.execute(update(found_key).where(found_key.c.id == row).values(active=False))
        return before(*asked)

    monkeypatch.setattr(h.iam, "last_used", meanwhile)
    check(h, days=0.25)
    assert len(h.alice.dms()) == said
