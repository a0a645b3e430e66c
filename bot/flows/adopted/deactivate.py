"""Switch adopted keys off in AWS: what people pressed, and what an account's own rule wants."""

from collections import Counter
from collections.abc import Callable, Iterator

from bot.domain import retry
from bot.domain.adopted import Wish
from bot.domain.bulk_limit import ACTS_MOST
from bot.domain.errors import AwsError, Refused
from bot.domain.events import LATCHKEY
from bot.domain.finding import LastUsed
from bot.domain.lifecycle import AdoptedState
from bot.domain.pending_call import Call
from bot.domain.schedule import IN_USE_WITHIN, WISH_LASTS
from bot.flows.adopted import access, request
from bot.flows.adopted.access import Undo
from bot.flows.adopted.job import (
    BY_HAND,
    IN_USE,
    NO_UNDO,
    UNREAD,
    Case,
    begin_call,
    cases,
    end_call,
    last_use,
    look,
    note_use,
    put_away,
    refused,
    settle_findings,
)
from bot.flows.context import AwsContext

MOST = 500  # rows read per run


def carry_out(context: AwsContext) -> int:
    """What people pressed."""
    return _carry_out(context, by_clock=False)


def carry_out_enforced(context: AwsContext) -> int:
    """What an account's own rule wants."""
    return _carry_out(context, by_clock=True)


def _carry_out(context: AwsContext, *, by_clock: bool) -> int:
    with context.work.begin() as tx:
        due = tx.adopted.wished(context.clock.now(), MOST, by_clock=by_clock)
    wanted = tuple(each for each in due if each.wish is not Wish.ON)
    return within_limit(cases(context, wanted), _off)


def within_limit(found: Iterator[Case], act: Callable[[Case], bool]) -> int:
    acts = Counter[str]()
    for case in found:
        if acts[case.found.account.name] < ACTS_MOST:
            acts[case.found.account.name] += act(case)
    return acts.total()


def _off(case: Case) -> bool:
    row, now = case.row, case.context.clock.now()
    if (row.wished_at is None or now - row.wished_at >= WISH_LASTS) and not _began(case):
        put_away(case.context, row, row.why or UNREAD)
        return False
    seen = look(case)
    if seen is None:
        return False
    if not seen.active:
        settle_off(case)
        return False
    used = last_use(case)
    if used is None:
        return False
    who = undo_now(case)
    if who is None:
        undo_later(case)
        return False
    if row.wish is not Wish.ANYWAY:
        if used.at is not None and now - used.at < IN_USE_WITHIN:
            _ask(case, used, who, IN_USE)
            return False
        if not who.possible:
            _ask(case, used, who, NO_UNDO)
            return False
    return switch_off(case, row.wished_by or LATCHKEY)


def undo_now(case: Case) -> Undo | None:
    """Who could bring it back, if it went off now. None where Slack doesn't say."""
    context = case.context
    try:
        return access.undo(context, case.found, context.clock.now())
    except Refused:
        return None


def undo_later(case: Case) -> None:
    """Slack doesn't say whether there is a way back: it stays on until it does."""
    with case.context.work.begin() as tx:
        tx.adopted.set(case.row.id, next_try_at=retry.next_attempt(case.context.clock.now(), retry.AWS))


def _began(case: Case) -> bool:
    """A call to AWS has yet to show what came of it."""
    with case.context.work.begin() as tx:
        return tx.calls.on(case.row.id) is not None


def _ask(case: Case, used: LastUsed, who: Undo, why: str) -> None:
    """A person is asked, with all that speaks against it; the account's own rule leaves it on."""
    row, now = case.row, case.context.clock.now()
    if row.wished_by == LATCHKEY:
        put_away(case.context, row, why)
        return
    with case.context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None or fresh.wish is None:  # they thought better of it meanwhile
            return
        note_use(tx, row, used, now)
        alone = {"why": None if who.possible else NO_UNDO, "undoers": who.names}
        tx.adopted.set(row.id, wish=None, **alone)
        tx.transition(row.id, AdoptedState.ON, AdoptedState.ASKING, by=LATCHKEY, at=now)
        request.show(tx, fresh)


def switch_off(case: Case, by: str) -> bool:
    context, found = case.context, case.found
    if not begin_call(case, Call.SWITCH_OFF, by):
        return False
    try:
        context.responder.switch_off(found.account, found.user.arn, case.row.access_key_id, by=by)
    except AwsError as error:
        refused(case, error)
        return False
    settle_off(case)
    return True


def settle_off(case: Case) -> None:
    """It is Inactive: on the ledger, in every message, and off the list of what is to be done."""
    context, now = case.context, case.context.clock.now()
    who = undo_now(case)
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(case.row.id)
        if fresh is None or fresh.state not in request.STANDING:
            return
        if who is not None:
            tx.owners.owned(fresh.account, {fresh.user: who.owners}, now)
        ours = end_call(tx, fresh, Call.SWITCH_OFF)
        by, why = (ours.by, None) if ours else (LATCHKEY, BY_HAND)
        ends = {"off_at": now, "off_by": by, "delete_at": now + context.catalog.hygiene.undo}
        undo = {"undoers": who.names if who else None, "undo_by": None, "undo_at": None}
        tx.adopted.set(fresh.id, why=why, retire_at=None, told_at=None, **undo, **ends)
        facts = {"key": fresh.access_key_id, "account": fresh.account, "user": fresh.user}
        tx.transition(
            fresh.id, fresh.state, AdoptedState.OFF, by=by, at=now, facts=facts | ({"why": why} if why else {})
        )
        settle_findings(tx, fresh, now)
        request.show(tx, fresh)
