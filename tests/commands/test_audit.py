"""`latchkey audit`: what export prints can be verified, and a wrong line is named, in both formats."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from bot.commands import audit
from bot.domain.audit.csv_export import as_csv, header, read
from bot.domain.audit.entry import Entry, as_json, hash_of
from bot.domain.audit.verify import verify
from bot.domain.events import Tag
from bot.flows.audit import chain
from bot.store import tables
from bot.store.audit_chain import SqlAuditChain
from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START, FakeClock

FORMATS = ("jsonl", "csv")
HOSTILE = ("=HYPERLINK(1)", "'quoted'", 'a "b", c', "two\nlines\r\n", "\u2028é<!channel>", "-1", "")
EVENTS = 12


@pytest.fixture
def exported(work: SqlUnitOfWork) -> SqlUnitOfWork:
    with work.begin() as tx:
        for number in range(EVENTS):
            subject = HOSTILE[number % len(HOSTILE)]
            at = START + timedelta(hours=number)
            tx.record(Tag.REQUEST_MADE, subject, by=ALICE, at=at, facts={"why": subject, "duration": "7d"})
    return work


def printed(work: SqlUnitOfWork, name: str, since: int | None = None, until: int | None = None) -> list[str]:
    begin, end = (None if each is None else START + timedelta(hours=each) for each in (since, until))
    return list(audit.lines(work, begin, end, as_csv=name == "csv"))


def more(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        for number in range(EVENTS):
            tx.record(Tag.GRANT_MADE, f"g{number}", by=ALICE, at=START + timedelta(days=2, hours=number))


@pytest.fixture(scope="module")
def one_each(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """An export in each format, of a chain that began earlier."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    shutil.copy(_sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    work = SqlUnitOfWork(engine, FakeClock())
    with work.begin() as tx:
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
    more(work)
    yield {name: printed(work, name, since=48) for name in FORMATS}
    engine.dispose()


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_verifies(exported: SqlUnitOfWork, name: str) -> None:
    found = verify(printed(exported, name))
    assert (found.bad, found.cut, found.events) == (None, False, EVENTS)


def test_a_line_is_as_documented(exported: SqlUnitOfWork) -> None:
    *events, last = [json.loads(each) for each in printed(exported, "jsonl")]
    assert list(events[0]) == ["v", "seq", "event", "actor", "subject", "at", "facts", "previous_hash", "hash"]
    assert events[0]["at"] == f"{START:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert events[0]["previous_hash"] == "0" * 64
    raw = printed(exported, "jsonl")[3]
    before, _, own = raw.rpartition(',"hash":')
    assert json.loads(own.rstrip("}")) == sha256(f"{before}}}".encode()).hexdigest()
    assert (last["count"], last["last_hash"]) == (EVENTS, events[-1]["hash"])


@pytest.mark.parametrize("name", FORMATS)
def test_any_part_verifies_and_has_the_same_hashes(exported: SqlUnitOfWork, name: str) -> None:
    whole, part = printed(exported, name), printed(exported, name, since=3, until=9)
    assert verify(part).bad is None
    assert verify(part).events == 6
    assert set(part[1:-1]) < set(whole)
    assert verify(printed(exported, name, since=900)).events == 0
    assert verify(printed(exported, name, since=900)).bad is None


def test_csv_has_the_hashes_of_the_json_lines(exported: SqlUnitOfWork) -> None:
    rows = list(csv.DictReader(StringIO("\n".join(printed(exported, "csv")) + "\n", newline="")))
    lines = [json.loads(each) for each in printed(exported, "jsonl")]
    assert [each["hash"] for each in rows[:-1]] == [each["hash"] for each in lines[:-1]]
    assert json.loads(rows[-1]["facts"])["count"] == EVENTS
    assert not any(each["subject"].startswith(("=", "-")) for each in rows)
    assert [read(next(csv.reader([as_csv(each)])))["subject"] for each in lines[:-1]] == [
        each["subject"] for each in lines[:-1]
    ]


def rewritten(name: str, line: str, **changes: Any) -> str:
    """With a hash that fits the new content, as a careful forger makes it."""
    found = json.loads(line) if name == "jsonl" else read(next(csv.reader([line])))
    content = {key: value for key, value in found.items() if key != "hash"} | changes
    made = {**content, "hash": hash_of(content)}
    return as_json(made) if name == "jsonl" else as_csv(made)


Change = Callable[[str, list[str], int], list[str]]
CHANGES: dict[str, tuple[Change, int]] = {
    "changed": (lambda _, all_, at: [*all_[:at], all_[at].replace(ALICE, "U66MALLORY"), *all_[at + 1 :]], 0),
    "white space": (lambda _, all_, at: [*all_[:at], all_[at] + " ", *all_[at + 1 :]], 0),
    "changed with its hash": (
        lambda name, all_, at: [*all_[:at], rewritten(name, all_[at], actor="U66MALLORY"), *all_[at + 1 :]],
        0,
    ),
    "removed": (lambda _, all_, at: [*all_[:at], *all_[at + 1 :]], 0),
    "swapped": (lambda _, all_, at: [*all_[:at], all_[at + 1], all_[at], *all_[at + 2 :]], 0),
    "copied": (lambda _, all_, at: [*all_[:at], all_[at], *all_[at:]], 1),
    "added": (lambda _, all_, at: [*all_[:at], "{}", *all_[at:]], 0),
    "empty": (lambda _, all_, at: [*all_[:at], "", *all_[at:]], 0),
    "added with its hash": (
        lambda name, all_, at: [*all_[:at], rewritten(name, all_[at], actor="U66MALLORY"), *all_[at:]],
        0,
    ),
    "moved down": (lambda _, all_, at: [*all_[:at], *all_[at + 1 : at + 4], all_[at], *all_[at + 4 :]], 0),
    "moved up": (lambda _, all_, at: [*all_[:at], all_[at + 3], *all_[at : at + 3], *all_[at + 4 :]], 0),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("at", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("change", CHANGES)
def test_the_first_wrong_line_is_named(one_each: dict[str, list[str]], name: str, at: int, change: str) -> None:
    all_ = one_each[name]
    at += int(name == "csv")
    act, later = CHANGES[change]
    assert verify(act(name, all_, at)).bad == at + 1 + later


@pytest.mark.parametrize("name", FORMATS)
def test_a_beginning_that_was_cut_off_shows_in_the_first_number(
    exported: SqlUnitOfWork, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever cuts it and closes the file anew has what an export with --since prints: the last hash is the same."""
    whole, later = printed(exported, name), printed(exported, name, since=3)
    assert verify(whole).last_hash == verify(later).last_hash
    for lines, first in ((whole, 1), (later, 4), (printed(exported, name, since=900), 0)):
        assert verify(lines).first == first
        (tmp_path / name).write_text("".join(f"{each}\n" for each in lines))
        assert audit.verify(str(tmp_path / name)) == 0
        assert (f"the first with seq {first}," in capsys.readouterr().out) is bool(first)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("since", [0, 96])
def test_the_first_and_the_last_event_are_guarded_too(sqlite_work: SqlUnitOfWork, name: str, since: int) -> None:
    if since:
        more(sqlite_work)
    with sqlite_work.begin() as tx:
        for number in range(EVENTS):
            tx.record(Tag.GRANT_MADE, f"g{number}", by=ALICE, at=START + timedelta(days=4, hours=number))
    head, all_ = int(name == "csv"), printed(sqlite_work, name, since=since)
    lines = len(all_)
    assert verify([*all_[:head], *all_[head + 1 :]]).bad == head + 1
    assert verify([*all_[:-2], all_[-1]]).bad == lines - 1
    forged = rewritten(name, all_[-2], actor="U66MALLORY")
    assert verify([*all_[:-2], forged, all_[-1]]).bad == lines - 1
    assert verify([*all_, all_[3]]).bad == lines + 1
    cut = verify(all_[:-1])
    assert (cut.bad, cut.cut) == (lines, True)
    assert verify([*all_[:-1], all_[-1].replace("12", "13")]).bad == lines


def test_a_changed_database_shows_in_the_export(exported: SqlUnitOfWork, engine: Engine) -> None:
    printed(exported, "jsonl")
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_refuses_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_refuses_changes"))
        connection.execute(text("UPDATE audit SET actor = 'U66MALLORY' WHERE id = 4"))
    assert verify(printed(exported, "jsonl")).bad == 4


@pytest.mark.parametrize("many", [10 * chain.PAGE, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_events_are_read_a_page_at_a_time(
    sqlite_work: SqlUnitOfWork, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    row = {"tag": Tag.REQUEST_MADE, "subject": "r1", "actor": ALICE, "at": START, "facts": {}}
    with sqlite_work._engine.begin() as connection:
        connection.execute(insert(tables.audit), [row] * many)
    pages: list[int] = []
    read = SqlAuditChain.after

    def after(self: SqlAuditChain, seq: int, most: int) -> Sequence[Entry]:
        found = read(self, seq, most)
        pages.append(len(found))
        return found

    monkeypatch.setattr(SqlAuditChain, "after", after)
    assert verify(audit.lines(sqlite_work, None, None, as_csv=False)).events == many
    assert (sum(pages), max(pages)) == (many, chain.PAGE)


def test_header_names_the_columns() -> None:
    assert header() == "v,seq,event,actor,subject,at,facts,previous_hash,hash"
