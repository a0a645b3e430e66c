"""The tests' catalog with more entitlements, or with other approvers."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.catalog import Catalog, Entitlement
from tests.flows.catalog import catalog
from tests.slack.kit import House

Build = Callable[[Catalog], House]


def offering(*more: Entitlement, **group: object) -> Catalog:
    plain = catalog(*more)
    if not group:
        return plain
    return replace(plain, approvers={"platform": replace(plain.approvers["platform"], **group)})  # type: ignore[arg-type]
