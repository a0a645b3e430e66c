"""Who can do what somebody else may not: a refusal names them, so that it says whom to ask."""

from collections.abc import Iterable
from itertools import islice

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccountName, SlackUserId
from bot.flows import access
from bot.ports import People

NAMED_MOST = 5
NAMES = {Reason.NOT_APPROVER, Reason.NOT_ADMIN, Reason.JOINED_LATER, Reason.OWN_REQUEST, Reason.OWN_REVIEW}


def must(people: People, refusal: Refused | None, able: Iterable[SlackUserId]) -> None:
    """Raises what the policy answered, with who is able to, unless it allows it."""
    if refusal is not None:
        raise named(people, refusal, able) if refusal.reason in NAMES else refusal


def must_decide(
    people: People, catalog: Catalog, account: AccountName, by: SlackUserId, *, party: SlackUserId | None = None
) -> None:
    """Raises Refused unless this is an admin, or an approver of something in the account. The party doesn't decide."""
    access.member(people, by)
    if by not in catalog.admins and by not in (able := access.account_approvers(people, catalog, account)):
        raise named(people, Refused(Reason.NOT_APPROVER), {*able, *catalog.admins} - {party})


def named(people: People, refusal: Refused, able: Iterable[SlackUserId]) -> Refused:
    """The same refusal with the first few of them who are full members, without what Slack can't say now."""
    members = (each for each in sorted(set(able)) if _is_member(people, each))
    return Refused(refusal.reason, **refusal.facts, able=tuple(islice(members, NAMED_MOST)))


def _is_member(people: People, person: SlackUserId) -> bool:
    try:
        return people.find(person).full_member
    except Refused:
        return False
