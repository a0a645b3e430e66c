"""Retention: every table has a rule, old rows go in steps, and nothing that is still needed goes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.domain import retention
from bot.domain.events import Notice
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.rate_limits import REFUSALS
from bot.domain.retention import HALF_YEAR, MONTH, PRUNED, QUARTER, RETENTION, SPANS
from bot.ports import Posted
from bot.store import tables
from bot.store.retention import PRUNED as PRUNES
from bot.store.tables import metadata
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START
from tests.store.rows import a_credential, a_grant, plant, plant_grants

DAY = timedelta(days=1)
ID = "g" * 26
USER: dict[str, Any] = {
    "account": "main",
    "name": "reporting",
    "arn": "arn",
    "created_at": START,
    "seen_at": START,
    "tags": {},
}
KEY: dict[str, Any] = {
    "id": "k1", "account": "main", "user": "reporting", "slot": 1, "created_at": START, "active": True,
    "first_seen_at": START, "seen_at": START, "used_known": False,
}  # fmt: skip
ADOPTED: dict[str, Any] = {
    "id": "k1", "account": "main", "user": "reporting", "access_key_id": "AKIA1", "state": "gone", "began_at": START,
}  # fmt: skip
FINDING: dict[str, Any] = {
    "kind": "stale", "account": "main", "iam_user": "reporting", "access_key_id": "AKIA1", "opened_at": START,
    "evidence": "90 days old",
}  # fmt: skip


def put(work: SqlUnitOfWork, table: str, *rows: dict[str, Any]) -> None:
    with work._engine.begin() as connection:
        for row in rows:
            connection.execute(insert(metadata.tables[table]), row)


def count(work: SqlUnitOfWork, table: str) -> int:
    with work._engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


def prune(work: SqlUnitOfWork, at: Any) -> dict[str, int]:
    found = {}
    for table in PRUNED:
        with work.begin() as tx:
            found[table] = tx.prune(table, at)
    return {table: rows for table, rows in found.items() if rows}


def test_every_table_says_what_is_kept() -> None:
    assert sorted(each.table for each in RETENTION) == sorted(metadata.tables)


def test_whatever_has_a_span_is_pruned() -> None:
    assert set(PRUNES) == set(PRUNED)


def test_what_is_the_record_is_never_pruned() -> None:
    assert {each.table for each in RETENTION if each.span is None} >= {
        "audit",
        "request",
        "decision",
        "grants",
        "credential",
    }


def test_gone_keys_and_their_users_go_together_after_a_quarter(work: SqlUnitOfWork) -> None:
    put(work, "found_user", USER | {"gone_at": START}, USER | {"name": "standing"})
    put(work, "found_key", KEY | {"gone_at": START}, KEY | {"id": "k2", "user": "standing"})
    put(work, "adopted", ADOPTED | {"gone_at": START})
    put(work, "agreement", {"adopted": "k1", "approver": "U02BOB", "made_at": START})
    word = {"account": "main", "created_at": START, "over": "", "by": ALICE, "at": START}
    put(work, "word", word | {"iam_user": "reporting"}, word | {"iam_user": "standing"})
    assert prune(work, START + QUARTER) == {}
    gone = {"agreement": 1, "adopted": 1, "found_key": 1, "word": 1, "found_user": 1}
    assert prune(work, START + QUARTER + DAY) == gone
    assert [count(work, each) for each in ("found_user", "found_key", "word")] == [1, 1, 1]


def test_a_gone_user_stays_as_long_as_a_key_of_theirs(work: SqlUnitOfWork) -> None:
    put(work, "found_user", USER | {"gone_at": START})
    put(work, "found_key", KEY | {"gone_at": START + 5 * DAY})
    assert prune(work, START + QUARTER + DAY) == {}
    assert prune(work, START + QUARTER + 6 * DAY) == {"found_key": 1, "found_user": 1}


def test_closed_findings_go_with_what_was_reported_of_them_and_open_ones_stay(work: SqlUnitOfWork) -> None:
    put(work, "finding", FINDING | {"id": "f1", "closed_at": START})
    put(work, "finding", FINDING | {"id": "f2"})
    told = {"round": 0, "stage": 0, "step": "owner", "notice": Notice.DIGEST, "subject": "x", "at": START}
    put(work, "told", told | {"finding": "f1"}, told | {"finding": "f1", "stage": 1}, told | {"finding": "f2"})
    assert prune(work, START + HALF_YEAR) == {}
    assert prune(work, START + HALF_YEAR + DAY) == {"told": 2, "finding": 1}
    assert (count(work, "finding"), count(work, "told")) == (1, 1)


def test_tombstones_go_after_a_month(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant("g1", "r1"))
    plant(work, a_credential("c1", "g1", state=CredentialState.DELETED, ended_at=START))
    dead = {"credential": "c1", "owner": ALICE, "proof_hash": bytes(32), "outcome": "revealed", "erased_at": START}
    put(work, "tombstone", dead | {"id": "e0", "at": START, "erased_at": None})
    put(work, "tombstone", dead | {"id": "e1", "at": START}, dead | {"id": "e2", "at": START + 5 * DAY})
    assert prune(work, START + MONTH + DAY) == {"tombstone": 1}


def told(work: SqlUnitOfWork, notice: Notice, subject: str) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(notice, subject, ALICE)
    with work.begin() as tx:
        (item,) = tx.outbox.due(START, 9)
        tx.messages.store(notice, subject, ALICE, Posted("D1", "1.1", 1), START)
        tx.outbox.mark_delivered(item.id, 1, START)


def test_a_message_goes_with_its_outbox_row_once_its_subject_is_over(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant(ID, "r1", state=GrantState.REVOKED, ended_at=START, torn_down_at=START))
    told(work, Notice.GRANT, ID)
    told(work, Notice.DIGEST, "U01ALICE/2026-11-02")
    assert prune(work, START + QUARTER) == {}
    assert prune(work, START + QUARTER + DAY) == {"outbox": 2}
    assert (count(work, "outbox"), count(work, "message")) == (0, 0)


def test_a_message_stays_while_its_subject_stands(work: SqlUnitOfWork) -> None:
    lease = {"state": GrantState.ACTIVE, "lease_until": START + 900 * DAY}
    plant_grants(work, a_grant(ID, "r1", **lease))
    told(work, Notice.GRANT, ID)
    told(work, Notice.GRANT_ENDING, f"{ID}/2027-01-01")
    assert prune(work, START + QUARTER + DAY) == {}
    assert prune(work, START + 2 * QUARTER) == {}
    assert (count(work, "outbox"), count(work, "message")) == (2, 2)


def test_of_a_found_key_only_the_message_about_the_present_stays(work: SqlUnitOfWork) -> None:
    put(work, "found_user", USER)
    put(work, "found_key", KEY)
    put(work, "adopted", ADOPTED | {"state": "on"})
    began = int(START.timestamp())
    told(work, Notice.ADOPTED, f"k1/{began}")
    told(work, Notice.ADOPTED, f"k1/{began - 86400}")
    assert prune(work, START + QUARTER + DAY) == {"outbox": 1}
    assert (count(work, "outbox"), count(work, "message")) == (1, 1)


def test_a_message_that_waits_to_be_sent_is_never_pruned(work: SqlUnitOfWork) -> None:
    told(work, Notice.DIGEST, "U01ALICE/2026-11-02")
    with work.begin() as tx:
        tx.outbox.refresh(Notice.DIGEST, "U01ALICE/2026-11-02")
    assert prune(work, START + 9 * QUARTER) == {}


def test_a_step_is_small_and_takes_the_oldest_first(work: SqlUnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.retention.STEP", 2)
    put(work, "delivery", *({"id": f"Ev{number}", "at": START + number * DAY} for number in range(5)))
    with work.begin() as tx:
        assert tx.prune("delivery", START + 9 * DAY) == 2
    with work._engine.connect() as connection:
        assert set(connection.execute(select(tables.delivery.c.id)).scalars()) == {"Ev2", "Ev3", "Ev4"}


def test_spans_and_what_only_stops_a_repetition(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.beat("w1", START)
        assert tx.once("report/main", START, START - 7 * DAY)
        tx.set_flag("paused", "yes")
    put(work, "delivery", {"id": "Ev1", "at": START})
    assert prune(work, START + DAY + timedelta(seconds=1)) == {"delivery": 1, "heartbeat": 1}
    assert prune(work, START + SPANS["flag"] + DAY) == {"flag": 1}
    with work.begin() as tx:
        assert tx.flag("paused") == "yes"


def test_a_flag_goes_when_it_is_cleared_or_was_over_for_long(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.set_flag("storm/main/1", "since until", over_at=START)
        tx.set_flag("storm/main", "main/1")
        tx.set_flag("storm-told/main/1", "1/0/2")
        tx.set_flag("storm-told/main/1", None)
    assert count(work, "flag") == 2
    assert prune(work, START + SPANS["flag"]) == {}
    assert prune(work, START + SPANS["flag"] + DAY) == {"flag": 1}
    with work.begin() as tx:
        assert tx.flag("storm/main") == "main/1"


def test_a_limit_whose_span_ended_is_forgotten(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.count(REFUSALS, ALICE, START)
    assert prune(work, START + SPANS["rate"]) == {}
    assert prune(work, START + REFUSALS.per + SPANS["rate"] + DAY) == {"rate": 1}


def test_the_oldest_wait_is_not_shorter_than_what_reads_it() -> None:
    """An undo checks who owned the key within 90 days before its deactivation, for as long as that lasts."""
    assert SPANS["past_owner"] >= QUARTER + SPANS["adopted"]
    assert retention.STEP > 0
