"""Approve a request by a rule of the catalog, in the transaction that makes it.

The requester's count of requests is written before a quota is read. It locks their row, so of two requests at once the
second one counts the first.
"""

from dataclasses import dataclass, replace

from bot.domain.catalog import Entitlement
from bot.domain.lifecycle import RequestState
from bot.domain.requests.auto_approve import Asked, AutoApprove, about, outside
from bot.domain.requests.request import Request
from bot.flows import rule_facts
from bot.flows.context import Context
from bot.flows.requests import granting
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rules that would approve it, if their quotas allow."""

    asked: Asked
    rules: tuple[AutoApprove, ...]


def candidates(context: Context, request: Request) -> Candidates:
    """Asks Slack who is in the rules' user groups, so it comes before the transaction."""
    rules = tuple(about(context.catalog.auto_approve, request.entitlement))
    asked = rule_facts.asked_of(context.people, rules, request)
    return Candidates(asked, tuple(each for each in rules if outside(each, asked) is None))


def settle(
    tx: Transaction, context: Context, wanted: Entitlement, request: Request, candidates: Candidates
) -> Request | None:
    """The request as the first rule that allows it approved it, or None. After it was written and counted."""
    for rule in candidates.rules:
        if outside(rule, candidates.asked, approved=rule_facts.approved(tx, rule, request)) is None:
            return _approve(tx, context, wanted, request, rule)
    return None


def _approve(tx: Transaction, context: Context, wanted: Entitlement, request: Request, rule: AutoApprove) -> Request:
    now, by = request.made_at, rule.actor
    tx.requests.set_rule(request.id, rule.number)
    tx.transition(request.id, RequestState.REQUESTED, RequestState.APPROVED, by=by, at=now)
    granting.make(tx, context, wanted, request, request.duration, by=by, now=now)
    return replace(request, state=RequestState.APPROVED, rule=rule.number)
