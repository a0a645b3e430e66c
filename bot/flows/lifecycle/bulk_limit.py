"""Halt: more than twenty acts of a clock in one account are done when an approver or an admin has said so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import retry
from bot.domain.bulk_limit import ACTS_MOST, BulkAction, Halt, Verdict
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import ID_BYTES, AccountName, DeliveryId, SlackUserId, fresh_id
from bot.flows import own, refresh
from bot.flows.context import Context
from bot.flows.issuing.intent import held
from bot.flows.issuing.issued_key import IssuedKey
from bot.ports import Transaction

SAID = {Verdict.GO: Tag.SWEEP_RESUMED, Verdict.STOP: Tag.SWEEP_STOPPED}
Due = Callable[[Credential], datetime | None]
DUE: dict[BulkAction, Due] = {
    BulkAction.SWITCH_OFF: lambda row: row.retire_at,
    BulkAction.DELETE: lambda row: row.delete_at,
}


@dataclass(frozen=True, slots=True)
class Asker:
    context: Context
    deed: BulkAction


def permitted(asker: Asker, keys: Sequence[IssuedKey]) -> list[IssuedKey]:
    """Those of one account that may be acted on in this run: at most twenty, and none while a question is open."""
    if not keys:
        return []
    account = keys[0].account.name
    with asker.context.work.begin() as tx:
        last = tx.halts.last(account, asker.deed)
    if last is not None and last.verdict is None:
        return _hold_back(asker, keys)
    covered, fresh = list[IssuedKey](), list[IssuedKey]()
    for each in keys:
        (covered if _covers(asker, last, each) else fresh).append(each)
    if last is not None and last.verdict is Verdict.STOP:
        for each in covered:
            _begin_anew(asker, each)
        covered = []
    if len(fresh) > ACTS_MOST:
        _ask(asker, account, len(fresh))
        fresh = _hold_back(asker, fresh)
    return [*covered, *fresh][:ACTS_MOST]


def _hold_back(asker: Asker, keys: Sequence[IssuedKey]) -> list[IssuedKey]:
    """Behind the others: however many wait for an answer, no other account waits with them."""
    again = retry.next_attempt(asker.context.clock.now(), retry.HELD_BACK)
    with asker.context.work.begin() as tx:
        for each in keys:
            tx.credentials.set(each.row.id, next_try_at=again)
    return []


def _covers(asker: Asker, last: Halt | None, key: IssuedKey) -> bool:
    due = DUE[asker.deed](key.row)
    return last is not None and last.settled_at is not None and due is not None and due <= last.settled_at


def _begin_anew(asker: Asker, key: IssuedKey) -> None:
    """As if Wait had been pressed on it."""
    now = asker.context.clock.now()
    hygiene = asker.context.catalog.hygiene
    until = now + (hygiene.overlap if asker.deed is BulkAction.SWITCH_OFF else hygiene.undo)
    with asker.context.work.begin() as tx:
        pair = held(tx, key.row.id)
        if pair is None or pair[0].state is not key.row.state:
            return
        tx.credentials.set(key.row.id, **{"retire_at" if asker.deed is BulkAction.SWITCH_OFF else "delete_at": until})
        tx.record(Tag.CREDENTIAL_WAITED, key.row.id, by=LATCHKEY, at=now, facts={"until": until.isoformat()})
        refresh.credential(tx, pair[0])


def _ask(asker: Asker, account: AccountName, many: int) -> None:
    """One message, in the account's channel, else to each admin. Of two workers one asks."""
    now = asker.context.clock.now()
    halt = Halt(fresh_id(asker.context.entropy.bytes(ID_BYTES)), account, asker.deed, many, now)
    with asker.context.work.begin() as tx:
        if tx.halts.add(halt):
            facts = {"account": account, "deed": asker.deed.value, "many": str(many)}
            tx.record(Tag.SWEEP_HALTED, halt.id, by=LATCHKEY, at=now, facts=facts)
            channel = asker.context.catalog.accounts[account].channel
            tx.outbox.enqueue(Notice.HALTED, halt.id, *((channel,) if channel else asker.context.catalog.admins))


def settle(context: Context, *, halt: str, verdict: Verdict, by: SlackUserId, delivery: DeliveryId | None) -> Halt:
    """Go on or Stop, by an admin or an approver of this account. Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.halts.get(halt)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    own.must_decide(context.people, context.catalog, found.account, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        if not tx.halts.settle(halt, verdict, by, now):
            raise Refused(Reason.ALREADY_DECIDED, what="question", state=_verdict_of(tx, halt))
        tx.record(SAID[verdict], halt, by=by, at=now, facts={"account": found.account, "deed": found.deed.value})
        tx.outbox.refresh(Notice.HALTED, halt)
    return found


def _verdict_of(tx: Transaction, halt: str) -> str:
    found = tx.halts.get(halt)
    return "answered with Go on" if found and found.verdict is Verdict.GO else "answered with Stop"
