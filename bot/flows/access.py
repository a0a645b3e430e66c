"""Who somebody is at this moment: member, approver, owner, admin. Asked at every press, never remembered."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.catalog import Approvers, Catalog, Entitlement
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.limits import JUSTIFICATION_MOST
from bot.domain.policy import Act, Standing, may
from bot.domain.request import Request
from bot.ports import People


def member(people: People, person: SlackUserId) -> None:
    """Raises Refused unless this is a full member of the workspace."""
    if not people.find(person).full_member:
        raise Refused(Reason.NOT_A_MEMBER)


def justified(text: str, *, optional: bool = False) -> str:
    """What somebody wrote as their reason, without the space around it. Raises Refused."""
    said = text.strip()
    if not said and not optional:
        raise Refused(Reason.NO_JUSTIFICATION)
    if len(said) > JUSTIFICATION_MOST:
        raise Refused(Reason.JUSTIFICATION_TOO_LONG, length=len(said))
    return said


def entitlement_of(catalog: Catalog, entitlement: EntitlementId) -> Entitlement:
    found = catalog.entitlements.get(entitlement)
    if found is None:
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=entitlement)
    return found


def approvers_now(people: People, catalog: Catalog, entitlement: Entitlement) -> frozenset[SlackUserId]:
    """Whoever the catalog and Slack's user groups name at this moment."""
    return members(people, catalog.approvers_of(entitlement))


def members(people: People, group: Approvers) -> frozenset[SlackUserId]:
    found = people.members_of(group.usergroups) if group.usergroups else frozenset()
    return frozenset(group.users) | found


def same_kind(entitlement: Entitlement, credentials: Iterable[Credential]) -> None:
    """What was approved as an access key is never handed out or renewed as a session, or the other way round.

    A catalog that changes the kind changes grants to come. Raises Refused.
    """
    if any(each.handed_out and each.kind is not entitlement.kind for each in credentials):
        raise Refused(Reason.KIND_CHANGED, now=entitlement.kind)


def deciders(people: People, catalog: Catalog, entitlement: Entitlement, request: Request) -> frozenset[SlackUserId]:
    """Who may decide it now, and could when it was made: a user group may be open to everybody for editing."""
    now = deciders_now(people, catalog, entitlement, request)
    return now if request.deciders is None else now & set(request.deciders.split())


def deciders_now(
    people: People, catalog: Catalog, entitlement: Entitlement, request: Request
) -> frozenset[SlackUserId]:
    """The approvers, and once the request was escalated also those whom the catalog escalates to."""
    return frozenset[SlackUserId]().union(*(members(people, each) for each in _groups(catalog, entitlement, request)))


def deciders_to_be(people: People, catalog: Catalog, entitlement: Entitlement) -> str:
    """For Request.deciders, when it is made. With those whom it may be escalated to later."""
    group = escalation_of(catalog, entitlement)
    more = members(people, group) if group else frozenset()
    return " ".join(sorted(approvers_now(people, catalog, entitlement) | more))


def group_changed_at(people: People, catalog: Catalog, entitlement: Entitlement, request: Request) -> datetime | None:
    """When a user group whose members may decide it was last edited; None without user groups. Raises Refused."""
    groups = [name for each in _groups(catalog, entitlement, request) for name in each.usergroups]
    if not groups:
        return None
    if (changed := people.changed_at(groups)) is None:
        raise Refused(Reason.GROUP_UNREADABLE)
    return changed


def _groups(catalog: Catalog, entitlement: Entitlement, request: Request) -> tuple[Approvers, ...]:
    escalated = escalation_of(catalog, entitlement) if request.escalated_at else None
    return (catalog.approvers_of(entitlement), *([escalated] if escalated else []))


def escalation_of(catalog: Catalog, entitlement: Entitlement) -> Approvers | None:
    return catalog.approvers.get(catalog.approvers_of(entitlement).escalate_to or "")


def asked(people: People, group: Approvers, requester: SlackUserId) -> tuple[str, ...]:
    """Where a group is asked to decide. Nobody is asked to decide on their own request."""
    return tuple(each for each in places(people, group) if each != requester)


def places_of(people: People, catalog: Catalog, entitlement: Entitlement) -> tuple[str, ...]:
    """Where approvers are asked and told."""
    return places(people, catalog.approvers_of(entitlement))


def places(people: People, group: Approvers) -> tuple[str, ...]:
    """A group's channel, else each one's DM."""
    return (group.channel,) if group.channel else tuple(sorted(members(people, group)))


def hearing(people: People, catalog: Catalog, grant: Grant) -> tuple[str, ...]:
    """Where the approvers of a grant hear of it. A Slack that does not say who is in a group delays nothing: the rest
    hear it.
    """
    entitlement = catalog.entitlements.get(grant.entitlement)
    return heard_by(people, catalog, entitlement) if entitlement else ()


def heard_by(people: People, catalog: Catalog, entitlement: Entitlement) -> tuple[str, ...]:
    """Where its approvers hear, as far as Slack says who they are."""
    try:
        return places_of(people, catalog, entitlement)
    except Refused:
        return catalog.approvers_of(entitlement).users


def standings(people: People, catalog: Catalog, grant: Grant, person: SlackUserId) -> frozenset[Standing]:
    found: set[Standing] = set()
    if grant.owner == person:
        found.add(Standing.OWNER)
    if person in catalog.admins:
        found.add(Standing.ADMIN)
    entitlement = catalog.entitlements.get(grant.entitlement)
    if entitlement is not None and person in approvers_now(people, catalog, entitlement):
        found.add(Standing.APPROVER)
    return frozenset(found)


def must_be_allowed(act: Act, people: People, catalog: Catalog, grant: Grant, person: SlackUserId) -> None:
    """Raises Refused unless the table of acts lets this person do it to this grant."""
    member(people, person)
    if may(act, {Standing.OWNER} if grant.owner == person else set()):
        return
    if not may(act, standings(people, catalog, grant, person)):
        raise Refused(Reason.NOT_OWNER, owner=grant.owner)
