"""What a rule of the catalog decides on: who is in its user groups, and what it approved for this requester already."""

from dataclasses import replace
from datetime import datetime

from bot.domain.requests.auto_approve import Asked, AutoApprove
from bot.domain.requests.request import Request
from bot.flows import access
from bot.ports import People, Transaction


def asked_of(people: People, rules: tuple[AutoApprove, ...], request: Request) -> Asked:
    asked = Asked(request.entitlement, request.parties, request.duration, request.made_at)
    missing = (each for each in rules if not all(each.is_for(person, {}) for person in request.parties))
    groups = {name for each in missing for name in each.usergroups}
    return replace(asked, members={each: access.known_members(people, each) for each in groups})


def approved(tx: Transaction, rule: AutoApprove, request: Request, *, until: datetime | None = None) -> int:
    """How many of the requester's other requests this rule approved in the quota's span before this one."""
    if rule.quota is None:
        return 0
    since = request.made_at - rule.quota.per
    return tx.requests.approved_by_rule(rule.number, request.requester, since=since, until=until, other_than=request.id)
