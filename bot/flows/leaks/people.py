"""What people are to a leaked key: who may contain it, and who is paged about it. Never called inside a transaction."""

from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY
from bot.domain.grant import Grant
from bot.domain.ids import GrantId, SlackUserId
from bot.domain.incident import Incident
from bot.domain.inventory import FoundUser
from bot.domain.policy import Act, Facts, Role, judge
from bot.flows import access, recipients
from bot.flows.context import Context


def roles(context: Context, incident: Incident, person: SlackUserId) -> frozenset[Role]:
    """Its owner, an approver of anything in its account, an admin. Raises Refused(PEOPLE_UNREADABLE).

    An owner or admin is one even while Slack can't say who approves.
    """
    grant, user = _whose(context, incident)
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
        grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
        if grant is not None or incident.account is None or incident.user is None:
            return grant, None
        return None, tx.inventory.users(incident.account, [incident.user]).get(incident.user)
