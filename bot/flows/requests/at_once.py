"""Approve a request as soon as it is made, where nobody has to decide any more."""

from dataclasses import dataclass

from bot.domain.catalog import Entitlement
from bot.domain.requests.preapproval import Preapproval
from bot.domain.requests.request import Request
from bot.flows.context import Context
from bot.flows.requests import auto_approve, break_glass, preapproval
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be known before the transaction."""

    rules: auto_approve.Candidates | None = None
    preapprovals: tuple[Preapproval, ...] = ()


def plan(context: Context, wanted: Entitlement, request: Request) -> Plan:
    """Nobody's rule or pre-approval stands for an emergency."""
    if request.emergency:
        return Plan()
    return Plan(auto_approve.candidates(context, request), preapproval.for_request(context, wanted, request))


def settle(tx: Transaction, context: Context, wanted: Entitlement, request: Request, plan: Plan) -> Request:
    """In the transaction that wrote the request; returns it as it is now. Raises Refused, and nothing is written."""
    if request.emergency:
        return break_glass.settle(tx, context, wanted, request)
    by_rule = auto_approve.settle(tx, context, wanted, request, plan.rules) if plan.rules else None
    return by_rule or preapproval.settle(tx, context, wanted, request, plan.preapprovals)
