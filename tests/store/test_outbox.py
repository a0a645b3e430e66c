"""The contract of the outbox, the messages and the findings in bot.ports, on both databases."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.events import Notice
from bot.ports import OutboxItem, Posted
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, START
from tests.store.rows import DAY, HOUR


def only(work: SqlUnitOfWork) -> OutboxItem:
    with work.begin() as tx:
        (item,) = tx.outbox.due(START, 9)
    return item


def test_every_place_is_enqueued_for_itself(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.enqueue(Notice.APPROVAL, "r1", "C01OPS")
        tx.outbox.enqueue(Notice.RECEIPT, "r1", ALICE)
        due = tx.outbox.due(START, 9)
        assert [(each.notice, each.subject, each.to, each.tries) for each in due] == [
            (Notice.APPROVAL, "r1", "C01OPS", 0),
            (Notice.APPROVAL, "r1", BOB, 0),
            (Notice.RECEIPT, "r1", ALICE, 0),
        ]
        assert [tx.outbox.wanted_revision(each.id) for each in due] == [2, 1, 1]
        assert len(tx.outbox.due(START, 2)) == 2


def test_a_delivered_row_is_not_due(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
    item = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(item.id, START, START + HOUR)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.mark_delivered(item.id, 1, START)
        assert tx.outbox.due(START + DAY, 9) == ()
        assert not tx.outbox.claim(item.id, START + DAY, START + 2 * DAY)


def test_a_claim_is_prolonged_by_its_holder(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.REPORT, "main", "C01OPS")
    item, held = only(work).id, START + HOUR
    with work.begin() as tx:
        assert tx.outbox.claim(item, START, held)
        assert not tx.outbox.extend_claim(item, START, START + 2 * HOUR)
        assert tx.outbox.extend_claim(item, held, START + 2 * HOUR)
        assert not tx.outbox.claim(item, held, START + 3 * HOUR)
        assert tx.outbox.claim(item, START + 2 * HOUR, START + 3 * HOUR)
        assert not tx.outbox.extend_claim(item, START + 2 * HOUR, START + 4 * HOUR)


def test_more_enqueued_meanwhile_is_due_again(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
    item = only(work)
    with work.begin() as tx:
        tx.outbox.claim(item.id, START, START + HOUR)
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == ()
        assert not tx.outbox.mark_delivered(item.id, 1, START)
    assert only(work).id == item.id
    with work.begin() as tx:
        assert tx.outbox.claim(item.id, START, START + HOUR)
        assert tx.outbox.mark_delivered(item.id, 2, START)


def test_a_dead_senders_claim_runs_out(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
    item = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(item.id, START, START + HOUR)
        assert not tx.outbox.claim(item.id, START + HOUR / 2, START + HOUR)
        assert [each.tries for each in tx.outbox.due(START + HOUR, 9)] == [1]
        assert tx.outbox.claim(item.id, START + HOUR, START + 2 * HOUR)


def test_retry_at_waits_and_releases_the_claim(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
    item = only(work)
    with work.begin() as tx:
        tx.outbox.claim(item.id, START, START + DAY)
        tx.outbox.retry_at(item.id, START + HOUR, "ratelimited " * 99)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.due(START + HOUR, 9) == (replace(item, tries=1),)
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == (item,)


def test_refresh_makes_every_place_that_shows_it_due(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.enqueue(Notice.APPROVAL, "r2", BOB)
        for each in tx.outbox.due(START, 9):
            tx.outbox.mark_delivered(each.id, 1, START)
        tx.outbox.refresh(Notice.APPROVAL, "r1")
        tx.outbox.refresh(Notice.RECEIPT, "r1")
        assert [(each.subject, each.to) for each in tx.outbox.due(START, 9)] == [("r1", "C01OPS"), ("r1", BOB)]


def test_a_new_message_goes_before_the_updates_of_many_others(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.INCIDENT, "i1", "C01OPS", BOB)
        for each in tx.outbox.due(START, 9):
            tx.outbox.mark_delivered(each.id, 1, START)
        tx.outbox.refresh(Notice.INCIDENT, "i1")
        tx.outbox.enqueue(Notice.INCIDENT_ALARM, "i1@1", BOB)
        assert [each.notice for each in tx.outbox.due(START, 2)] == [Notice.INCIDENT_ALARM, Notice.INCIDENT]


def test_a_message_is_kept_once_for_each_place(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) is None
        tx.messages.store(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 1), START)
        tx.messages.store(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 3), START)
        tx.messages.store(Notice.GRANT, "g1", BOB, Posted("D2", "2.2", 1), START)
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) == Posted("D1", "1.2", 3)
        assert tx.messages.shown(Notice.GRANT, "g1", BOB) == Posted("D2", "2.2", 1)
        assert tx.messages.shown(Notice.GRANT_ENDED, "g1", ALICE) is None


def test_a_thousand_home_tabs_hold_up_no_message(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        for number in range(30):
            tx.outbox.enqueue(Notice.HOME, f"U{number}", f"U{number}")
        tx.outbox.enqueue(Notice.APPROVAL, "r1", BOB)
        assert [each.notice for each in tx.outbox.due(START, 2)] == [Notice.APPROVAL, Notice.HOME]


def test_changes_that_nobody_waits_for_are_shown_together_and_hold_up_no_other(work: SqlUnitOfWork) -> None:
    minute = timedelta(minutes=1)
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.OWNERLESS, "main/1", BOB)
        (item,) = tx.outbox.due(START, 1)
        tx.outbox.refresh(Notice.OWNERLESS, "main/1", by=START + minute)
        assert tx.outbox.due(START, 1) == (item,), "it waits already"
        assert tx.outbox.mark_delivered(item.id, 2, START)
        for second in range(3):
            tx.outbox.refresh(Notice.OWNERLESS, "main/1", by=START + minute + second * timedelta(seconds=1))
        assert (tx.outbox.due(START, 1), tx.outbox.wanted_revision(item.id)) == ((), 5)
        assert tx.outbox.due(START + minute, 1) == (item,)
        tx.outbox.refresh(Notice.OWNERLESS, "main/1")
        assert tx.outbox.due(START, 1) == (item,)
