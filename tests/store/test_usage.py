"""Key usage in the ledger: a digest replaces the earlier one, asks are answered once, and calls keep their distance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage import Ask, Unread, Usage, digest, unread
from bot.store import tables
from bot.store.usage import APART, FURTHEST
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START
from tests.fakes.trail import an_event
from tests.store.racing import race

MAIN, KEY = AccountName("main"), AccessKeyId("AKIAONE")
DAY = timedelta(days=1)


def a_digest() -> Usage:
    events = [an_event(START - 2 * DAY), an_event(START - 3 * DAY, source="dynamodb.amazonaws.com")]
    return digest(MAIN, KEY, events, read_at=START, since=START - 90 * DAY, complete=True)


def test_a_digest_comes_back_as_it_was_kept_and_the_newest_counts(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.usages.keep(unread(MAIN, KEY, Unread.THROTTLED, START - DAY))
        tx.usages.keep(a_digest())
        other = AccountName("other")
        tx.usages.keep(replace(a_digest(), account=other))
    with work.begin() as tx:
        assert tx.usages.of(MAIN, [KEY, AccessKeyId("AKIATWO")]) == {KEY: a_digest()}
        assert tx.usages.of(other, [KEY])[KEY].account == "other"


def test_an_ask_waits_until_it_is_answered_once(work: SqlUnitOfWork) -> None:
    asks = [Ask(f"a{n}", MAIN, KEY, ALICE, START + n * DAY) for n in (1, 0)]
    with work.begin() as tx:
        for each in asks:
            tx.usages.ask(each)
        assert [each.id for each in tx.usages.asked(5)] == ["a0", "a1"]
        assert tx.usages.answered("a0", START)
        assert not tx.usages.answered("a0", START)
        assert tx.usages.asked(5) == (asks[0],)
        assert tx.usages.get_ask("a0") == replace(asks[1], answered_at=START)


def next_at(work: SqlUnitOfWork, account: str) -> datetime:
    with work._engine.connect() as connection:
        slot = tables.usage_slot.c
        mine = select(slot.next_at).where(slot.account == account, slot.region == "eu-west-1")
        found: datetime = connection.execute(mine).scalar_one()
        return found


def reserve(work: SqlUnitOfWork, account: str = "123456789012") -> timedelta:
    with work.begin() as tx:
        return tx.usages.reserve(account, "eu-west-1")


def test_calls_reserved_at_once_are_half_a_second_apart_for_each_account(work: SqlUnitOfWork) -> None:
    assert reserve(work) == timedelta(0)
    first = next_at(work, "123456789012")
    waits = race(4, lambda _: reserve(work))
    assert all(isinstance(each, timedelta) for each in waits), waits
    assert next_at(work, "123456789012") - first >= 4 * APART
    assert reserve(work, "210987654321") == timedelta(0)


def test_a_slot_that_a_wrong_clock_set_far_ahead_is_free(work: SqlUnitOfWork) -> None:
    reserve(work)
    with work._engine.begin() as connection:
        connection.execute(update(tables.usage_slot).values(next_at=datetime.now(UTC) + 2 * FURTHEST))
    assert reserve(work) == timedelta(0)
