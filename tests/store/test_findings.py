"""Findings in the ledger, on both databases: one open row each, each step once, and what Slack accepted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.domain.events import Notice
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.ids import AccountName, CredentialId
from bot.domain.lifecycle import CredentialState
from bot.ports import Posted
from bot.store import tables
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, START
from tests.store.rows import DAY, HOUR, a_credential, a_finding, a_grant, plant, plant_grants

MAIN, OTHER = AccountName("main"), AccountName("other")


def due(name: str = "f1", **changes: Any) -> Finding:
    """At the first of its steps: owner, owner, approvers, off."""
    made = escalation.begun(a_finding(name, access_key_id=f"AKIA{name}", account=MAIN), START)
    return replace(made, **changes)


def escalate(
    work: SqlUnitOfWork, finding: Finding, subject: str = "m1", notice: Notice = Notice.DIGEST, at: Any = START
) -> bool:
    with work.begin() as tx:
        return tx.findings.escalate(finding, escalation.after(finding, at), notice, subject, at)


def row(work: SqlUnitOfWork, name: str = "f1") -> Finding:
    with work.begin() as tx:
        found = tx.findings.get(name)
    assert found is not None
    return found


def test_a_finding_is_opened_once_until_it_is_closed(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(state=CredentialState.LIVE))
    mine = a_finding(credential=CredentialId("c1"))
    with work.begin() as tx:
        assert tx.findings.open(mine)
        assert not tx.findings.open(replace(mine, id="f2"))
        assert tx.findings.open(replace(mine, id="f3", kind=FindingKind.STALE))
        assert tx.findings.get("f1") == mine
        assert tx.findings.get("f2") is None
        assert {each.id for each in tx.findings.open_of(CredentialId("c1"))} == {"f1", "f3"}
        assert tx.findings.close("f1", START + HOUR)
        assert not tx.findings.close("f1", START + HOUR)
        assert tx.findings.open(replace(mine, id="f2"))
        assert {each.id for each in tx.findings.open_of(CredentialId("c1"))} == {"f2", "f3"}


# --- what is due ----------------------------------------------------------------------------------------------------


def test_an_owner_is_due_while_something_open_is_for_them(work: SqlUnitOfWork) -> None:
    plant(
        work,
        due("f2", due_at=START + HOUR),
        due("f1"),
        due("f3", closed_at=START),
        due("f4", owner=CAROL, due_at=START - HOUR),
        due("f5", owner=None),
        due("f6", owner=BOB, step=Step.APPROVERS, stage=2),
        a_finding("f7", access_key_id="AKIAf7", owner=BOB),
    )
    with work.begin() as tx:
        assert tx.findings.owners_due(START - timedelta(hours=2), 10) == ()
        assert tx.findings.owners_due(START, 10) == (CAROL, ALICE), "the longest overdue first"
        assert tx.findings.owners_due(START, 1) == (CAROL,)
        assert [each.id for each in tx.findings.due_of(ALICE, START)] == ["f1"]
        assert [each.id for each in tx.findings.due_of(ALICE, START + HOUR)] == ["f1", "f2"]
        assert tx.findings.due_of(BOB, START + DAY) == ()


def test_the_later_steps_are_due_by_account(work: SqlUnitOfWork) -> None:
    plant(
        work,
        due("f1", step=Step.APPROVERS, stage=2),
        due("f2", step=Step.ADMINS, stage=2, due_at=START - HOUR),
        due("f3", step=Step.OFF, stage=3),
        due("f4", step=Step.APPROVERS, account=OTHER),
        due("f5", step=Step.APPROVERS, due_at=START + HOUR),
        due("f6", step=Step.APPROVERS, closed_at=START),
    )
    with work.begin() as tx:
        told = tx.findings.due((Step.APPROVERS, Step.ADMINS), [MAIN], START, 10)
        assert [each.id for each in told] == ["f2", "f1"]
        assert [each.id for each in tx.findings.due((Step.OFF,), [MAIN, OTHER], START, 10)] == ["f3"]
        assert len(tx.findings.due((Step.APPROVERS, Step.ADMINS), [MAIN, OTHER], START, 2)) == 2
        tx.findings.postpone(["f1", "f2", "f6"], START + DAY)
        assert [each.id for each in tx.findings.due((Step.APPROVERS, Step.ADMINS), [MAIN], START + HOUR, 9)] == ["f5"]
        tx.findings.postpone([], START)


def test_a_step_is_taken_once(work: SqlUnitOfWork) -> None:
    plant(work, due())
    assert escalate(work, due())
    after = row(work)
    assert (after.stage, after.step, after.due_at, after.told_at) == (1, Step.OWNER, START + 7 * DAY, START)
    assert not escalate(work, due(), "m2", at=START + HOUR), "somebody was first"
    assert row(work) == after
    assert escalate(work, after, "m2")
    with work.begin() as tx:
        assert tx.findings.messages_of("f1") == ((Notice.DIGEST, "m1"), (Notice.DIGEST, "m2"))
        assert (
            tx.findings.in_message(Notice.DIGEST, "m1") == tx.findings.in_message(Notice.DIGEST, "m2") == (row_in(tx),)
        )
        assert tx.findings.in_message(Notice.ESCALATED, "m1") == ()


def test_a_closed_finding_is_not_escalated(work: SqlUnitOfWork) -> None:
    plant(work, due(closed_at=START))
    assert not escalate(work, due())


def test_the_table_holds_that_no_stage_is_reported_twice(work: SqlUnitOfWork) -> None:
    plant(work, due())
    assert escalate(work, due())
    again = {"finding": "f1", "round": 0, "stage": 0, "step": "owner", "notice": "finding:digest", "subject": "m2"}
    with pytest.raises(IntegrityError), work._engine.begin() as connection:
        connection.execute(insert(tables.told).values({**again, "at": START}))


@pytest.mark.parametrize(("step", "at"), [(Step.OWNER, None), (None, START)])
def test_the_table_holds_that_what_comes_next_is_due_some_day(work: SqlUnitOfWork, step: Any, at: Any) -> None:
    with pytest.raises(IntegrityError):
        plant(work, due(step=step, due_at=at))


# --- delivered ------------------------------------------------------------------------------------------------------


def post(work: SqlUnitOfWork, notice: Notice, subject: str, to: str, at: Any) -> None:
    with work.begin() as tx:
        tx.messages.store(notice, subject, to, Posted("D1", "1.2", 1), at)


def delivered(work: SqlUnitOfWork) -> list[Any]:
    with work.begin() as tx:
        return sorted(tx.findings.delivered(row_in(tx)))


def row_in(tx: Any) -> Finding:
    found: Finding = tx.findings.get("f1")
    return found


def test_delivered_is_what_slack_took_and_not_what_was_enqueued(work: SqlUnitOfWork) -> None:
    plant(work, due())
    escalate(work, due())
    assert delivered(work) == []
    post(work, Notice.DIGEST, "m1", ALICE, START + HOUR)
    post(work, Notice.DIGEST, "m1", ALICE, START + DAY)
    assert delivered(work) == [START + HOUR], "an update in place is no second delivery"
    escalate(work, row(work), "m2", Notice.ESCALATED)
    post(work, Notice.ESCALATED, "m2", BOB, START + 9 * DAY)
    post(work, Notice.ESCALATED, "m2", CAROL, START + 8 * DAY)
    post(work, Notice.DIGEST, "m2", CAROL, START + DAY)
    assert delivered(work) == [START + HOUR, START + 8 * DAY], "a stage counts once, wherever it was told"


def test_a_preview_is_no_notice_and_shows_each_finding_once(work: SqlUnitOfWork) -> None:
    plant(work, due(stage=3, step=Step.OFF))
    with work.begin() as tx:
        assert tx.findings.mark_previewed(row_in(tx), "p1", START, START + 14 * DAY)
        assert not tx.findings.mark_previewed(row_in(tx), "p2", START, START + 14 * DAY)
    post(work, Notice.PREVIEW, "p1", BOB, START)
    assert delivered(work) == []
    assert (row(work).stage, row(work).step, row(work).due_at) == (3, Step.OFF, START + 14 * DAY)


# --- anew -----------------------------------------------------------------------------------------------------------


def test_what_is_kept_begins_anew_when_that_is_over_and_earlier_notices_do_not_count(work: SqlUnitOfWork) -> None:
    plant(work, due(), due("f2", closed_at=START))
    escalate(work, due())
    post(work, Notice.DIGEST, "m1", ALICE, START)
    with work.begin() as tx:
        assert tx.findings.keep("f1", START + 30 * DAY, "the auditors want it", ALICE)
        assert not tx.findings.keep("f2", START + DAY, "no", ALICE)
        assert tx.findings.owners_due(START + 30 * DAY - timedelta(seconds=1), 9) == ()
        assert tx.findings.owners_due(START + 30 * DAY, 9) == (ALICE,)
    kept = row(work)
    assert (kept.round, kept.stage, kept.step, kept.kept_why) == (1, 0, Step.OWNER, "the auditors want it")
    assert delivered(work) == []
    assert escalate(work, kept, "m9"), "the same stage of another round"


def test_another_owner_is_notified_of_it_from_the_start(work: SqlUnitOfWork) -> None:
    plant(work, due(stage=2, step=Step.APPROVERS), due("f2", closed_at=START))
    with work.begin() as tx:
        assert tx.findings.restart_escalation("f1", START + HOUR, CAROL)
        assert not tx.findings.restart_escalation("f2", START + HOUR, CAROL)
    anew = row(work)
    assert (anew.owner, anew.round, anew.stage, anew.step, anew.due_at) == (CAROL, 1, 0, Step.OWNER, START + HOUR)


def test_what_is_handed_over_begins_anew_and_what_is_kept_stays_kept(work: SqlUnitOfWork) -> None:
    there = {"iam_user": "reporting", "told_at": START}
    kept = {"kept_until": START + 9 * DAY, "kept_why": "yearly", "due_at": START + 9 * DAY}
    plant(
        work,
        due("f1", stage=2, step=Step.APPROVERS, due_at=START + 2 * DAY, **there),
        due("f2", **there, **kept),
        due("f3", owner=CAROL, stage=1, **there),
        escalation.begun(a_finding("f4", kind=FindingKind.MORE_THAN_TWO, account=MAIN, **there), START),
        a_finding("f5", kind=FindingKind.QUARANTINED, account=MAIN, **there),
        due("f6", iam_user="another"),
    )
    with work.begin() as tx:
        tx.findings.transfer(MAIN, ["reporting"], CAROL)
    rows = {name: row(work, name) for name in ("f1", "f2", "f3", "f4", "f5", "f6")}
    anew = {name: (each.owner, each.round, each.stage, each.step, each.due_at) for name, each in rows.items()}
    assert anew["f1"] == (CAROL, 1, 0, Step.OWNER, START)
    assert anew["f2"] == (CAROL, 1, 0, Step.OWNER, START + 9 * DAY)
    assert anew["f3"] == (CAROL, 0, 1, Step.OWNER, START), "it was hers before"
    assert anew["f4"] == (CAROL, 1, 0, Step.ADMINS, START)
    assert anew["f5"] == (ALICE, 0, 0, None, None)
    assert anew["f6"] == (ALICE, 0, 0, Step.OWNER, START)


def test_what_other_flows_bring_up_has_no_stages(work: SqlUnitOfWork) -> None:
    plant(work, a_finding(kind=FindingKind.ROOT_KEY))
    with work.begin() as tx:
        assert tx.findings.restart_escalation("f1", START)
        assert tx.findings.keep("f1", START + DAY, "known", ALICE)
    assert (row(work).step, row(work).due_at) == (None, None)
