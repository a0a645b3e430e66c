"""Who or what approved a request, where no person decided: what the worker accepts before it calls AWS.

The ledger alone isn't believed. The worker's own catalog must have the rule, or the break-glass, and must allow the
request as the ledger has it; and the audit log must say that this approved it.
"""

from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.requests.auto_approve import Outside, outside, rule_actor
from bot.domain.requests.request import Request, RequestKind
from bot.domain.requests.review import BREAK_GLASS
from bot.flows import rule_facts
from bot.flows.context import Context
from bot.ports import Transaction


def without_people(tx: Transaction, request: Request) -> str | None:
    """The actor that approved it, like `rule:2`, if the audit log says so too. None if people have to.

    An emergency also needs its review: nobody gets one that isn't looked at.
    """
    actor = _actor(tx, request) if request.kind is RequestKind.NEW else None
    if actor is None:
        return None
    said = (each.actor for each in tx.audit.of(request.id) if each.tag is Tag.REQUEST_APPROVED)
    return actor if actor in said else None


def _actor(tx: Transaction, request: Request) -> str | None:
    if request.emergency:
        return BREAK_GLASS if tx.reviews.get(request.id) is not None else None
    return None if request.rule is None else rule_actor(request.rule)


def must_still_be_allowed(context: Context, wanted: Entitlement, request: Request) -> None:
    """Before the first credential: the catalog approves it today as it did then. Raises Refused.

    A rule's hours and quota are those of the time when it was made.
    """
    if request.emergency:
        _emergency(wanted, request)
        return
    rule = next((each for each in context.catalog.auto_approve if each.number == request.rule), None)
    if rule is None or wanted.dangerous:
        raise Refused(Reason.RULE_CHANGED, rule=request.rule)
    asked = rule_facts.asked_of(context.people, (rule,), request)
    with context.work.begin() as tx:
        approved = rule_facts.approved(tx, rule, request, until=request.made_at)
    why = outside(rule, asked, approved=approved)
    if why is Outside.REQUESTER:
        context.people.members_of(rule.usergroups)  # raises Refused if Slack can't say, which isn't a change
    if why is not None:
        raise Refused(Reason.RULE_CHANGED, rule=request.rule)


def _emergency(wanted: Entitlement, request: Request) -> None:
    if wanted.break_glass is None:
        raise Refused(Reason.NO_BREAK_GLASS)
    if request.duration > wanted.break_glass:
        raise Refused(Reason.TOO_LONG, longest=wanted.break_glass)
