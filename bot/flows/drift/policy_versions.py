"""What the catalog has put on users so far, for each entitlement: a changed catalog isn't drift."""

import hashlib
import json
from collections.abc import Mapping

from bot.domain.catalog import Kind
from bot.domain.drift.observe import Shape
from bot.domain.ids import EntitlementId
from bot.flows.context import AwsContext
from bot.ports import Transaction

KEPT = 20  # versions of each entitlement


def remember(context: AwsContext) -> Mapping[EntitlementId, tuple[Shape, ...]]:
    """All versions of each access key entitlement, the current one last."""
    now = {
        each.id: context.iam.shape_of(each)
        for each in context.catalog.entitlements.values()
        if each.kind is Kind.ACCESS_KEY
    }
    with context.work.begin() as tx:
        return {name: _keep(tx, name, shape) for name, shape in now.items()}


def _keep(tx: Transaction, entitlement: EntitlementId, shape: Shape) -> tuple[Shape, ...]:
    mark = f"versions/{hashlib.sha256(entitlement.encode()).hexdigest()[:32]}"
    before = tuple(_read(each) for each in json.loads(tx.flag(mark) or "[]"))
    if before and before[-1] == shape:
        return before
    kept = (*(each for each in before if each != shape), shape)[-KEPT:]
    tx.set_flag(mark, json.dumps([{"boundary": each.boundary, "policies": dict(each.policies)} for each in kept]))
    return kept


def _read(row: dict[str, object]) -> Shape:
    return Shape(**row)  # type: ignore[arg-type]
