"""Found users and keys in the ledger, on both databases; and the query plans for what is due."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError

from bot.domain.events import Notice
from bot.domain.hygiene.finding import FindingKind, Step
from bot.domain.hygiene.inventory import FoundKey, FoundUser, Named
from bot.domain.ids import AccessKeyId, AccountName, CredentialId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.ports import Reading
from bot.store import tables
from bot.store.rows import write
from bot.store.work import SqlUnitOfWork
from tests.fakes import CAROL, START
from tests.store.rows import DAY, HOUR, a_credential, a_finding, a_grant, plant, plant_grants

STEPS = tuple(Step)
MAIN, OTHER = AccountName("main"), AccountName("other")


def a_user(name: str = "carol", **changes: Any) -> FoundUser:
    arn = f"arn:aws:iam::123456789012:user/{name}"
    made = FoundUser(MAIN, name, arn, START - DAY, START, CAROL, {"Slack": CAROL}, True, False, False)
    return replace(made, **changes)


def a_key(id_: str = "k1", user: str = "carol", **changes: Any) -> FoundKey:
    return replace(FoundKey(id_, MAIN, user, 1, START - DAY, True, START, START), **changes)


def store(work: SqlUnitOfWork, users: list[FoundUser], keys: list[FoundKey], gone: list[str] | None = None) -> None:
    with work.begin() as tx:
        tx.inventory.store(users, keys, gone or [], START + HOUR)


def test_users_and_keys_are_written_and_brought_up_to_date(work: SqlUnitOfWork) -> None:
    store(work, [a_user(), a_user("dave", owner=None, password=None)], [a_key(), a_key("k2", slot=2)])
    later = a_key(active=False, used_known=True, used_at=START, used_service="s3", access_key_id=AccessKeyId("AKIA1"))
    store(work, [a_user(mfa=True)], [later])
    with work.begin() as tx:
        assert tx.inventory.users(MAIN, ["carol", "dave", "eve"]) == {
            "carol": a_user(mfa=True),
            "dave": a_user("dave", owner=None, password=None),
        }
        assert set(tx.inventory.keys(MAIN, ["carol"])) == {later, a_key("k2", slot=2)}
        assert tx.inventory.by_key(AccessKeyId("AKIA1")) == later
        assert tx.inventory.get("k2") == a_key("k2", slot=2)
        assert tx.inventory.keys(OTHER, ["carol"]) == ()


def test_a_new_key_may_stand_in_the_slot_of_one_that_is_gone(work: SqlUnitOfWork) -> None:
    store(work, [a_user()], [a_key()])
    store(work, [a_user()], [a_key("k2")], gone=["k1"])
    with work.begin() as tx:
        assert tx.inventory.keys(MAIN, ["carol"]) == (a_key("k2"),)
        assert tx.inventory.get("k1") == a_key(gone_at=START + HOUR)


LAWS = {
    "two keys in one slot": a_key("k2"),
    "a third slot": a_key("k2", slot=3),
    "nothing to know it by": a_key("k2", slot=None),
    "use that is not known": a_key("k2", slot=2, used_at=START),
    "one id twice": a_key("k2", slot=2, access_key_id=AccessKeyId("AKIA1")),
    "nobody's": a_key("k2", user="nobody"),
}


@pytest.mark.parametrize("row", LAWS.values(), ids=LAWS)
def test_the_tables_hold_the_laws(work: SqlUnitOfWork, row: FoundKey) -> None:
    store(work, [a_user()], [a_key(access_key_id=AccessKeyId("AKIA1"))])
    with pytest.raises(IntegrityError):
        store(work, [], [row])


def test_what_a_whole_reading_did_not_see_is_gone(work: SqlUnitOfWork) -> None:
    store(work, [a_user(), a_user("dave", seen_at=START - HOUR)], [a_key(), a_key("k2", "dave", seen_at=START - HOUR)])
    store(work, [a_user(account=OTHER, seen_at=START - HOUR)], [])
    with work.begin() as tx:
        assert tx.inventory.mark_gone(MAIN, START) == ("dave",)
        assert tx.inventory.users(MAIN, ["carol", "dave"]).keys() == {"carol"}
        assert tx.inventory.keys(MAIN, ["dave"]) == ()
        assert tx.inventory.users(OTHER, ["carol"])


def test_issued_keys_are_listed_by_their_users(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant("g1", state=GrantState.ACTIVE), a_grant("g2", "r2", account=OTHER))
    live = a_credential("c1", state=CredentialState.LIVE, created_at=START, slot=1)
    plant(work, live, a_credential("c2", "g2", state=CredentialState.LIVE, created_at=START, slot=1))
    with work.begin() as tx:
        own = tx.inventory.issued_keys(MAIN, ["latchkey-g1", "latchkey-g2", "carol"])
    assert own == {"latchkey-g1": (Named(AccessKeyId("AKIAC1"), START, CredentialId("c1")),)}


def test_unclear_keys_are_listed(work: SqlUnitOfWork) -> None:
    store(work, [a_user()], [a_key(), a_key("k2", slot=2, unclear="two of one second")])
    with work.begin() as tx:
        assert [each.id for each in tx.inventory.ambiguous_keys(MAIN, 10)] == ["k2"]
        assert tx.inventory.ambiguous_keys(OTHER, 10) == ()


def test_one_reader_at_a_time_and_the_longest_overdue_first(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.inventory.schedule_first([MAIN, OTHER], START)
        tx.inventory.schedule_first([MAIN], START + DAY)
        assert tx.inventory.due([], START) is None
        tx.inventory.store_reading(Reading(MAIN, START - HOUR, users=3, problem="it is stale"))
        assert tx.inventory.due([MAIN, OTHER], START) == MAIN
        assert tx.inventory.claim(MAIN, START, START + HOUR)
        assert not tx.inventory.claim(MAIN, START + HOUR - timedelta(seconds=1), START + DAY)
        assert tx.inventory.due([MAIN, OTHER], START) == OTHER
        tx.inventory.store_reading(Reading(MAIN, START + 6 * HOUR, read_at=START, report_at=START, users=3, keys=4))
        assert tx.inventory.due([MAIN], START + 6 * HOUR - timedelta(seconds=1)) is None
        assert tx.inventory.due([MAIN], START + 6 * HOUR) == MAIN
        found = tx.inventory.reading(MAIN)
    assert found == Reading(MAIN, START + 6 * HOUR, None, None, START, START, 3, 4)


def test_findings_on_found_keys_and_on_issued_keys_are_distinguished(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential("c1"))
    with work.begin() as tx:
        for row in (
            a_finding("f1", account=MAIN, iam_user="carol"),
            a_finding("f2", account=MAIN, iam_user="carol", kind=FindingKind.NO_MFA, access_key_id="", owner=None),
            a_finding("f3", account=MAIN, iam_user="latchkey-g1", credential=CredentialId("c1")),
            a_finding("f4", account=OTHER, iam_user="carol"),
        ):
            assert tx.findings.open(row)
        assert not tx.findings.open(a_finding("f5", account=MAIN, iam_user="carol"))
        assert tx.findings.open(a_finding("f6", account=MAIN, iam_user="dave"))
        assert {each.id for each in tx.findings.open_on(MAIN, ["carol", "latchkey-g1"])} == {"f1", "f2"}
        assert [each.id for each in tx.findings.on_issued_keys(MAIN)] == ["f3"]


# --- due rows are found by an index -------------------------------------------------------------------------------


@pytest.fixture
def full(postgres_work: SqlUnitOfWork) -> SqlUnitOfWork:
    """PostgreSQL with 20,000 found keys in ten accounts, a twentieth of them with a finding, most of it reported."""
    work = postgres_work
    found = [
        a_finding(
            f"f{n}", account=f"account-{n % 10}", iam_user=f"user-{n}", owner=f"U{n % 500:04}",
            closed_at=None if n % 20 == 0 else START, step=STEPS[n % 5], due_at=START + n * HOUR,
        )
        for n in range(0, 20_000, 5)
    ]  # fmt: skip
    with work._engine.begin() as connection:
        connection.execute(insert(tables.found_user), write(a_user("user-0", account=AccountName("account-0"))))
        connection.execute(insert(tables.found_key), write(a_key("k0", "user-0", account=AccountName("account-0"))))
        for table, name in (
            ("found_user", "'name', 'user-' || n"),
            ("found_key", "'id', 'k' || n, 'user', 'user-' || n"),
        ):
            account = "'account', 'account-' || mod(n, 10)"
            connection.exec_driver_sql(
                f"INSERT INTO {table} SELECT (jsonb_populate_record(first, jsonb_build_object({account}, {name}))).* "
                f"FROM {table} AS first, generate_series(1, 19999) AS n"
            )
        connection.execute(insert(tables.finding), [write(each) for each in found])
        stage = {"round": 0, "stage": 0, "step": Step.OWNER, "notice": Notice.DIGEST, "at": START}
        rows = [{**stage, "finding": each.id, "subject": f"U{n // 2:04}/2026-11-02"} for n, each in enumerate(found)]
        connection.execute(insert(tables.told), rows)
        shown = {"channel": "D1", "ts": "1.2", "revision": 1, "posted_at": START, "notice": Notice.DIGEST}
        sent = [{**shown, "subject": f"U{n:04}/2026-11-02", "to": f"U{n:04}"} for n in range(2000)]
        connection.execute(insert(tables.message), sent)
        connection.execute(
            insert(tables.reading), [write(Reading(AccountName(f"account-{n}"), START + n * HOUR)) for n in range(5000)]
        )
    with work._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return work


def test_what_is_due_is_found_by_an_index_and_not_by_reading_the_table(full: SqlUnitOfWork) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(explained(full, statement, values))

    event.listen(full._engine, "before_cursor_execute", note)
    names = [f"user-{n}" for n in range(0, 2500, 10)]
    with full.begin() as tx:
        tx.findings.owners_due(START + DAY, 1000)
        tx.findings.due_of("U0000", START + DAY)
        tx.findings.due((Step.APPROVERS, Step.CHANNEL, Step.ADMINS), [AccountName("account-1")], START + DAY, 500)
        tx.findings.due((Step.OFF,), [AccountName("account-1")], START + DAY, 200)
        tx.findings.in_message(Notice.DIGEST, "U0000/2026-11-02")
        tx.findings.delivered(a_finding("f0"))
        tx.inventory.due([AccountName("account-1"), AccountName("account-2")], START + HOUR)
        tx.inventory.keys(AccountName("account-0"), names)
        tx.inventory.users(AccountName("account-0"), names)
        tx.findings.open_on(AccountName("account-0"), names)
        tx.inventory.ambiguous_keys(AccountName("account-0"), 10)
    event.remove(full._engine, "before_cursor_execute", note)
    assert len(asked) == 11
    for each in asked:
        assert "Index" in each, each
        assert "Seq Scan" not in each, each


def explained(work: SqlUnitOfWork, statement: str, values: Any) -> str:
    """The plan of exactly this statement with these values."""
    connection = work._engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(row[0] for row in cursor.fetchall())
    finally:
        connection.close()
