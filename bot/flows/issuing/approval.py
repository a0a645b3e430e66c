"""Who or what approved a request, where no person decided: what the worker accepts before it calls AWS.

The ledger alone isn't believed. A rule has to be in the worker's own catalog and has to allow the request as the ledger
has it; and the audit log has to say that this rule approved it.
"""

from bot.domain.auto_approve import outside, rule_actor
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.request import Request, RequestKind
from bot.flows import rule_facts
from bot.flows.context import Context
from bot.ports import Transaction


def without_people(tx: Transaction, request: Request) -> str | None:
    """The actor that approved it, like `rule:2`, if the audit log says so too. None if people have to."""
    if request.kind is not RequestKind.NEW or request.rule is None:
        return None
    actor = rule_actor(request.rule)
    said = (each.actor for each in tx.audit.of(request.id) if each.tag is Tag.REQUEST_APPROVED)
    return actor if actor in said else None


def must_still_be_allowed(context: Context, wanted: Entitlement, request: Request) -> None:
    """Before the first credential: the catalog approves it today as it did then. Raises Refused(RULE_CHANGED).

    Hours and quota are those of the time when it was made.
    """
    rule = next((each for each in context.catalog.auto_approve if each.number == request.rule), None)
    if rule is None or wanted.dangerous:
        raise Refused(Reason.RULE_CHANGED, rule=request.rule)
    asked = rule_facts.asked_of(context.people, (rule,), request)
    with context.work.begin() as tx:
        approved = rule_facts.approved(tx, rule, request, until=request.made_at)
    if outside(rule, asked, approved=approved) is not None:
        raise Refused(Reason.RULE_CHANGED, rule=request.rule)
