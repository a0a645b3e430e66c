"""What people are to a leaked key: who may contain it, and who is paged about it. Never called inside a transaction."""

from collections.abc import Sequence

from bot.domain.authorization import Act, Facts, Role, judge
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Incident
from bot.flows import access, recipients
from bot.flows.context import Context
from bot.flows.keys import leaked


def roles(context: Context, incident: Incident, person: SlackUserId) -> frozenset[Role]:
    """Its owner, an approver of anything in its account, an admin. Raises Refused(PEOPLE_UNREADABLE).

    An owner or admin is one even while Slack can't say who approves.
    """
    return _roles(context, incident, person, *_whose(context, incident))


def _roles(
    context: Context, incident: Incident, person: SlackUserId, grant: Grant | None, user: FoundUser | None
) -> frozenset[Role]:
    found = {Role.ADMIN} if person in context.catalog.admins else set[Role]()
    if person == (grant.owner if grant else None) or (user and person in access.owners(context.people, user)):
        found.add(Role.OWNER)
    try:
        if incident.account and person in access.account_approvers(context.people, context.catalog, incident.account):
            found.add(Role.APPROVER)
    except Refused:
        if not found:
            raise
    return frozenset(found)


def deciders(context: Context, incident: Incident) -> frozenset[SlackUserId]:
    """The approvers of its account, where Latchkey knows it, and the admins. Raises Refused(PEOPLE_UNREADABLE)."""
    if incident.account is None:
        return frozenset(context.catalog.admins)
    return access.account_deciders(context.people, context.catalog, incident.account)


def seen(context: Context, incidents: Sequence[Incident], person: SlackUserId) -> tuple[Incident, ...]:
    """Those that this person has a part in, without what Slack can't say at the moment."""
    if person in context.catalog.admins:
        return tuple(incidents)
    with context.work.begin() as tx:
        holders = leaked.holders(tx, incidents)

    def sees(incident: Incident) -> bool:
        try:
            return bool(_roles(context, incident, person, *_split(holders[incident.id])))
        except Refused:
            return False

    access.prefetch(context.people, context.catalog.approvers.values())
    return tuple(each for each in incidents if sees(each))


def must_be_allowed(context: Context, act: Act, incident: Incident, person: SlackUserId) -> None:
    """Raises Refused unless the policy lets this person do it about this key."""
    access.member(context.people, person)
    if person in context.catalog.admins and judge(act, Facts(roles=frozenset({Role.ADMIN}))) is None:
        return  # whatever Slack says about user groups
    access.must(judge(act, Facts(roles=roles(context, incident, person))))


def may_contain(context: Context, incident: Incident, by: str) -> bool:
    """Judged here alone: by a report, by the look-up that learns the owner later, and by the button."""
    if by == LATCHKEY:
        return False
    try:
        must_be_allowed(context, Act.CONTAIN, incident, SlackUserId(by))
    except Refused:
        return False
    return True


def places(context: Context, incident: Incident, *, everybody: bool) -> tuple[str, ...]:
    """Owner and approvers; with `everybody` also the account's channel and the admins."""
    grant, user = _whose(context, incident)
    return recipients.of_incident(context.people, context.catalog, incident, grant, user, everybody=everybody)


def _whose(context: Context, incident: Incident) -> tuple[Grant | None, FoundUser | None]:
    with context.work.begin() as tx:
        return _split(leaked.holders(tx, [incident])[incident.id])


def _split(holder: Grant | FoundUser | None) -> tuple[Grant | None, FoundUser | None]:
    return (holder, None) if isinstance(holder, Grant) else (None, holder)
