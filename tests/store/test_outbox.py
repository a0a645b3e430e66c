"""What the outbox, the messages and the findings promise in bot.ports, on both databases."""

from dataclasses import replace

from bot.domain.events import Notice
from bot.ports import Errand, Posted
from bot.store.work import SqlWork
from tests.fakes import ALICE, BOB, START
from tests.store.rows import DAY, HOUR


def only(work: SqlWork) -> Errand:
    with work.begin() as tx:
        (errand,) = tx.outbox.due(START, 9)
    return errand


def test_every_place_is_wanted_for_itself(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS")
        tx.outbox.want(Notice.RECEIPT, "r1", ALICE)
        due = tx.outbox.due(START, 9)
        assert [(each.notice, each.subject, each.to, each.tries) for each in due] == [
            (Notice.APPROVAL, "r1", "C01OPS", 0),
            (Notice.APPROVAL, "r1", BOB, 0),
            (Notice.RECEIPT, "r1", ALICE, 0),
        ]
        assert [tx.outbox.wanted_revision(each.id) for each in due] == [2, 1, 1]
        assert len(tx.outbox.due(START, 2)) == 2


def test_done_is_done(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.done(errand.id, 1, START)
        assert tx.outbox.due(START + DAY, 9) == ()
        assert not tx.outbox.claim(errand.id, START + DAY, START + 2 * DAY)


def test_a_claim_is_prolonged_by_whoever_holds_it(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.REPORT, "main", "C01OPS")
    errand, held = only(work).id, START + HOUR
    with work.begin() as tx:
        assert tx.outbox.claim(errand, START, held)
        assert not tx.outbox.claim_longer(errand, START, START + 2 * HOUR)
        assert tx.outbox.claim_longer(errand, held, START + 2 * HOUR)
        assert not tx.outbox.claim(errand, held, START + 3 * HOUR)
        assert tx.outbox.claim(errand, START + 2 * HOUR, START + 3 * HOUR)
        assert not tx.outbox.claim_longer(errand, START + 2 * HOUR, START + 4 * HOUR)


def test_more_wanted_meanwhile_is_due_again(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        tx.outbox.claim(errand.id, START, START + HOUR)
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == ()
        assert not tx.outbox.done(errand.id, 1, START)
    assert only(work).id == errand.id
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert tx.outbox.done(errand.id, 2, START)


def test_a_dead_senders_claim_runs_out(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        assert tx.outbox.claim(errand.id, START, START + HOUR)
        assert not tx.outbox.claim(errand.id, START + HOUR / 2, START + HOUR)
        assert [each.tries for each in tx.outbox.due(START + HOUR, 9)] == [1]
        assert tx.outbox.claim(errand.id, START + HOUR, START + 2 * HOUR)


def test_later_waits_and_lets_go(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
    errand = only(work)
    with work.begin() as tx:
        tx.outbox.claim(errand.id, START, START + DAY)
        tx.outbox.later(errand.id, START + HOUR, "ratelimited " * 99)
        assert tx.outbox.due(START, 9) == ()
        assert tx.outbox.due(START + HOUR, 9) == (replace(errand, tries=1),)
        tx.outbox.want(Notice.GRANT, "g1", ALICE)
        assert tx.outbox.due(START, 9) == (errand,)


def test_again_raises_every_place_that_shows_it(work: SqlWork) -> None:
    with work.begin() as tx:
        tx.outbox.want(Notice.APPROVAL, "r1", "C01OPS", BOB)
        tx.outbox.want(Notice.APPROVAL, "r2", BOB)
        for each in tx.outbox.due(START, 9):
            tx.outbox.done(each.id, 1, START)
        tx.outbox.again(Notice.APPROVAL, "r1")
        tx.outbox.again(Notice.RECEIPT, "r1")
        assert [(each.subject, each.to) for each in tx.outbox.due(START, 9)] == [("r1", "C01OPS"), ("r1", BOB)]


def test_a_message_is_kept_once_for_each_place(work: SqlWork) -> None:
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) is None
        tx.messages.keep(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 1), START)
        tx.messages.keep(Notice.GRANT, "g1", ALICE, Posted("D1", "1.2", 3), START)
        tx.messages.keep(Notice.GRANT, "g1", BOB, Posted("D2", "2.2", 1), START)
    with work.begin() as tx:
        assert tx.messages.shown(Notice.GRANT, "g1", ALICE) == Posted("D1", "1.2", 3)
        assert tx.messages.shown(Notice.GRANT, "g1", BOB) == Posted("D2", "2.2", 1)
        assert tx.messages.shown(Notice.GRANT_ENDED, "g1", ALICE) is None
