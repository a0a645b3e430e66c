"""What an admin's Home shows: the pause, the worker, Slack, and each account with its findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.catalog import Catalog
from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.organization import Outside
from bot.domain.ids import AccountName
from bot.domain.schedule import is_alive
from bot.flows.hygiene import organization
from bot.ports import Reading, Transaction


@dataclass(frozen=True, slots=True)
class AccountHome:
    name: AccountName
    id: str
    findings: Mapping[FindingKind, int]
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class AdminsHome:
    heartbeat_age: timedelta | None  # None: no worker has ever run, or not for a day
    worker_alive: bool
    undelivered: int  # messages that Slack didn't take when they were last sent
    accounts: tuple[AccountHome, ...]
    outside: Outside | None  # accounts of the organization that the catalog lacks


def read(tx: Transaction, catalog: Catalog, now: datetime) -> AdminsHome:
    beat, counts, readings = tx.last_beat(now), tx.home.counts(), tx.home.readings()
    accounts = (
        AccountHome(name, each.id, counts.get(name, {}), readings.get(name)) for name, each in catalog.accounts.items()
    )
    worst_first = sorted(accounts, key=lambda each: (-sum(each.findings.values()), each.name))
    return AdminsHome(
        now - beat if beat else None,
        is_alive(beat, now),
        tx.home.undelivered(),
        tuple(worst_first),
        organization.outside(tx, catalog),
    )
