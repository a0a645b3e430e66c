"""The audit log is append-only for every database user; each event is a line of the process's log."""

from contextlib import suppress

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.domain.events import Tag
from bot.flows.audit import chain
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START

COLUMNS = "(id, tag, subject, actor, at, facts)"
ROW = "SELECT id, 'request:approved', subject, actor, at, facts FROM audit"
FORBIDDEN = {
    "sqlite": (
        "UPDATE audit SET actor = 'U66MALLORY'",
        "UPDATE OR REPLACE audit SET id = 1",
        "DELETE FROM audit",
        f"INSERT OR REPLACE INTO audit {COLUMNS} {ROW}",
        f"REPLACE INTO audit {COLUMNS} {ROW}",
        f"INSERT INTO audit {COLUMNS} {ROW} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'U66MALLORY'",
    ),
    "postgresql": (
        "UPDATE audit SET actor = 'U66MALLORY'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE false",
        "TRUNCATE audit",
        f"INSERT INTO audit {COLUMNS} {ROW} ON CONFLICT (id) DO UPDATE SET actor = 'U66MALLORY'",
        "SET session_replication_role = replica; DELETE FROM audit",
    ),
}


@pytest.fixture
def recorded(work: SqlUnitOfWork) -> SqlUnitOfWork:
    with work.begin() as tx:
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START, facts={"entitlement": "reports-read", "why": "typed"})
    return work


def test_the_database_refuses_to_change_or_remove_an_event(recorded: SqlUnitOfWork, engine: Engine) -> None:
    with recorded.begin() as tx:
        before = tx.audit.of("r1")
    for statement in FORBIDDEN[engine.dialect.name]:
        with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
            connection.execute(text(statement))
        with recorded.begin() as tx:
            assert tx.audit.of("r1") == before, statement


CHAIN = "SELECT seq, event, previous_hash, hash FROM audit_chain"
FORBIDDEN_ON_CHAIN = {
    "sqlite": (
        "UPDATE audit_chain SET hash = ''",
        "DELETE FROM audit_chain",
        f"INSERT OR REPLACE INTO audit_chain {CHAIN}",
        "INSERT OR REPLACE INTO audit_chain SELECT seq + 1, event, previous_hash, hash FROM audit_chain",
    ),
    "postgresql": (
        "UPDATE audit_chain SET hash = ''",
        "DELETE FROM audit_chain",
        "TRUNCATE audit_chain",
        f"INSERT INTO audit_chain {CHAIN} ON CONFLICT (seq) DO UPDATE SET hash = ''",
        "SET session_replication_role = replica; DELETE FROM audit_chain",
    ),
}


def test_the_database_refuses_to_change_the_chain_too(recorded: SqlUnitOfWork, engine: Engine) -> None:
    chain.number(recorded)
    with recorded.begin() as tx:
        before = tx.chain.after(0, 9)
    assert len(before) == 1
    for statement in FORBIDDEN_ON_CHAIN[engine.dialect.name]:
        with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
            connection.execute(text(statement))
        with recorded.begin() as tx:
            assert tx.chain.after(0, 9) == before, statement


def test_an_event_is_a_line_of_the_log_once_it_is_committed(work: SqlUnitOfWork) -> None:
    with structlog.testing.capture_logs() as lines:
        with work.begin() as tx:
            tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START, facts={"entitlement": "x", "justification": "typed"})
        with suppress(ZeroDivisionError), work.begin() as tx:
            tx.record(Tag.REQUEST_MADE, "r2", by=ALICE, at=START)
            raise ZeroDivisionError
    assert lines == [
        {
            "event": "audit", "log_level": "info", "tag": "request:made", "subject": "r1", "actor": ALICE, "at": START,
            "facts": {"entitlement": "x"},
        }
    ]  # fmt: skip
