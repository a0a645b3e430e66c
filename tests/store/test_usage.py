"""Key usage in the ledger: a digest replaces the earlier one, asks are answered once, and calls keep their distance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.retention import MONTH, QUARTER
from bot.domain.usage.key_usage import CLAIM, Ask, Unread, Usage, digest, unread
from bot.store import tables
from bot.store.usage import APART, FURTHEST
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, START
from tests.fakes.trail import an_event
from tests.store.racing import race

MAIN, KEY = AccountName("main"), AccessKeyId("AKIAONE")
DAY = timedelta(days=1)


def a_digest() -> Usage:
    events = [an_event(START - 2 * DAY), an_event(START - 3 * DAY, source="dynamodb.amazonaws.com")]
    return digest(MAIN, KEY, events, read_at=START, since=START - 90 * DAY, complete=True)


def test_a_digest_comes_back_as_it_was_stored_and_the_newest_counts(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.usages.store(unread(MAIN, KEY, Unread.THROTTLED, START - DAY))
        tx.usages.store(a_digest())
        other = AccountName("other")
        tx.usages.store(replace(a_digest(), account=other))
    with work.begin() as tx:
        assert tx.usages.of(MAIN, [KEY, AccessKeyId("AKIATWO")]) == {KEY: a_digest()}
        assert tx.usages.of(other, [KEY])[KEY].account == "other"


def test_an_ask_waits_until_it_is_answered_once(work: SqlUnitOfWork) -> None:
    asks = [Ask(f"a{n}", MAIN, KEY, by, START + n * DAY) for n, by in ((1, ALICE), (0, BOB))]
    with work.begin() as tx:
        for each in asks:
            assert tx.usages.ask(each)
            assert not tx.usages.ask(replace(each, id="again"))
        assert [each.id for each in tx.usages.open_asks(5)] == ["a0", "a1"]
        assert tx.usages.mark_answered("a0", START)
        assert not tx.usages.mark_answered("a0", START)
        assert tx.usages.open_asks(5) == (asks[0],)
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


def test_a_call_that_is_made_late_delays_the_next(work: SqlUnitOfWork) -> None:
    reserve(work)
    before = next_at(work, "123456789012")
    with work._engine.begin() as connection:
        connection.execute(update(tables.usage_slot).values(next_at=before - timedelta(minutes=1)))
    with work.begin() as tx:
        tx.usages.called("123456789012", "eu-west-1")
        tx.usages.called("123456789012", "us-east-1")
    assert next_at(work, "123456789012") >= before


def test_a_slot_that_a_wrong_clock_set_far_ahead_is_free(work: SqlUnitOfWork) -> None:
    reserve(work)
    with work._engine.begin() as connection:
        connection.execute(update(tables.usage_slot).values(next_at=datetime.now(UTC) + 2 * FURTHEST))
    assert reserve(work) == timedelta(0)


def test_one_of_several_workers_gets_a_key(work: SqlUnitOfWork) -> None:
    def claim(at: datetime) -> bool:
        with work.begin() as tx:
            return tx.usages.claim(MAIN, KEY, at)

    assert sorted(race(4, lambda _: claim(START))) == [False] * 3 + [True]
    assert sorted(race(4, lambda _: claim(START + CLAIM))) == [False] * 3 + [True]
    with work.begin() as tx:
        assert tx.usages.of(MAIN, [KEY]) == {}


def test_digests_go_a_quarter_after_they_were_read_and_asks_after_a_month(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.usages.store(a_digest())
        tx.usages.ask(Ask("a1", MAIN, KEY, ALICE, START))
    for table, span in (("usage", QUARTER), ("usage_ask", MONTH)):
        for after, gone in ((span, 0), (span + DAY, 1)):
            with work.begin() as tx:
                assert tx.prune(table, START + after) == gone
