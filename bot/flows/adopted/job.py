"""One adopted key that is due: found again in the ledger and in AWS right before an act. What is unknown stops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain import retry
from bot.domain.adopted import Adopted, HandsOff
from bot.domain.errors import AwsError, AwsRefused, ForeignUser, Refused, Throttled, Unanswered
from bot.domain.events import LATCHKEY, Tag
from bot.domain.finding import LastUsed
from bot.domain.ids import AccountName
from bot.domain.inventory import whole
from bot.domain.lifecycle import AdoptedState
from bot.domain.pending_call import Call, PendingCall
from bot.flows.adopted import access, request
from bot.flows.adopted.access import Found
from bot.flows.context import AwsContext
from bot.flows.hygiene.record import close_finding
from bot.ports import KeySeen, Transaction

GONE = "NoSuchEntity"
BY_HAND, IN_USE, UNREAD, REFUSED, OTHER_KEY = "by-hand", "in-use", "unread", "refused", "other-key"
NO_UNDO = "no-undo"  # too few people could switch it on again


@dataclass(frozen=True, slots=True)
class Case:
    """One key that is due, as it was read."""

    context: AwsContext
    row: Adopted
    found: Found


def cases(context: AwsContext, due: tuple[Adopted, ...]) -> Iterator[Case]:
    """What must not be touched (any more) is put away, with why."""
    for row in due:
        try:
            found = access.find(context, row.id)
        except Refused as refused:
            put_away(context, row, str(refused.facts["why"]))
            continue
        if found.id == row.access_key_id:
            yield Case(context, row, found)
        else:
            put_away(context, row, HandsOff.NAMELESS)


def put_away(context: AwsContext, row: Adopted, why: str) -> None:
    """Nothing is done: the wish is dropped, and every clock stops."""
    now = context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None:
            return
        if fresh.state is AdoptedState.ASKING:
            tx.transition(row.id, AdoptedState.ASKING, AdoptedState.ON, by=LATCHKEY, at=now)
        again = retry.next_attempt(now, retry.NOT_ALLOWED)  # the catalog may allow it by then
        tx.adopted.set(row.id, wish=None, why=why, next_try_at=again)
        tx.calls.end(row.id)
        if fresh.wish is not None:
            tx.record(Tag.ADOPTED_NOT_DONE, row.id, by=LATCHKEY, at=now, facts={"why": why})
        request.show(tx, fresh)


def look(case: Case) -> KeySeen | None:
    """The key as AWS lists it on this very user. None: unknown, or gone, which the ledger then knows."""
    found, row = case.found, case.row
    try:
        listed = case.context.iam.keys_of(found.account, found.user.name)
    except AwsError as error:
        ask_again(case, UNREAD, error)
        return None
    seen = next((each for each in listed or () if each.id == row.access_key_id), None)
    if seen is None:
        vanished(case)
    elif whole(seen.created_at) != found.key.created_at:
        put_away(case.context, row, OTHER_KEY)
        return None
    return seen


def last_use(case: Case) -> LastUsed | None:
    try:
        return case.context.iam.last_used(case.found.account, case.row.access_key_id)
    except AwsError as error:
        ask_again(case, UNREAD, error)
        return None


def note_use(tx: Transaction, row: Adopted, used: LastUsed, now: datetime) -> None:
    where = {"used_service": used.service, "used_region": used.region}
    tx.adopted.set(row.id, used_at=used.at, used_read_at=now, **where)


def begin_call(case: Case, call: Call, by: str) -> bool:
    """The last check before a call to AWS, under the key's lock. False where somebody changed their mind since."""
    row, now = case.row, case.context.clock.now()
    with case.context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None or _decided(fresh) != _decided(row) or not request.still_wanted(tx, fresh, now):
            return False
        tx.calls.begin(PendingCall(row.id, call, by, now))
    return True


def _decided(row: Adopted) -> tuple[object, ...]:
    """What people and clocks have settled about it so far."""
    return row.state, row.wish, row.wished_by, row.wished_at, row.retire_at, row.undo_at


def end_call(tx: Transaction, row: Adopted, call: Call) -> PendingCall | None:
    """Returns Latchkey's own call that did this. None: it was done outside Latchkey."""
    begun = tx.calls.on(row.id)
    tx.calls.end(row.id)
    return begun if begun is not None and begun.call is call else None


def refused(case: Case, error: AwsError) -> None:
    """The act came to nothing: for now, for ever, or because there is no such key any more."""
    if isinstance(error, AwsRefused | Throttled) and not isinstance(error, Unanswered):
        with case.context.work.begin() as tx:
            tx.calls.end(case.row.id)
    if isinstance(error, ForeignUser):
        put_away(case.context, case.row, HandsOff.ITSELF)
    elif isinstance(error, AwsRefused) and error.code == GONE:
        vanished(case)
    else:
        ask_again(case, REFUSED if isinstance(error, AwsRefused) else UNREAD, error)


def ask_again(case: Case, why: str, error: AwsError) -> None:
    """In 15 s, and the others go first meanwhile."""
    now = case.context.clock.now()
    with case.context.work.begin() as tx:
        tx.adopted.set(case.row.id, next_try_at=retry.next_attempt(now, retry.AWS), why=why)
        if case.row.why != why:
            tx.record(Tag.ADOPTED_NOT_DONE, case.row.id, by=LATCHKEY, at=now, facts={"why": why, "call": str(error)})
            request.show(tx, case.row)


def vanished(case: Case) -> None:
    """AWS lists no such key: there is nothing to do, and nothing to bring back."""
    now = case.context.clock.now()
    with case.context.work.begin() as tx:
        fresh = tx.adopted.lock(case.row.id)
        if fresh is None or fresh.state is AdoptedState.GONE:
            return
        gone(tx, fresh, now)


def gone(tx: Transaction, row: Adopted, now: datetime) -> None:
    """AWS has no such key any more, under the lock of its row."""
    ours = end_call(tx, row, Call.DELETE)
    by = ours.by if ours else LATCHKEY
    tx.transition(row.id, row.state, AdoptedState.GONE, by=by, at=now, facts={"key": row.access_key_id})
    tx.adopted.set(row.id, why=None if ours else BY_HAND, retire_at=None, delete_at=None, look_at=None)
    settle_findings(tx, row, now)
    request.show(tx, row)


def hold_lost(tx: Transaction, account: AccountName) -> tuple[Adopted, ...]:
    """Lock the adopted keys that the inventory saw are gone, whoever deleted them."""
    held = (tx.adopted.lock(each) for each in sorted(each.id for each in tx.adopted.lost(account)))
    return tuple(each for each in held if each is not None and each.state is not AdoptedState.GONE)


def settle_findings(tx: Transaction, row: Adopted, now: datetime) -> None:
    about = tx.findings.open_on(row.account, [row.user])
    mine = [each for each in about if each.access_key_id == row.access_key_id]
    tx.findings.lock(each.id for each in mine)
    for each in mine:
        close_finding(tx, each, now)
