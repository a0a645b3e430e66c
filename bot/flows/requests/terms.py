"""What a request asks for, checked against the catalog: for whom, for how long, with which ticket, how urgent."""

from datetime import timedelta

from bot import catalog_regex
from bot.domain.authorization import OWNER, Act, Facts, judge
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.requests.request import TICKET_MOST
from bot.flows import access
from bot.flows.context import Context
from bot.ports import People


def offered_for(
    context: Context, entitlement: EntitlementId, duration: timedelta, owner: SlackUserId, *, emergency: bool
) -> Entitlement:
    """What the catalog offers to its owner. Anybody may ask on their behalf; its approvers read who did.

    Raises Refused.
    """
    may_hold(context.people, owner)
    wanted = access.entitlement_of(context.catalog, entitlement)
    access.must_be_offered(context.people, wanted, owner)
    if emergency and wanted.break_glass is None:
        raise Refused(Reason.NO_BREAK_GLASS, entitlement=entitlement)
    longest = min(wanted.max_duration, (wanted.break_glass if emergency else None) or wanted.max_duration)
    access.must(judge(Act.REQUEST, Facts(roles=OWNER, duration=duration, longest=longest)))
    return wanted


def may_hold(people: People, owner: SlackUserId) -> None:
    """Raises Refused unless the owner is a full member."""
    if not people.find(owner).full_member:
        raise Refused(Reason.OWNER_NOT_A_MEMBER)


def ticket_of(wanted: Entitlement, typed: str) -> str | None:
    """The ticket, on one line, without the space around it; None where the catalog asks for none. Raises Refused."""
    if wanted.ticket is None:
        return None
    said = typed.strip()
    if not said:
        raise Refused(Reason.NO_TICKET, pattern=wanted.ticket)
    if len(said) > TICKET_MOST or not said.isprintable() or not catalog_regex.whole(wanted.ticket)(said):
        raise Refused(Reason.OTHER_TICKET, pattern=wanted.ticket)
    return said
