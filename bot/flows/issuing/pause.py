"""Pause and resume issuing: an admin's emergency brake. Nothing that exists is touched."""

from datetime import datetime

from bot.domain.authorization import ADMIN, Act, Facts, judge
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.issuing.pause import PAUSED, SUBJECT, Pause
from bot.domain.subjects import Timed
from bot.flows import access, queries, recipients, who_else
from bot.flows.context import Context
from bot.ports import Transaction

LOCK = f"{PAUSED}/lock"  # of two admins who press at once, one begins the pause


def pause(context: Context, *, by: SlackUserId, delivery: DeliveryId | None, justification: str = "") -> Pause:
    """Begin a pause, or return the one that stands, with this justification if there is one. Raises Refused."""
    why = access.justified(justification, optional=True)
    may_pause(context, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        tx.set_flag(LOCK, "")
        standing = queries.pause(tx)
        if standing is None:
            tx.set_flag(PAUSED, by)
            tx.record(Tag.ISSUING_PAUSED, PAUSED, by=by, at=now, facts={"justification": why} if why else {})
            return _notify(context, tx, Notice.PAUSED, Pause(by, now, why))
        return _explain(tx, standing, by, now, why) if why else standing


def explain(context: Context, *, by: SlackUserId, delivery: DeliveryId | None, justification: str) -> Pause:
    """Say why issuing is paused. Raises Refused: here a reason is mandatory, and the pause may be over by now."""
    why = access.justified(justification)
    may_pause(context, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        tx.set_flag(LOCK, "")
        if (standing := queries.pause(tx)) is None:
            raise Refused(Reason.NOT_PAUSED)
        return _explain(tx, standing, by, now, why)


def resume(context: Context, *, by: SlackUserId, delivery: DeliveryId | None) -> bool:
    """False if issuing wasn't paused. Raises Refused."""
    may_pause(context, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        tx.set_flag(LOCK, "")
        standing = queries.pause(tx)
        tx.set_flag(PAUSED, None)
        if standing is None:
            return False
        tx.record(Tag.ISSUING_RESUMED, PAUSED, by=by, at=now)
        tx.outbox.refresh(Notice.PAUSED, subject(standing))
        _notify(context, tx, Notice.RESUMED, standing)
    return True


def subject(of: Pause) -> str:
    return str(Timed(SUBJECT, of.since))


def may_pause(context: Context, by: SlackUserId) -> None:
    """Raises Refused."""
    access.member(context.people, by)
    admins = context.catalog.admins
    who_else.must(context.people, judge(Act.PAUSE, Facts(roles=ADMIN if by in admins else frozenset())), admins)


def _explain(tx: Transaction, standing: Pause, by: SlackUserId, now: datetime, why: str) -> Pause:
    if why != standing.why:
        tx.record(Tag.ISSUING_EXPLAINED, PAUSED, by=by, at=now, facts={"justification": why})
        tx.outbox.refresh(Notice.PAUSED, subject(standing))
    return queries.pause(tx) or standing


def _notify(context: Context, tx: Transaction, notice: Notice, about: Pause) -> Pause:
    """Each channel once, and the requesters in the message that they already have."""
    tx.outbox.enqueue(notice, subject(about), *recipients.of_pause(context.catalog))
    for each in tx.requests.open_all():
        tx.outbox.refresh(Notice.RECEIPT, each.id)
    return about
