"""Bulk limits: one open question for each account and action, and one answer to each, on both databases."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.bulk_limit import BulkAction, Halt, Verdict
from bot.domain.ids import AccountName
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, START

MAIN, OTHER = AccountName("main"), AccountName("other")
HALT = Halt("h1", MAIN, BulkAction.SWITCH_OFF, 22, START)


def test_one_open_question_for_each_account_and_action(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert tx.halts.add(HALT)
        assert not tx.halts.add(replace(HALT, id="h2"))
        assert tx.halts.add(replace(HALT, id="h3", deed=BulkAction.DELETE))
        assert tx.halts.add(replace(HALT, id="h4", account=OTHER))
        assert tx.halts.last(MAIN, BulkAction.SWITCH_OFF) == HALT
        assert tx.halts.get("h2") is None


def test_the_first_answer_counts(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.halts.add(HALT)
        assert tx.halts.settle("h1", Verdict.STOP, BOB, START)
        assert not tx.halts.settle("h1", Verdict.GO, ALICE, START)
        settled = replace(HALT, verdict=Verdict.STOP, settled_by=BOB, settled_at=START)
        assert tx.halts.get("h1") == settled


def test_the_open_one_goes_before_the_last_answer(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        for number in range(3):
            tx.halts.add(replace(HALT, id=f"h{number}"))
            tx.halts.settle(f"h{number}", Verdict.GO, BOB, START + timedelta(days=number))
        last = tx.halts.last(MAIN, BulkAction.SWITCH_OFF)
        assert last is not None
        assert last.id == "h2"
        tx.halts.add(replace(HALT, id="h9"))
        last = tx.halts.last(MAIN, BulkAction.SWITCH_OFF)
        assert last is not None
        assert last.id == "h9"
