"""The output of an inventory: progress, and a table of findings or JSON."""

import json
import shutil
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import zip_longest
from typing import Any

from bot.commands import inventory_usage
from bot.domain.catalog import Hygiene
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.finding_rules import RULES, threshold
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import AccountName
from bot.domain.usage.key_usage import Usage
from bot.flows.hygiene.scan import Outcome, Tell
from bot.slack.text.formatting import count
from bot.slack.text.hygiene.findings import remedy

PLAIN_WIDTH = 200  # columns, without a terminal
NARROWEST = 24  # columns of a wrapped cell, even on a narrow terminal
GAP = "  "
CLEAR = "\r\x1b[K"  # carriage return and erase to the end of line (ECMA-48)
HEAD = ("finding", "access key id", "IAM user", "owner", "evidence", "what to do")
WRAPPED = 2  # the last columns; the others are never truncated
STAGES = {"report": "AWS generates its report", "users": "users and their tags", "keys": "keys"}
Seen = Sequence[tuple[Outcome, tuple[Finding, ...]]]
Used = Mapping[AccountName, Sequence[Usage]]
Named = Mapping[str, list[str]]  # key ids by IAM user


@contextmanager
def progress(account: str, *, quiet: bool) -> Iterator[Tell]:
    """To stderr if it is a terminal, so that the findings can be piped."""
    silent = quiet or not sys.stderr.isatty()

    def tell(stage: str, done: int, whole: int) -> None:
        if not silent:
            far = f" {done} of {whole}" if whole else ""
            print(f"{CLEAR}{account}: {STAGES[stage]}{far}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if not silent:
            print(CLEAR, end="", file=sys.stderr, flush=True)


# --- for people -----------------------------------------------------------------------------------------------------


def tables(seen: Seen, used: Used, *, dry: bool) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PLAIN_WIDTH
    for outcome, own in seen:
        for line in summary(outcome, len(own), dry=dry):
            print(line)
        if found := [*outcome.findings, *own]:
            print("", *_table(found, outcome, width), "", sep="\n")
        for line in inventory_usage.lines(used.get(outcome.account.name, ()), outcome):
            print(line)


def summary(outcome: Outcome, own: int, *, dry: bool) -> Iterator[str]:
    account = outcome.account
    if outcome.problem:
        yield f"{account.name} ({account.id}): {outcome.problem}"
        return
    made = f"{outcome.report_at:%d %B %Y %H:%M} UTC" if outcome.report_at else "an unknown time"
    news = "nothing was written" if dry else f"{outcome.opened} new, {outcome.closed} resolved"
    yield (
        f"{account.name} ({account.id}): {count(outcome.users, 'user')}, {count(len(outcome.keys), 'key')}, "
        f"{count(len(outcome.findings) + own, 'finding')} ({news}); AWS's report of {made}"
    )
    if not outcome.root_known:
        yield "  The report doesn't include the root user, so nothing is known about its keys."
    if outcome.services is None:
        yield (
            f"  ListServiceSpecificCredentials was refused or did not answer ({outcome.services_unread}), so "
            "nothing is known about Bedrock keys and other service-specific credentials; `latchkey doctor` says what's "
            "missing."
        )
    for key in outcome.unclear:
        yield f"  {key.user}, the key made {key.created_at:%d %B %Y}: {key.unclear}. Latchkey does nothing with it."


def _table(found: Sequence[Finding], outcome: Outcome, width: int) -> Iterator[str]:
    named = _named(outcome)
    rows = [[[each] for each in HEAD], *(_cells(each, outcome, named) for each in found)]
    widths = [max(len(line) for row in rows for line in row[column]) for column in range(len(HEAD))]
    room = (width - sum(each + len(GAP) for each in widths[:-WRAPPED]) - len(GAP)) // WRAPPED
    widths[-WRAPPED:] = [min(each, max(room, NARROWEST)) for each in widths[-WRAPPED:]]
    for row in rows:
        whole, long = row[:-WRAPPED], zip(row[-WRAPPED:], widths[-WRAPPED:], strict=True)
        wrapped = [textwrap.wrap(" ".join(cell), size) for cell, size in long]
        for line in zip_longest(*whole, *wrapped, fillvalue=""):
            yield GAP.join(text.ljust(size) for text, size in zip(line, widths, strict=True)).rstrip()


def _cells(found: Finding, outcome: Outcome, named: Named) -> list[list[str]]:
    """One line for each cell, except for a user's several keys."""
    owner = _owner(found, outcome) or "-"
    return [[found.kind], _ids(found, named) or ["-"], [found.iam_user], [owner], [found.evidence], [_do(found)]]


def _do(found: Finding) -> str:
    return f"kept until {found.kept_until:%d %B %Y}" if found.kept_until else remedy(found.kind)


def _ids(found: Finding, named: Named) -> list[str]:
    """Its key; for a finding about a user, the keys whose ids are known."""
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


def as_json(seen: Seen, hygiene: Hygiene, used: Used, *, dry: bool) -> None:
    accounts = [_account(outcome, own, hygiene) | _used(outcome, used) for outcome, own in seen]
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
        "service_credentials": None if outcome.services is None else [_service(each) for each in outcome.services],
    }


def _used(outcome: Outcome, used: Used) -> dict[str, Any]:
    """Only with --usage."""
    found = used.get(outcome.account.name)
    return {} if found is None else {"usage": [inventory_usage.as_json(each) for each in found]}


def _finding(found: Finding, outcome: Outcome, named: Named, hygiene: Hygiene) -> dict[str, Any]:
    return {
        "finding": found.kind,
        "access_key_id": found.access_key_id or None,
        "access_key_ids": _ids(found, named),
        "user": found.iam_user,
        "owner": _owner(found, outcome),
        "evidence": found.evidence,
        "threshold": threshold(found.kind, hygiene) or None,
        "remedy": remedy(found.kind),
        "escalation": list(RULES[found.kind].escalation_steps),
        "opened_at": _iso(found.opened_at),
        "told_at": _iso(found.told_at),
        "kept_until": _iso(found.kept_until),
        "kept_why": found.kept_why,
    }


def _key(key: FoundKey, outcome: Outcome) -> dict[str, Any]:
    """`last_used` is null if it is unknown, and has a null `at` if the key was never used."""
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


def _service(found: ServiceCredential) -> dict[str, Any]:
    """A null `status` is one that Latchkey doesn't know; a null `expires_at` means never."""
    return {
        "id": found.id,
        "user": found.user,
        "service": found.service,
        "status": found.status,
        "created_at": _iso(found.created_at),
        "expires_at": _iso(found.expires_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
