"""A ciphertext remains in none of the database's files after its envelope, on either database."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.domain.credential import Envelope, Tombstone
from bot.domain.ids import EnvelopeId
from bot.domain.lifecycle import CredentialState
from bot.flows.context import AwsContext
from bot.flows.lifecycle import deadlines
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.database_files import backed_up, database_files, restored
from tests.database_pool import Borrowed, SqliteLedger
from tests.fakes import START, FakeClock, FakeIam, FakePeople, FixedEntropy
from tests.flows.aws_context import aws_context
from tests.flows.catalog import catalog
from tests.store.rows import PROOF, a_credential, a_grant, an_envelope, plant, plant_grants

MANY = 24
MARK = b"\xd5\x1eciph\x9a\x03"  # in each ciphertext: one look tells that a file has none
MARKED = (0, 300, 700)  # the places where it stands


@pytest.fixture
def sqlite_ledger(_sqlite_template: Path, memory_path: Path) -> Iterator[Borrowed]:
    """Used by one test: reading the files of an open SQLite database drops this process's locks on it."""
    ledger = SqliteLedger(_sqlite_template, memory_path)
    yield Borrowed(ledger.url, ledger.engine)
    ledger.remove()


@pytest.fixture
def server(engine: Engine, request: pytest.FixtureRequest) -> postgres.Server | None:
    """None for SQLite."""
    found: postgres.Server | None = None
    if engine.dialect.name == "postgresql":
        found = request.getfixturevalue("postgres_server")
    return found


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    with postgres.running() as made:
        made.create("ledger", template="template0")
        upgrade(made.url("ledger"))
        yield made


def filled(work: SqlUnitOfWork, sizes: list[int]) -> list[Envelope]:
    """One sealed credential for each size, each with an envelope of that many random bytes."""
    chance, made = random.Random(8), []
    for number, size in enumerate(sizes):
        grant, credential = f"g{number}", f"c{number}"
        plant_grants(work, a_grant(grant, f"r{number}"))
        plant(work, a_credential(credential, grant, state=CredentialState.SEALED))
        made.append(an_envelope(f"e{number}", credential, ciphertext=_marked(chance.randbytes(size))))
        with work.begin() as tx:
            tx.envelopes.add(made[-1])
    return made


def _marked(ciphertext: bytes) -> bytes:
    for at in MARKED:
        ciphertext = ciphertext[:at] + MARK + ciphertext[at + len(MARK) :]
    return ciphertext


def _context(work: SqlUnitOfWork, clock: FakeClock) -> AwsContext:
    return aws_context(work, clock, FixedEntropy(), FakePeople(), catalog(), FakeIam(clock))


def kept(envelopes: list[Envelope], files: dict[str, bytes]) -> set[tuple[str, str]]:
    """Which ciphertext, or part of it, is in which file."""
    pieces = {each.id: [each.ciphertext[at : at + 24] for at in MARKED] for each in envelopes}
    marked = {name: held for name, held in files.items() if MARK in held}
    return {(id_, name) for name, held in marked.items() for id_, parts in pieces.items() for p in parts if p in held}


def take(work: SqlUnitOfWork, envelope: Envelope) -> None:
    """Take it as a reveal does."""
    with work.begin() as tx:
        won = tx.envelopes.take(envelope.id, PROOF, START)
        assert won is not None
        tx.envelopes.leave_tombstone(Tombstone(won.id, won.credential, won.owner, won.proof_hash, "revealed", START))


def test_what_was_revealed_is_in_no_file_of_sqlites_any_more(sqlite_work: SqlUnitOfWork) -> None:
    engine = sqlite_work._engine
    envelopes = filled(sqlite_work, [900, 5000])
    for each in envelopes:
        take(sqlite_work, each)
    assert {name for _, name in kept(envelopes, database_files(engine, None))} == {"ledger.db-wal"}
    assert sqlite_work.erase_traces()
    assert kept(envelopes, database_files(engine, None)) == set()


def test_what_was_revealed_is_in_no_file_of_postgresqls_any_more(own_server: postgres.Server, clock: FakeClock) -> None:
    """A clean shutdown writes unlogged pages to their own file, including dead rows."""
    engine = make_engine(own_server.url("ledger"))
    work = SqlUnitOfWork(engine, clock)
    envelopes = filled(work, [900, 5000])
    again(own_server, engine)
    found = kept(envelopes, database_files(engine, own_server))
    assert {id_ for id_, _ in found} == {"e0", "e1"}
    assert not {name for _, name in found if name.startswith("pg_wal/")}
    for each in envelopes:
        take(work, each)
    again(own_server, engine)
    assert kept(envelopes, database_files(engine, own_server)), "deleted, and still in its file"
    assert work.erase_traces()
    assert kept(envelopes, database_files(engine, own_server)) == set()
    again(own_server, engine)
    assert kept(envelopes, database_files(engine, own_server)) == set()
    engine.dispose()


def again(server: postgres.Server, engine: Engine) -> None:
    engine.dispose()
    server.stop()
    server.run()


def test_those_that_wait_stay_whole(work: SqlUnitOfWork, engine: Engine, server: postgres.Server | None) -> None:
    envelopes = filled(work, [900] * MANY)
    gone, waiting = envelopes[::2], envelopes[1::2]
    random.Random(9).shuffle(gone)
    for each in gone:
        take(work, each)
    assert work.erase_traces()
    assert kept(gone, database_files(engine, server)) == set()
    with work.begin() as tx:
        assert [tx.envelopes.find(each.id, PROOF) for each in waiting] == waiting


def test_pages_that_were_rearranged_keep_nothing(
    work: SqlUnitOfWork, engine: Engine, server: postgres.Server | None
) -> None:
    chance = random.Random(10)
    envelopes = filled(work, [chance.choice((800, 1300, 2900, 7000)) for _ in range(MANY)])
    assert work.erase_traces()
    for each in chance.sample(envelopes, MANY):
        take(work, each)
    assert work.erase_traces()
    assert kept(envelopes, database_files(engine, server)) == set()


def test_a_reader_puts_it_off(work: SqlUnitOfWork, engine: Engine, clock: FakeClock) -> None:
    envelopes = filled(work, [900])
    reading = engine.connect() if engine.dialect.name == "postgresql" else sqlite3.connect(str(engine.url.database))
    with closing(reading):
        if isinstance(reading, sqlite3.Connection):
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM envelope").fetchall()
        else:
            reading.execute(text("SELECT count(*) FROM envelope"))
        take(work, envelopes[0])
        assert deadlines.erase_traces(_context(work, clock)) == 0
        with work.begin() as tx:
            assert tx.envelopes.unerased(10) == (EnvelopeId("e0"),)
    assert deadlines.erase_traces(_context(work, clock)) == 1
    assert deadlines.erase_traces(_context(work, clock)) == 0


def test_a_mint_that_is_being_written_puts_it_off(work: SqlUnitOfWork, engine: Engine) -> None:
    envelopes = filled(work, [900, 900])
    with work.begin() as tx:
        tx.envelopes.destroy(envelopes[0].credential, "discarded", START)
        assert not work.erase_traces()
    with work.begin() as tx:
        assert tx.envelopes.find(envelopes[1].id, PROOF) == envelopes[1]
    assert work.erase_traces()


def test_a_restored_backup_holds_no_envelope(
    work: SqlUnitOfWork, engine: Engine, server: postgres.Server | None, tmp_path: Path, clock: FakeClock
) -> None:
    """What was sealed is collected again."""
    envelopes = filled(work, [900, 5000])
    backup = backed_up(engine, server, tmp_path)
    assert kept(envelopes, {"backup": backup.read_bytes()}) == set()
    with restored(backup, server) as url:
        other = make_engine(url)
        with other.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM envelope")) == 0
            assert connection.scalar(text("SELECT count(*) FROM credential")) == 2
        assert deadlines.discard_lost(_context(SqlUnitOfWork(other, clock), clock)) == 2
        other.dispose()


def test_a_crash_of_postgresql_empties_it_and_the_owner_collects_again(
    own_server: postgres.Server, clock: FakeClock
) -> None:
    engine = make_engine(own_server.url("ledger"))
    work = SqlUnitOfWork(engine, clock)
    envelopes = filled(work, [900])
    with engine.begin() as connection:
        connection.execute(text("CHECKPOINT"))  # the test server commits without waiting for the disk
    engine.dispose()
    own_server.crash()
    own_server.run()
    assert deadlines.discard_lost(_context(work, clock)) == 1
    assert kept(envelopes, database_files(engine, own_server)) == set()
    with work.begin() as tx:
        credential = tx.credentials.get(envelopes[0].credential)
        assert credential is not None
        assert (credential.state, credential.why) == (CredentialState.DISCARDED, "envelope-lost")
        assert [each.notice.value for each in tx.outbox.due(clock.now(), 9)] == ["credential:again"]
    engine.dispose()
