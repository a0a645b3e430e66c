"""The repair button of a drift message: record who pressed it. The worker does the repair (drift/repair.py)."""

from bot.domain.authorization import Act, Facts, judge
from bot.domain.catalog import Catalog
from bot.domain.drift.difference import REPAIRS, Difference, DifferenceKind
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, DeliveryId, SlackUserId
from bot.flows import access, who_else
from bot.flows.context import Context
from bot.flows.issuing import intent
from bot.flows.keys import leaked
from bot.ports import People


def repair(context: Context, *, difference: str, by: SlackUserId, delivery: DeliveryId | None) -> Difference:
    """Ask the worker to repair it. Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.differences.get(difference)
        grant = tx.grants.get(found.grant) if found else None
    if found is None or grant is None:
        raise Refused(Reason.NOT_FOUND)
    act = REPAIRS.get(found.kind)
    if act is None:
        raise Refused(Reason.NOT_FOUND)
    _may(act, context.people, context.catalog, grant, by)
    if found.kind is DifferenceKind.KEY_OFF and by == grant.owner:  # an approver too, but not of their own key
        raise Refused(Reason.NOT_YOURS_TO_UNDO, by=None)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        intent.lock(tx, grant, now)
        if found.kind is DifferenceKind.KEY_OFF:
            leaked.must_not_be(tx, [AccessKeyId(found.about)])
        if not tx.differences.request_repair(difference, by, now):
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **_outcome(tx.differences.get(difference)))
        facts = {"difference": difference, "kind": found.kind.value, "about": found.about}
        tx.record(Tag.DIFFERENCE_PRESSED, grant.id, by=by, at=now, facts=facts)
        tx.outbox.refresh(Notice.DIFFERENCE, difference)
    return found


def _may(act: Act, people: People, catalog: Catalog, grant: Grant, by: SlackUserId) -> None:
    access.member(people, by)
    if judge(act, Facts(roles=access.roles(people, catalog, grant, by))) is not None:
        offered = catalog.entitlements.get(grant.entitlement)
        approvers = access.approvers_now(people, catalog, offered) if offered else frozenset()
        raise who_else.named(people, Refused(Reason.NOT_APPROVER), (*approvers, *catalog.admins))


def _outcome(row: Difference | None) -> dict[str, object]:
    if row is None or (row.closed_at and not row.repaired_at):
        return {"state": "over"}
    if row.repaired_at:
        return {"state": "repaired", "by": row.repaired_by, "at": row.repaired_at}
    return {"state": "being repaired", "by": row.pressed_by}
