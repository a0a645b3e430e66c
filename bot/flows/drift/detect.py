"""Detect drift: compare each active grant in the ledger with AWS, and report each difference once. Repairs nothing.

A difference counts if it is seen again after five minutes (IAM shows changes late) while nothing of the grant is in
progress. If AWS doesn't answer, the state is unknown and nothing is reported.

It costs one ListAccessKeys for each grant and hour, and for each 100 grants as many GetAccountAuthorizationDetails as
the account has thousands of users.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import batch_size
from bot.domain.catalog import Account, Kind
from bot.domain.drift.difference import Difference, DifferenceKind
from bot.domain.drift.observe import Sighting, UserSeen, at_rest
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import ID_BYTES, GrantId, fresh_id
from bot.domain.schedule import COMPARE_AGAIN, COMPARE_EVERY
from bot.flows import recipients
from bot.flows.context import AwsContext
from bot.flows.drift import close, policy_versions
from bot.flows.drift.observe import Entry, Run, as_it_was, sightings
from bot.ports import Transaction


def compare(context: AwsContext) -> int:
    """How many differences were reported. An account that doesn't answer delays no other."""
    run = Run(
        context,
        policy_versions.remember(context),
    )
    return sum(_account(run, each) for each in context.catalog.accounts.values())


def _account(run: Run, account: Account) -> int:
    now = run.context.clock.now()
    with run.context.work.begin() as tx:
        due = {each.id: each for each in (*_page(tx, account, now), *_again(tx, account, now))}
        found = [Entry(each, tx.credentials.of(each.id)) for each in due.values()]
    standing = [each for each in found if _is_compared(each, now)]
    if not standing:
        return 0
    try:
        users = run.context.iam.users_seen(account, frozenset(each.grant.iam_user for each in standing))
    except AwsError:
        return 0
    return sum(_grant(run, account, each, users) for each in standing)


def _page(tx: Transaction, account: Account, now: datetime) -> tuple[Grant, ...]:
    """The next grants of this hour's round."""
    mark = f"compare-after/{account.name}"
    after = tx.flag(mark)
    if after is None and not tx.once(f"compare/{account.name}", now, now - COMPARE_EVERY):
        return ()
    page = tx.grants.active_in(account.name, GrantId(after) if after else None, batch_size.COMPARED_GRANTS)
    tx.set_flag(mark, page[-1].id if len(page) == batch_size.COMPARED_GRANTS else None)
    return page


def _again(tx: Transaction, account: Account, now: datetime) -> tuple[Grant, ...]:
    return tx.differences.unconfirmed(account.name, now - COMPARE_AGAIN, batch_size.COMPARED_GRANTS)


def _is_compared(each: Entry, now: datetime) -> bool:
    return at_rest(each.grant, each.rows, now) and any(row.kind is Kind.ACCESS_KEY for row in each.rows)


def _grant(run: Run, account: Account, each: Entry, users: Mapping[str, UserSeen]) -> int:
    try:
        seen = sightings(run, account, each, users)
    except AwsError:
        return 0
    places = {
        one.kind: recipients.of_drift(run.context.people, run.context.catalog, each.grant, one.kind) for one in seen
    }
    now = run.context.clock.now()
    with run.context.work.begin() as tx:
        if as_it_was(tx, each, now) is None:
            return 0
        return _write(run, tx, each, seen, places, now)


def _write(
    run: Run,
    tx: Transaction,
    each: Entry,
    seen: Sequence[Sighting],
    places: Mapping[DifferenceKind, tuple[str, ...]],
    now: datetime,
) -> int:
    rows = {row.what: row for row in tx.differences.open_of(each.grant.id)}
    for row in rows.values():
        if row.what not in {one.what for one in seen} and not _being_repaired(row):
            close.close(tx, row, now)
    told = 0
    for one in seen:
        known = rows.get(one.what)
        if known is None or _came_back(tx, known, one, now):
            _note(run, tx, each, one, now)
        elif known.told_at is None and now - known.seen_at >= COMPARE_AGAIN:
            told += _notify(tx, known, one, places[one.kind], now)
        elif known.told_at is not None and known.facts.get("active") != one.facts.get("active"):
            tx.differences.set(known.id, facts=dict(one.facts))
            tx.outbox.refresh(Notice.DIFFERENCE, known.id)
    return told


def _being_repaired(row: Difference) -> bool:
    """The worker that repairs it also closes it."""
    return row.pressed_by is not None and row.repaired_at is None


def _came_back(tx: Transaction, known: Difference, seen: Sighting, now: datetime) -> bool:
    """It was repaired and is back, which is news. A foreign key that was deactivated stays on the user and isn't."""
    back = known.repaired_at is not None and not seen.settled
    if back:
        close.close(tx, known, now)
    return back


def _note(run: Run, tx: Transaction, each: Entry, seen: Sighting, now: datetime) -> None:
    if not _told_as_orphan(tx, each, seen):
        tx.differences.add(_row(run, each.grant, seen, now))


def _row(run: Run, grant: Grant, seen: Sighting, now: datetime) -> Difference:
    name = fresh_id(run.context.entropy.bytes(ID_BYTES))
    return Difference(name, grant.id, seen.kind, seen.about, seen.evidence, dict(seen.facts), now)


def _told_as_orphan(tx: Transaction, each: Entry, seen: Sighting) -> bool:
    """The checks after a lost mint have already reported this key."""
    if seen.kind is not DifferenceKind.FOREIGN_KEY:
        return False
    found = [one for row in each.rows for one in tx.findings.open_of(row.id)]
    return any(one.kind is FindingKind.ORPHAN and one.access_key_id == seen.about for one in found)


def _notify(tx: Transaction, row: Difference, seen: Sighting, places: tuple[str, ...], now: datetime) -> int:
    tx.differences.set(row.id, told_at=now, facts=dict(seen.facts))
    tx.record(Tag.DIFFERENCE_FOUND, row.grant, by=LATCHKEY, at=now, facts=close.facts_of(row))
    tx.outbox.enqueue(Notice.DIFFERENCE, row.id, *places)
    return 1
