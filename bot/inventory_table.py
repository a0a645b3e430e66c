"""What an inventory found, on a terminal and for machines: a bar while it is read, a table of findings, or JSON."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.domain.catalog import Hygiene
from bot.domain.findings import RULES, threshold
from bot.domain.hygiene import Finding
from bot.domain.inventory import FoundKey
from bot.flows.reading import Outcome, Tell
from bot.slack.text.findings import mend

PLAIN_WIDTH = 200  # where there is no terminal: a key id is never cut
HEAD = ("finding", "access key id", "IAM user", "owner", "evidence", "what to do")
STAGES = {"report": "AWS makes its report", "users": "users and their tags", "keys": "keys"}
Seen = Sequence[tuple[Outcome, tuple[Finding, ...]]]
Named = Mapping[str, list[str]]  # key ids by IAM user


@contextmanager
def progress(account: str, *, quiet: bool) -> Iterator[Tell]:
    """On the terminal's error stream, so that what is found can be piped."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(account, total=None)

        def tell(stage: str, done: int, whole: int) -> None:
            bar.update(task, description=f"{account}: {STAGES[stage]}", completed=done, total=whole or None)

        yield tell


# --- for people -----------------------------------------------------------------------------------------------------


def tables(seen: Seen, *, dry: bool) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    for outcome, own in seen:
        for line in summary(outcome, len(own), dry=dry):
            console.print(Text(line))
        if found := [*outcome.findings, *own]:
            console.print(_table(found, outcome))


def summary(outcome: Outcome, own: int, *, dry: bool) -> Iterator[str]:
    account = outcome.account
    if outcome.problem:
        yield f"{account.name} ({account.id}): {outcome.problem}"
        return
    made = f"{outcome.report_at:%d %B %Y %H:%M} UTC" if outcome.report_at else "an unknown time"
    news = "nothing was written" if dry else f"{outcome.opened} new, {outcome.closed} settled"
    yield (
        f"{account.name} ({account.id}): {outcome.users} users, {len(outcome.keys)} keys, "
        f"{len(outcome.findings) + own} findings ({news}); AWS's report of {made}"
    )
    if not outcome.root_known:
        yield "  The report does not have the root user: nothing is known about its keys."
    for key in outcome.unclear:
        yield f"  {key.user}, the key made {key.created_at:%d %B %Y}: {key.unclear}. Nothing is done about it."


def _table(found: Sequence[Finding], outcome: Outcome) -> Table:
    table, named = Table(box=SIMPLE, pad_edge=False), _named(outcome)
    for name in HEAD:
        table.add_column(name, no_wrap=name in {"finding", "access key id"}, overflow="fold")
    for each in found:
        ids = "\n".join(_ids(each, named)) or "-"
        row = (each.kind, ids, each.iam_user, _owner(each, outcome) or "-", each.evidence)
        table.add_row(*(Text(cell) for cell in (*row, _do(each))))
    return table


def _do(found: Finding) -> str:
    return f"kept until {found.kept_until:%d %B %Y}" if found.kept_until else mend(found.kind)


def _ids(found: Finding, named: Named) -> list[str]:
    """Its key; of a user as a whole those keys that can be named."""
    return [found.access_key_id] if found.access_key_id else named.get(found.iam_user, [])


def _named(outcome: Outcome) -> Named:
    named: dict[str, list[str]] = defaultdict(list)
    for each in outcome.keys:
        if each.access_key_id:
            named[each.user].append(each.access_key_id)
    return named


def _owner(found: Finding, outcome: Outcome) -> str | None:
    return found.owner or outcome.owners.get(found.iam_user)


# --- for machines ---------------------------------------------------------------------------------------------------


def as_json(seen: Seen, hygiene: Hygiene, *, dry: bool) -> None:
    accounts = [_account(outcome, own, hygiene) for outcome, own in seen]
    json.dump({"dry_run": dry, "accounts": accounts}, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _account(outcome: Outcome, own: tuple[Finding, ...], hygiene: Hygiene) -> dict[str, Any]:
    named = _named(outcome)
    return {
        "account": outcome.account.name,
        "id": outcome.account.id,
        "problem": outcome.problem,
        "report_at": _iso(outcome.report_at),
        "users": outcome.users,
        "opened": outcome.opened,
        "closed": outcome.closed,
        "root_known": outcome.root_known,
        "findings": [_finding(each, outcome, named, hygiene) for each in (*outcome.findings, *own)],
        "keys": [_key(each, outcome) for each in outcome.keys],
    }


def _finding(found: Finding, outcome: Outcome, named: Named, hygiene: Hygiene) -> dict[str, Any]:
    return {
        "finding": found.kind,
        "access_key_id": found.access_key_id or None,
        "access_key_ids": _ids(found, named),
        "user": found.iam_user,
        "owner": _owner(found, outcome),
        "evidence": found.evidence,
        "threshold": threshold(found.kind, hygiene) or None,
        "remedy": mend(found.kind),
        "escalation": list(RULES[found.kind].ladder),
        "opened_at": _iso(found.opened_at),
        "told_at": _iso(found.told_at),
        "kept_until": _iso(found.kept_until),
        "kept_why": found.kept_why,
    }


def _key(key: FoundKey, outcome: Outcome) -> dict[str, Any]:
    """`last_used` is null where it is unknown, and has a null `at` where the key was never used."""
    used = key.used
    return {
        "access_key_id": key.access_key_id,
        "user": key.user,
        "owner": outcome.owners.get(key.user),
        "slot": key.slot,
        "active": key.active,
        "created_at": _iso(key.created_at),
        "last_used": {"at": _iso(used.at), "service": used.service, "region": used.region} if used else None,
        "latchkey": key.credential is not None,
        "unclear": key.unclear,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
