"""Whether AWS allows a call: any explicit Deny wins, otherwise every layer that is present must allow it.

Pure functions. Source: AWS's "Policy evaluation logic", within one account and without resource policies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.aws.conditions import Context, UnknownOperator, expand, holds, like, many

__all__ = ["BadPolicy", "Decision", "Request", "UnknownOperator", "evaluate"]

Policy = Mapping[str, Any]
KNOWN = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}


class BadPolicy(ValueError):
    """A statement that the evaluator can't read; it raises rather than skips it."""


@dataclass(frozen=True, slots=True)
class Request:
    action: str  # "s3:GetObject"
    resource: str  # an ARN, or "*" if the action has no resource
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: str  # in AWS's words after "because"
    explicit: bool = False  # refused by a Deny, not by a missing Allow


def evaluate(request: Request, identity: Sequence[Policy], boundary: Policy | None, session: Policy | None) -> Decision:
    """Raises UnknownOperator or BadPolicy for anything it can't evaluate."""
    layers: list[tuple[str, Sequence[Policy]]] = [("identity-based policy", identity)]
    if boundary is not None:
        layers.append(("permissions boundary", [boundary]))
    if session is not None:
        layers.append(("session policy", [session]))
    effects = [(name, _effects(request, policies)) for name, policies in layers]
    for name, found in effects:
        if "Deny" in found:
            return Decision(False, f"with an explicit deny in the {name}", explicit=True)
    for name, found in effects:
        if "Allow" not in found:
            return Decision(False, f"because no {name} allows the {request.action} action")
    return Decision(True, "allowed")


def statements(policy: Policy) -> Iterable[Mapping[str, Any]]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _effects(request: Request, policies: Sequence[Policy]) -> set[str]:
    return {s["Effect"] for policy in policies for s in statements(policy) if _applies(s, request)}


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    if strange := set(statement) - KNOWN:
        raise BadPolicy(f"The policy statement has unknown elements: {', '.join(sorted(strange))}.")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise BadPolicy("The policy statement needs the Effect Allow or Deny.")
    return (
        _names(statement, "Action", request.action.lower(), request, fold=True)
        and _names(statement, "Resource", request.resource, request, fold=False)
        and holds(statement.get("Condition", {}), request.context)
    )


def _names(statement: Mapping[str, Any], element: str, value: str, request: Request, *, fold: bool) -> bool:
    if (element in statement) == (f"Not{element}" in statement):
        raise BadPolicy(f"The policy statement needs either {element} or Not{element}.")
    negated = element not in statement
    patterns = many(statement[f"Not{element}" if negated else element])
    expanded = [text for text in (expand(p, request.context) for p in patterns) if text is not None]
    return any(like(value, text.lower() if fold else text) for text in expanded) != negated
