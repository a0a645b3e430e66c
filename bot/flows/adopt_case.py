"""One adopted key that is due: found again in the ledger and in AWS right before an act. What is unknown stops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.adopted import Adopted, HandsOff
from bot.domain.catalog import Catalog
from bot.domain.errors import AwsError, AwsRefused, ForeignUser, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.hygiene import LastUsed
from bot.domain.inventory import whole
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import ASK_AWS_AGAIN, IN_USE_WITHIN
from bot.flows import adopt, adopt_rules
from bot.flows.adopt_rules import Found
from bot.flows.found import close_finding
from bot.ports import Clock, Iam, KeySeen, People, Reactivator, Responder, Tx, Work

GONE = "NoSuchEntity"
BY_HAND, IN_USE, UNREAD, REFUSED, OTHER_KEY = "by-hand", "in-use", "unread", "refused", "other-key"


@dataclass(frozen=True, slots=True)
class Desk:
    """What acting on adopted keys needs."""

    work: Work
    clock: Clock
    iam: Iam
    responder: Responder
    reactivator: Reactivator
    people: People
    catalog: Catalog


@dataclass(frozen=True, slots=True)
class Case:
    """One key that is due, as it was read."""

    desk: Desk
    row: Adopted
    found: Found


def cases(desk: Desk, due: tuple[Adopted, ...]) -> Iterator[Case]:
    """What must not be touched (any more) is put away, with why."""
    for row in due:
        try:
            found = adopt_rules.find(desk.work, desk.catalog, row.id)
        except Refused as refused:
            put_away(desk, row, str(refused.facts["why"]))
            continue
        if found.id == row.access_key_id:
            yield Case(desk, row, found)
        else:
            put_away(desk, row, HandsOff.NAMELESS)


def put_away(desk: Desk, row: Adopted, why: str) -> None:
    """Nothing is done: the wish is dropped, and every clock stops."""
    now = desk.clock.now()
    with desk.work.begin() as tx:
        fresh = tx.adopted.hold(row.id)
        if fresh is None:
            return
        if fresh.state is AdoptedState.ASKING:
            tx.move(row.id, AdoptedState.ASKING, AdoptedState.ON, by=LATCHKEY, at=now)
        later = now + IN_USE_WITHIN  # the catalog may let it be touched again
        tx.adopted.set(row.id, wish=None, why=why, next_try_at=later)
        if fresh.wish is not None:
            tx.record(Tag.ADOPTED_NOT_DONE, row.id, by=LATCHKEY, at=now, facts={"why": why})
        adopt.show(tx, fresh)


def look(case: Case) -> KeySeen | None:
    """The key as AWS lists it on this very user. None: unknown, or gone, which the ledger then knows."""
    found, row = case.found, case.row
    try:
        listed = case.desk.iam.keys_of(found.account, found.user.name)
    except AwsError as error:
        ask_again(case, UNREAD, error)
        return None
    seen = next((each for each in listed or () if each.id == row.access_key_id), None)
    if seen is None:
        vanished(case)
    elif whole(seen.created_at) != found.key.created_at:
        put_away(case.desk, row, OTHER_KEY)
        return None
    return seen


def last_use(case: Case) -> LastUsed | None:
    try:
        return case.desk.iam.last_used(case.found.account, case.row.access_key_id)
    except AwsError as error:
        ask_again(case, UNREAD, error)
        return None


def note_use(tx: Tx, row: Adopted, used: LastUsed, now: datetime) -> None:
    where = {"used_service": used.service, "used_region": used.region}
    tx.adopted.set(row.id, used_at=used.at, used_read_at=now, **where)


def refused(case: Case, error: AwsError) -> None:
    """The act came to nothing: for now, for ever, or because there is no such key any more."""
    if isinstance(error, ForeignUser):
        put_away(case.desk, case.row, HandsOff.ITSELF)
    elif isinstance(error, AwsRefused) and error.code == GONE:
        vanished(case)
    else:
        ask_again(case, REFUSED if isinstance(error, AwsRefused) else UNREAD, error)


def ask_again(case: Case, why: str, error: AwsError) -> None:
    """In 15 s, and the others go first meanwhile."""
    now = case.desk.clock.now()
    with case.desk.work.begin() as tx:
        tx.adopted.set(case.row.id, next_try_at=now + ASK_AWS_AGAIN, why=why)
        if case.row.why != why:
            tx.record(Tag.ADOPTED_NOT_DONE, case.row.id, by=LATCHKEY, at=now, facts={"why": why, "call": str(error)})
            adopt.show(tx, case.row)


def vanished(case: Case, by: str = LATCHKEY, why: str | None = BY_HAND) -> None:
    """AWS lists no such key: there is nothing to do, and nothing to bring back."""
    now = case.desk.clock.now()
    with case.desk.work.begin() as tx:
        fresh = tx.adopted.hold(case.row.id)
        if fresh is None or fresh.state is AdoptedState.GONE:
            return
        tx.move(fresh.id, fresh.state, AdoptedState.GONE, by=by, at=now, facts={"key": fresh.access_key_id})
        tx.adopted.set(fresh.id, why=why, retire_at=None, delete_at=None, look_at=None)
        adopt.show(tx, fresh)
        settle_findings(tx, fresh, now)


def settle_findings(tx: Tx, row: Adopted, now: datetime) -> None:
    for each in tx.findings.open_on(row.account, [row.user]):
        if each.access_key_id == row.access_key_id:
            close_finding(tx, each, now)
