"""Ask an approver or an admin before a sweep acts on more than twenty keys of one account."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.domain import retry
from bot.domain.bulk_limit import ACTS_MOST, BulkAction, Halt, Verdict
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import AccountName, DeliveryId, SlackUserId
from bot.flows import who_else
from bot.flows.context import Context
from bot.flows.keys.managed_key import ReplacedKey
from bot.ports import Transaction

SAID = {Verdict.GO: Tag.SWEEP_RESUMED, Verdict.STOP: Tag.SWEEP_STOPPED}
T = TypeVar("T")
K = TypeVar("K", bound=ReplacedKey)


@dataclass(frozen=True, slots=True)
class Due(Generic[T]):
    """One act that has fallen due. An answer covers what was due when it was given."""

    act: T
    account: AccountName
    at: datetime | None
    start_over: Callable[[Transaction, datetime], None]  # after Stop, given the present time
    hold_back: Callable[[Transaction, datetime], None] = lambda _tx, _until: None
    keys: int = 1  # how many the act changes


def permitted(context: Context, action: BulkAction, due: Iterable[Due[T]]) -> Iterator[T]:
    """What may be done in this run: in each account at most twenty keys, and none while a question is open."""
    by_account = defaultdict[AccountName, list[Due[T]]](list)
    for each in due:
        by_account[each.account].append(each)
    for account, several in by_account.items():
        yield from _permitted(context, action, account, several)


def _refresh(tx: Transaction, key: ReplacedKey) -> None:
    key.refresh(tx)


def of_key(key: K, tag: Tag, show: Callable[[Transaction, K], None] = _refresh, **term: timedelta) -> Due[K]:
    """One key whose clock has run out. `term` is the column with that time, and how long it runs again after Stop.

    Stop is then the same as pressing Wait on each key, and `tag` records it.
    """
    ((column, again),) = term.items()

    def start_over(tx: Transaction, now: datetime) -> None:
        fresh = key.lock(tx)
        if fresh is None or fresh.state is not key.row.state:
            return
        key.set(tx, **{column: now + again})
        tx.record(tag, key.subject, by=LATCHKEY, at=now, facts={"until": (now + again).isoformat()})
        show(tx, key)

    def hold_back(tx: Transaction, until: datetime) -> None:
        fresh = key.lock(tx)
        if fresh is not None and fresh.pending_action is None:  # what someone pressed meanwhile doesn't wait
            key.set(tx, next_try_at=until)

    return Due(key, key.account.name, getattr(key.row, column), start_over, hold_back)


def is_open(context: Context, action: BulkAction, account: AccountName) -> bool:
    """Whether a question is still unanswered, so that nothing has to be read from AWS."""
    with context.work.begin() as tx:
        last = tx.halts.last(account, action)
    return last is not None and last.verdict is None


def _permitted(context: Context, action: BulkAction, account: AccountName, due: Sequence[Due[T]]) -> list[T]:
    with context.work.begin() as tx:
        last = tx.halts.last(account, action)
    if last is not None and last.verdict is None:
        return _hold_back(context, due)
    covered = [each for each in due if _covers(last, each)]
    fresh = [each for each in due if not _covers(last, each)]
    if last is not None and last.verdict is Verdict.STOP:
        for each in covered:
            with context.work.begin() as tx:
                each.start_over(tx, context.clock.now())
        covered = []
    if (many := sum(each.keys for each in fresh)) > ACTS_MOST:
        _ask(context, action, account, many)
        _hold_back(context, fresh)
        fresh = []
    return [each.act for each in _first([*covered, *fresh])]


def _hold_back(context: Context, due: Sequence[Due[T]]) -> list[T]:
    """Behind the others, so that no other account waits for the answer."""
    until = retry.next_attempt(context.clock.now(), retry.HELD_BACK)
    for each in due:
        with context.work.begin() as tx:
            each.hold_back(tx, until)
    return []


def _covers(last: Halt | None, each: Due[T]) -> bool:
    return last is not None and last.settled_at is not None and each.at is not None and each.at <= last.settled_at


def _first(due: Sequence[Due[T]]) -> Iterator[Due[T]]:
    keys = 0
    for each in due:
        keys += each.keys
        if keys > ACTS_MOST:
            return
        yield each


def _ask(context: Context, action: BulkAction, account: AccountName, many: int) -> None:
    """Ask once, in the account's channel or else each admin, even if two workers find it at the same time."""
    now = context.clock.now()
    halt = Halt(context.fresh_id(), account, action, many, now)
    with context.work.begin() as tx:
        if tx.halts.add(halt):
            facts = {"account": account, "deed": action.value, "many": str(many)}
            tx.record(Tag.SWEEP_HALTED, halt.id, by=LATCHKEY, at=now, facts=facts)
            channel = context.catalog.accounts[account].channel
            tx.outbox.enqueue(Notice.HALTED, halt.id, *((channel,) if channel else context.catalog.admins))


def settle(context: Context, *, halt: str, verdict: Verdict, by: SlackUserId, delivery: DeliveryId | None) -> Halt:
    """Go on or Stop, by an admin or an approver of this account. Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.halts.get(halt)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    who_else.must_decide(context.people, context.catalog, found.account, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        if not tx.halts.settle(halt, verdict, by, now):
            raise Refused(Reason.ALREADY_DECIDED, **_answer(tx.halts.get(halt) or found))
        tx.record(SAID[verdict], halt, by=by, at=now, facts={"account": found.account, "deed": found.deed.value})
        tx.outbox.refresh(Notice.HALTED, halt)
    return found


def _answer(halt: Halt) -> dict[str, object]:
    return {"state": halt.verdict, "by": halt.settled_by, "at": halt.settled_at}
