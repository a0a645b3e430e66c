"""Who may do what: members, approvers, owners, admins. Checked at every action and never cached."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.authorization import Act, Facts, Role, judge
from bot.domain.catalog import Approvers, Catalog, Entitlement
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.grant import GRANT_USER, Grant
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccountName, EntitlementId, GrantId, SlackUserId
from bot.domain.ownership.owner_tags import GROUP
from bot.domain.requests.request import JUSTIFICATION_MOST, Request
from bot.ports import People, Transaction


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


def prefetch(people: People, groups: Iterable[Approvers]) -> None:
    """Read their user groups in one call of Slack's, before a look through all of them."""
    people.prefetch({usergroup for each in groups for usergroup in each.usergroups})


def is_offered(people: People, entitlement: Entitlement, person: SlackUserId) -> bool:
    """Whether the catalog offers it to this person at this moment. Raises Refused(PEOPLE_UNREADABLE)."""
    groups = entitlement.requester_groups
    return entitlement.offered_to(person) or (bool(groups) and person in people.members_of(groups))


def must_be_offered(people: People, entitlement: Entitlement, person: SlackUserId) -> None:
    """Raises Refused."""
    if not is_offered(people, entitlement, person):
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=entitlement.id)


def offered(people: People, catalog: Catalog, person: SlackUserId) -> tuple[Entitlement, ...]:
    """Everything that the catalog offers to this person, without what Slack can't tell now."""
    named = {group for each in catalog.entitlements.values() for group in each.requester_groups}
    people.prefetch(named)
    return catalog.offered_to(person, {each for each in named if person in known_members(people, each)})


def known_members(people: People, usergroup: str) -> frozenset[SlackUserId]:
    """Nobody while Slack can't say who is in the user group."""
    try:
        return people.members_of([usergroup])
    except Refused:
        return frozenset()


def approvers_now(people: People, catalog: Catalog, entitlement: Entitlement) -> frozenset[SlackUserId]:
    """The people whom the catalog and Slack's user groups name at this moment."""
    return members(people, catalog.approvers_of(entitlement))


def members(people: People, group: Approvers) -> frozenset[SlackUserId]:
    found = people.members_of(group.usergroups) if group.usergroups else frozenset()
    return frozenset((*group.users, *group.silent)) | found


def same_kind(entitlement: Entitlement, credentials: Iterable[Credential]) -> None:
    """An approval for an access key never hands out or renews a session, or the other way round. Raises Refused.

    If the catalog changes the kind, that applies to later grants.
    """
    if any(each.handed_out and each.kind is not entitlement.kind for each in credentials):
        raise Refused(Reason.KIND_CHANGED, now=entitlement.kind)


def deciders(
    people: People,
    catalog: Catalog,
    entitlement: Entitlement,
    request: Request,
    whose: frozenset[SlackUserId] = frozenset(),
) -> frozenset[SlackUserId]:
    """Who may decide it now, and could when it was made, because anybody may be able to join a user group.

    `whose` are the people whose answers count. If the catalog names each of them, it doesn't matter that Slack can't
    read a user group, and only the people of the catalog are returned then. Raises Refused(PEOPLE_UNREADABLE).
    """
    try:
        now = deciders_now(people, catalog, entitlement, request)
    except Refused:
        now = named(catalog, entitlement, request)
        if not whose or not whose <= now:
            raise
    return now if request.deciders is None else now & set(request.deciders.split())


def named(catalog: Catalog, entitlement: Entitlement, request: Request) -> frozenset[SlackUserId]:
    """The people who may decide it by their own id in the catalog, whatever user groups they are in."""
    groups = groups_asked(catalog, entitlement, request)
    return frozenset(one for each in groups for one in (*each.users, *each.silent))


def deciders_now(
    people: People, catalog: Catalog, entitlement: Entitlement, request: Request
) -> frozenset[SlackUserId]:
    """The approvers, and once the request was escalated also the people it was escalated to."""
    asked = groups_asked(catalog, entitlement, request)
    return frozenset[SlackUserId]().union(*(members(people, each) for each in asked))


def deciders_to_be(people: People, catalog: Catalog, entitlement: Entitlement) -> str | None:
    """For Request.deciders, when it is made: includes the people it may be escalated to later.

    None while Slack can't say who is in one of the groups. Then only the group's date shows whether someone joined
    later, and after a change nobody can decide the request.
    """
    try:
        found = (members(people, each) for each in catalog.chain_of(entitlement))
        return " ".join(sorted(frozenset[SlackUserId]().union(*found)))
    except Refused:
        return None


def group_changed_at(people: People, catalog: Catalog, entitlement: Entitlement, request: Request) -> datetime | None:
    """When a user group whose members may decide it was last edited; None without user groups. Raises Refused."""
    groups = [name for each in groups_asked(catalog, entitlement, request) for name in each.usergroups]
    if not groups:
        return None
    if (changed := people.changed_at(groups)) is None:
        raise Refused(Reason.GROUP_UNREADABLE)
    return changed


def groups_asked(catalog: Catalog, entitlement: Entitlement, request: Request) -> tuple[Approvers, ...]:
    """The approvers, then each group that it was escalated to."""
    return catalog.chain_of(entitlement)[: 1 + request.escalations]


def roles(people: People, catalog: Catalog, grant: Grant, person: SlackUserId) -> frozenset[Role]:
    """What somebody is to this grant now."""
    found: set[Role] = set()
    if grant.owner == person:
        found.add(Role.OWNER)
    if person in catalog.admins:
        found.add(Role.ADMIN)
    entitlement = catalog.entitlements.get(grant.entitlement)
    if entitlement is not None and person in approvers_now(people, catalog, entitlement):
        found.add(Role.APPROVER)
    return frozenset(found)


def must_be_allowed(act: Act, people: People, catalog: Catalog, grant: Grant, person: SlackUserId) -> None:
    """Raises Refused unless the policy lets this person do it to this grant."""
    member(people, person)
    own = frozenset({Role.OWNER}) if grant.owner == person else frozenset()
    if judge(act, Facts(roles=own)) is None:
        return
    must(judge(act, Facts(roles=roles(people, catalog, grant, person), owner=grant.owner)))


def must(refusal: Refused | None) -> None:
    """Raises what the policy answered, unless it allows it."""
    if refusal is not None:
        raise refusal


def owners(people: People, user: FoundUser) -> frozenset[SlackUserId]:
    """The user's owner while a full member, or the members of its user group. Raises Refused(PEOPLE_UNREADABLE)."""
    if user.person is not None and not people.find(user.person).full_member:
        return frozenset()
    return holders(people, user.owner)


def group_of(owner: str) -> str | None:
    """The id of the user group, where the owner is one."""
    found = GROUP.fullmatch(owner)
    return found[1] if found else None


def holders(people: People, owner: str | None) -> frozenset[SlackUserId]:
    """The person, or the members of the group at this moment. Raises Refused(PEOPLE_UNREADABLE)."""
    if owner is None:
        return frozenset()
    group = group_of(owner)
    return people.members_of([group]) if group else frozenset({SlackUserId(owner)})


def known_holders(people: People, owner: str | None) -> frozenset[SlackUserId]:
    """The same, or nobody while Slack can't say who is in the group."""
    try:
        return holders(people, owner)
    except Refused:
        return frozenset()


def must_hold(people: People, owner: str | None, by: SlackUserId) -> None:
    """Raises Refused unless this person is the owner, or one of the owners, now."""
    member(people, by)
    if by not in holders(people, owner):
        raise Refused(Reason.NOT_OWNER, owner=owner)


def account_groups(catalog: Catalog, account: AccountName) -> tuple[Approvers, ...]:
    """The approvers of everything that the catalog offers in this account."""
    named = (each.approvers for each in catalog.entitlements.values() if each.account == account)
    return tuple(catalog.approvers[each] for each in dict.fromkeys(named))


def account_approvers(people: People, catalog: Catalog, account: AccountName) -> frozenset[SlackUserId]:
    """The people who may approve something in it at this moment. Raises Refused(PEOPLE_UNREADABLE)."""
    groups = account_groups(catalog, account)
    prefetch(people, groups)
    return frozenset[SlackUserId]().union(*(members(people, each) for each in groups))


def account_deciders(people: People, catalog: Catalog, account: AccountName) -> frozenset[SlackUserId]:
    """Approvers and admins. Raises Refused(PEOPLE_UNREADABLE)."""
    return account_approvers(people, catalog, account) | frozenset(catalog.admins)


def grant_of_user(tx: Transaction, user: FoundUser) -> Grant | None:
    """The grant whose own IAM user this is: its owner is known."""
    if not user.name.startswith(GRANT_USER):
        return None
    found = tx.grants.get(GrantId(user.name.removeprefix(GRANT_USER)))
    return found if found is not None and found.account == user.account else None
