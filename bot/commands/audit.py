"""`latchkey audit export` prints the audit log as a chain of hashes, `latchkey audit verify` checks such a file."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.ledger import ledger
from bot.config.settings import Role, load
from bot.domain.audit import csv_export
from bot.domain.audit.entry import START, as_json, closing
from bot.domain.audit.verify import Verdict
from bot.domain.audit.verify import verify as verdict_of
from bot.domain.errors import LatchkeyError
from bot.flows.audit import chain
from bot.ports import UnitOfWork
from bot.runtime.bootstrap import SystemClock

FAULT = 1


def export(env: Mapping[str, str], *, since: str | None, until: str | None, as_csv: bool) -> int:
    """Raises LatchkeyError for a time that is none, or without a ledger."""
    from bot.store.work import SqlUnitOfWork

    begin, end = _moment("--since", since), _moment("--until", until)
    with ledger(load(env, Role.TOOLS).database_url.reveal()) as engine:
        work = SqlUnitOfWork(engine, SystemClock())
        for line in lines(work, begin, end, as_csv=as_csv):
            sys.stdout.write(f"{line}\n")
    return 0


def lines(work: UnitOfWork, since: datetime | None, until: datetime | None, *, as_csv: bool) -> Iterator[str]:
    """The whole export, closing line included."""
    written = csv_export.as_csv if as_csv else as_json
    if as_csv:
        yield csv_export.header()
    chain.number_everything(work)
    count, first, last = 0, START, START
    for each in chain.entries(work, chain.part(work, since, until)):
        first = each.previous_hash if count == 0 else first
        count, last = count + 1, each.hash
        yield written(each.line())
    yield written(closing(count, first, last))


def verify(name: str) -> int:
    """0 if the file is as it was exported, 1 if not. Raises LatchkeyError for a file that can't be an export."""
    try:
        # an export ends its lines with \n alone; any other line break was changed or belongs to a cell
        with Path(name).open(encoding="utf-8", newline="\n") as file:
            found = verdict_of(_without_ends(file))
    except OSError as error:
        raise LatchkeyError(f"{name} can't be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise LatchkeyError(f"{name} isn't text, so it isn't what `latchkey audit export` printed") from None
    print(_sentence(name, found))
    return 0 if found.bad is None and not found.cut else FAULT


def _sentence(name: str, found: Verdict) -> str:
    if found.cut:
        return (
            f"{name} is empty; export the audit log again."
            if found.bad is None
            else f"line {found.bad} is missing: {name} has no closing line, so it was cut off. Export it again."
        )
    if found.bad is not None:
        return f"line {found.bad} of {name} was changed, removed, added or moved. The lines before it are as exported."
    events = "1 event" if found.events == 1 else f"{found.events:,} events"
    begins = f", the first with seq {found.first}" if found.first else ""
    return f"{name} is as it was exported: {events}{begins}, last hash {found.last_hash}."


def _without_ends(file: Iterable[str]) -> Iterator[str]:
    return (each.removesuffix("\n") for each in file)


def _moment(option: str, text: str | None) -> datetime | None:
    """UTC where the text names no zone."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LatchkeyError(
            f"{option} {text!r} isn't a time; write a date like 2026-11-01, or 2026-11-01T08:00:00Z"
        ) from None
