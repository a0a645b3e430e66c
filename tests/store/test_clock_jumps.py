"""What a wrong clock left in the ledger: next tries are pulled back, deadlines stay."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from bot.domain.events import Notice
from bot.domain.hygiene.finding import Step
from bot.domain.ids import AccountName, CredentialId
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import CLOCKS_DIFFER
from bot.ports import Reading
from bot.store import tables
from bot.store.clock_jumps import NEXT_TRIES
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START
from tests.store.rows import DAY, a_credential, a_finding, a_grant, plant, plant_grants

AHEAD = START + 400 * DAY
MAIN = AccountName("main")


def pulled_back(work: SqlUnitOfWork, now: datetime = START) -> int:
    with work.begin() as tx:
        return tx.undo_clock_jumps(now)


def test_a_reading_a_message_and_a_reminder_are_due_again(work: SqlUnitOfWork) -> None:
    plant(work, replace(a_finding(), step=Step.OWNER, due_at=AHEAD))
    with work.begin() as tx:
        tx.inventory.store_reading(Reading(MAIN, AHEAD, AHEAD))
        tx.outbox.enqueue(Notice.DIGEST, "day", ALICE)
        (item,) = tx.outbox.due(START, 1)
        tx.outbox.retry_at(item.id, AHEAD, "clock")
    assert pulled_back(work) == 4
    with work.begin() as tx:
        assert tx.inventory.due([MAIN], START) == MAIN
        assert [each.id for each in tx.outbox.due(START, 1)] == [item.id]
        assert tx.findings.owners_due(START, 1) == (ALICE,)
    assert pulled_back(work) == 0


def test_a_finding_that_is_kept_stays_due_at_its_end(work: SqlUnitOfWork) -> None:
    plant(work, replace(a_finding(), step=Step.OWNER, due_at=AHEAD, kept_until=AHEAD, kept_why="the yearly job"))
    assert pulled_back(work) == 0


def test_what_is_as_far_ahead_as_it_may_be_stays(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.DIGEST, "day", ALICE)
    for column, furthest in NEXT_TRIES:
        with work._engine.begin() as connection:
            connection.execute(update(column.table).values({column.name: START + furthest + CLOCKS_DIFFER}))
    assert pulled_back(work) == 0
    with work._engine.connect() as connection:
        assert connection.execute(select(tables.outbox.c.due_at)).scalar_one() > START


def test_a_last_use_that_was_read_under_a_wrong_date_is_unknown(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(state=CredentialState.LIVE, slot=1, used_at=START, used_read_at=AHEAD))
    assert pulled_back(work) == 1
    with work.begin() as tx:
        found = tx.credentials.get(CredentialId("c1"))
    assert found is not None
    assert found.used_read_at is None
