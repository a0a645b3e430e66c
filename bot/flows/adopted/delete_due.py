"""The end of an adopted key that is off for good: by the Deleter where there is one, else told to those who can."""

from bot.domain import retry
from bot.domain.adopted import Adopted
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice
from bot.domain.pending_call import Call
from bot.flows import own
from bot.flows.adopted import access, request
from bot.flows.adopted.deactivate import MOST, within_limit
from bot.flows.adopted.job import IN_USE, Case, begin_call, cases, last_use, look, note_use, refused, vanished
from bot.flows.adopted.reactivate import settle_on
from bot.flows.context import AwsContext


def delete_due(context: AwsContext) -> int:
    """Off for at least `undo`, and nothing has used it since."""
    with context.work.begin() as tx:
        due = tx.adopted.delete_due(context.clock.now(), MOST)
    return within_limit(cases(context, due), _end)


def _end(case: Case) -> bool:
    context, row, now = case.context, case.row, case.context.clock.now()
    if row.undo_at is not None and now - row.undo_at < context.catalog.decide_within:
        _later(case)  # somebody wants it back: the approvers' word comes first
        return False
    seen = look(case)
    if seen is None:
        return False
    if seen.active:  # somebody switched it on by hand
        settle_on(case)
        return False
    used = last_use(case)
    if used is None:
        return False
    if row.off_at is None or (used.at is not None and used.at > row.off_at):
        with context.work.begin() as tx:
            note_use(tx, row, used, now)
        _later(case, IN_USE)
        return False
    if case.found.account.deleter_role_arn is None:
        _by_hand(case)
        return False
    return _delete(case, row)


def _delete(case: Case, row: Adopted) -> bool:
    found, by = case.found, row.off_by or LATCHKEY
    if not begin_call(case, Call.DELETE, by):
        return False
    try:
        case.context.responder.delete(found.account, found.user.arn, row.access_key_id, by=by)
    except AwsError as error:
        refused(case, error)
        return False
    vanished(case)
    return True


def _by_hand(case: Case) -> None:
    """Told once, in a message of its own; the ledger goes on looking whether it is gone."""
    context, row, found = case.context, case.row, case.found
    places = own.places(context.people, context.catalog, found.account.name)
    owner = access.hearers(context.people, context.catalog, found)
    with context.work.begin() as tx:
        tx.adopted.set(row.id, next_try_at=retry.next_attempt(context.clock.now(), retry.NOT_ALLOWED))
        if row.told_at is None:
            tx.adopted.set(row.id, told_at=context.clock.now())
            tx.outbox.enqueue(Notice.ADOPTED_END, row.subject, *dict.fromkeys((*owner, *places)))


def _later(case: Case, why: str | None = None) -> None:
    with case.context.work.begin() as tx:
        again = retry.next_attempt(case.context.clock.now(), retry.NOT_DELETABLE)
        tx.adopted.set(case.row.id, next_try_at=again, why=why)
        if why != case.row.why:
            request.show(tx, case.row)
