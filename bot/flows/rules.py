"""Who somebody is at this moment: member, approver, owner, admin. Asked at every press, never remembered."""

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.policy import Act, Standing, may
from bot.ports import People


def member(people: People, person: SlackUserId) -> None:
    """Raises Refused unless this is a full member of the workspace."""
    if not people.find(person).full_member:
        raise Refused(Reason.NOT_A_MEMBER)


def entitlement_of(catalog: Catalog, entitlement: EntitlementId) -> Entitlement:
    found = catalog.entitlements.get(entitlement)
    if found is None:
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=entitlement)
    return found


def approvers_now(people: People, catalog: Catalog, entitlement: Entitlement) -> frozenset[SlackUserId]:
    """Whoever the catalog and Slack's user groups name at this moment."""
    group = catalog.approvers_of(entitlement)
    members = people.members_of(group.usergroups) if group.usergroups else frozenset()
    return frozenset(group.users) | members


def places_of(people: People, catalog: Catalog, entitlement: Entitlement) -> tuple[str, ...]:
    """Where approvers are asked and told: their channel, else each one's DM."""
    channel = catalog.approvers_of(entitlement).channel
    return (channel,) if channel else tuple(sorted(approvers_now(people, catalog, entitlement)))


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
