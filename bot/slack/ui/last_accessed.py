"""What a lease allows and nobody used: a line in its expiry notices and on the card of its renewal."""

from bot.domain.catalog import Entitlement
from bot.domain.grant import Grant
from bot.domain.usage.last_accessed import services_of
from bot.ports import Transaction
from bot.slack.text import renewal
from bot.slack.ui.blocks import Json, context


def unused(tx: Transaction, grant: Grant, entitlement: Entitlement | None) -> list[Json]:
    """Empty while AWS hasn't answered, and for what the catalog no longer allows."""
    row = tx.last_accessed.of(grant.id)
    if row is None or row.read_at is None or entitlement is None:
        return []
    named = services_of(entitlement)
    services = [each for each in row.services if each in named]
    return [context(renewal.narrower(services, row.read_at, every=len(services) == len(named)))] if services else []
