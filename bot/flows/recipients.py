"""Who is notified of what. Approvers are notified in their channel, or else each of them in a DM.

The fallback is the same everywhere: where Slack can't say who is in a user group, the people whom the catalog names,
and where that leaves nobody, the admins. Requests and escalations wait instead until Slack answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.authorization import Role
from bot.domain.catalog import Account, Approvers, Catalog, Entitlement
from bot.domain.drift.difference import NOTIFIED, DifferenceKind
from bot.domain.errors import Refused
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccountName, SlackUserId
from bot.domain.leaks.incident import CONTAINABLE, Incident
from bot.domain.ownership.claim import Claim
from bot.domain.ownership.owner_tags import PERSON
from bot.flows import access
from bot.ports import People


def of_group(people: People, group: Approvers) -> tuple[str, ...]:
    """The group's channel, else each member who isn't silent. Raises Refused(PEOPLE_UNREADABLE)."""
    return (group.channel,) if group.channel else tuple(sorted(access.members(people, group) - set(group.silent)))


def in_person(people: People, groups: Iterable[Approvers]) -> tuple[str, ...]:
    """Each member who isn't silent, whatever channel the group has. Raises Refused(PEOPLE_UNREADABLE)."""
    found = (one for each in groups for one in of_group(people, replace(each, channel=None)))
    return tuple(dict.fromkeys(found))


def of_entitlement(people: People, catalog: Catalog, entitlement: Entitlement) -> tuple[str, ...]:
    return _approvers(people, catalog, [catalog.approvers_of(entitlement)])


def of_grant(people: People, catalog: Catalog, grant: Grant) -> tuple[str, ...]:
    """The approvers of its entitlement, while the catalog offers that."""
    entitlement = catalog.entitlements.get(grant.entitlement)
    return of_entitlement(people, catalog, entitlement) if entitlement else tuple(catalog.admins)


def of_pause(catalog: Catalog) -> tuple[str, ...]:
    """The channels of all accounts and approvers, else the admins."""
    accounts, approvers = catalog.accounts.values(), catalog.approvers.values()
    channels = (*(each.channel for each in accounts), *(each.channel for each in approvers))
    return tuple(dict.fromkeys(each for each in channels if each)) or tuple(catalog.admins)


def of_account(people: People, catalog: Catalog, account: AccountName) -> tuple[str, ...]:
    """The approvers of everything that the catalog offers in this account."""
    return _approvers(people, catalog, access.account_groups(catalog, account))


def _approvers(people: People, catalog: Catalog, groups: Iterable[Approvers]) -> tuple[str, ...]:
    """The one fallback rule."""
    found: list[str] = []
    for each in groups:
        try:
            found += of_group(people, each)
        except Refused:
            found += (one for one in each.users if one not in each.silent)
    return tuple(dict.fromkeys(found)) or tuple(catalog.admins)


def of_adopted_key(people: People, catalog: Catalog, user: FoundUser) -> tuple[str, ...]:
    """Each owner, as far as Slack or the ledger knows; where nobody owns it, the account's approvers."""
    return tuple(_owners(people, user)) or of_account(people, catalog, user.account)


def of_ownerless_list(people: People, catalog: Catalog, account: Account) -> tuple[str, ...]:
    """The account's channel, else its approvers."""
    return (account.channel,) if account.channel else of_account(people, catalog, account.name)


def of_claim(people: People, catalog: Catalog, account: AccountName, claimant: SlackUserId) -> tuple[str, ...]:
    """The account's approvers, else the admins, but never the claimant."""
    places = [each for each in of_account(people, catalog, account) if each != claimant]
    return tuple(places or [each for each in catalog.admins if each != claimant])


def of_claim_outcome(claim: Claim, user: FoundUser | None) -> set[str]:
    """The claimant, who asked for it, and the owner until now, where that is one person."""
    former = {user.owner} if user and user.owner and PERSON.fullmatch(user.owner) else set()
    return {claim.claimant, claim.asked_by, *former}


def of_leaver(
    people: People, catalog: Catalog, account: AccountName, grants: Iterable[Grant], *, has_users: bool, last: bool
) -> tuple[str, ...]:
    """The approvers of each grant, and of the account where IAM users are left; with the last notice the admins too."""
    users = of_account(people, catalog, account) if has_users else ()
    approvers = (place for each in grants for place in of_grant(people, catalog, each))
    return tuple(dict.fromkeys((*users, *approvers, *(catalog.admins if last else ())))) or tuple(catalog.admins)


def of_compromise(people: People, catalog: Catalog, grant: Grant) -> tuple[str, ...]:
    """Approvers and admins."""
    return tuple(sorted({*of_grant(people, catalog, grant), *catalog.admins}))


def of_incident(
    people: People,
    catalog: Catalog,
    incident: Incident,
    grant: Grant | None,
    user: FoundUser | None,
    *,
    everybody: bool,
) -> tuple[str, ...]:
    """Owner and approvers of a leaked key; with `everybody` also its account's channel and the admins.

    The admins alone for a key that Latchkey can't contain.
    """
    account = catalog.accounts.get(incident.account) if incident.account else None
    if incident.whose not in CONTAINABLE or account is None:
        return tuple(catalog.admins)
    mine = [grant.owner] if grant is not None else _owners(people, user) if user is not None else []
    approvers = of_grant(people, catalog, grant) if grant is not None else of_account(people, catalog, account.name)
    more = (*([account.channel] if account.channel else ()), *catalog.admins) if everybody else ()
    return tuple(dict.fromkeys((*mine, *approvers, *more)))


def _owners(people: People, user: FoundUser) -> list[str]:
    """As far as Slack or the ledger knows."""
    try:
        return sorted(access.owners(people, user))
    except Refused:
        return [user.person] if user.person else []


def of_drift(people: People, catalog: Catalog, grant: Grant, kind: DifferenceKind) -> tuple[str, ...]:
    rows = {
        Role.OWNER: (grant.owner,),
        Role.APPROVER: of_grant(people, catalog, grant),
        Role.ADMIN: catalog.admins,
    }
    return tuple(dict.fromkeys(to for role in sorted(NOTIFIED[kind]) for to in rows[role]))


def of_policy_change(people: People, catalog: Catalog, entitlements: Sequence[Entitlement]) -> tuple[str, ...]:
    """The approvers of each entitlement that uses the policy, and the admins."""
    found = [to for each in entitlements for to in of_entitlement(people, catalog, each)]
    return tuple(dict.fromkeys([*found, *catalog.admins]))


def of_alarm(people: People, catalog: Catalog, account: Account, finding: Finding) -> tuple[str, ...]:
    """The account's channel, the admins, and the owner if they can settle it. Nobody if it isn't an alarm."""
    if RULES[finding.kind].reported_by is not ReportedBy.ALARM:
        return ()
    places = (*([account.channel] if account.channel else []), *catalog.admins)
    mine = access.known_holders(people, finding.owner) if Step.OWNER in RULES[finding.kind].escalation_steps else ()
    return tuple(dict.fromkeys((*places, *sorted(mine))))


def of_escalation(people: People, catalog: Catalog, finding: Finding, grant: Grant | None) -> tuple[str, ...]:
    """By the step that the finding has reached. Empty while Slack can't say who is in a group; try again later."""
    if finding.step is Step.ADMINS:
        return catalog.admins
    account = catalog.accounts[finding.account]  # type: ignore[index]
    if finding.step is Step.CHANNEL:
        return (account.channel,) if account.channel else catalog.admins
    return of_finding(people, catalog, account, grant)


def of_finding(people: People, catalog: Catalog, account: Account, grant: Grant | None = None) -> tuple[str, ...]:
    """The approvers of the key's grant, or of the account for a found key. Empty while Slack can't name the latter."""
    if grant is not None:
        return of_grant(people, catalog, grant)
    try:
        places = (to for each in access.account_groups(catalog, account.name) for to in of_group(people, each))
        return tuple(dict.fromkeys(places)) or catalog.admins
    except Refused:
        return ()
