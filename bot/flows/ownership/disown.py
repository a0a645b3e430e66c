"""Disown: "not mine" from the owner of a found key, and hand over: an approver offers a leaver's key to somebody.

"Not mine" takes effect at once, whatever a tag says, until the tag changes. The person named has to accept.
"""

from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.ownership.claim import Claim
from bot.flows import access, findings, refresh, who_else
from bot.flows.context import Context
from bot.flows.ownership import claim, transfer
from bot.ports import People


def may_disown(context: Context, finding: str, by: SlackUserId) -> FoundUser:
    """Raises Refused for everybody who doesn't own the key now."""
    with context.work.begin() as tx:
        user = claim.of_finding(tx, finding)
    access.must_hold(context.people, user.owner, by)
    return user


def disown(
    context: Context,
    *,
    finding: str,
    by: SlackUserId,
    to: SlackUserId | None,
    justification: str,
    delivery: DeliveryId | None,
) -> Claim | None:
    """The key has no owner from now on; the person named, if any, is asked. Raises Refused, AlreadyDone."""
    why = access.justified(justification)
    seen = may_disown(context, finding, by)
    _must_be_another(context.people, to, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        user = tx.inventory.lock(seen.account, seen.name)
        if user is None or user.owner != seen.owner:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, state="somebody else's")
        pressed = tx.findings.get(finding)
        tx.record(Tag.OWNER_DISOWNED, f"{user.account}/{user.name}", by=by, at=now, facts={"why": why, "to": to or ""})
        transfer.decide(tx, user, None, by=by, now=now, why=why)
        findings.open_about(tx, context.entropy, user, FindingKind.OWNERLESS, now)
        if pressed is not None:
            refresh.finding(tx, pressed.id)
        if to is None:
            return None
        return claim.offer(tx, context.entropy, user, to=to, by=by, said=why, now=now, places=(to,))


def hand_over(
    context: Context,
    *,
    finding: str,
    by: SlackUserId,
    to: SlackUserId | None,
    justification: str,
    delivery: DeliveryId | None,
) -> Claim:
    """An approver names a new owner, who has to accept. Raises Refused, AlreadyDone."""
    why = access.justified(justification)
    seen = may_hand_over(context, finding, by)
    if to is None:
        raise Refused(Reason.NAMES_NOBODY)
    _must_be_another(context.people, to, by)
    with context.work.begin(delivery) as tx:
        user = tx.inventory.lock(seen.account, seen.name)
        if user is None:
            raise Refused(Reason.NOT_FOUND)
        return claim.offer(tx, context.entropy, user, to=to, by=by, said=why, now=context.clock.now(), places=(to,))


def may_hand_over(context: Context, finding: str, by: SlackUserId) -> FoundUser:
    """Raises Refused unless this is an approver of the account, or an admin."""
    with context.work.begin() as tx:
        user = claim.of_finding(tx, finding)
    who_else.must_decide(context.people, context.catalog, user.account, by)
    return user


def _must_be_another(people: People, to: SlackUserId | None, by: SlackUserId) -> None:
    if to is not None and (to == by or not people.find(to).full_member):
        raise Refused(Reason.NAMES_NOBODY, person=to)
