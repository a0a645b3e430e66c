"""Dry run: nothing is deactivated in an account's first two weeks, nor for two weeks after enforcement was turned on.

Earlier notices didn't say that a key would be deactivated. So when enforcement begins, each finding that can lead to
that starts its escalation over, and only notices since then count.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.hygiene import escalation
from bot.domain.ids import AccountName
from bot.flows.context import Context
from bot.ports import Transaction

ENFORCED = "enforced"  # a flag: since when, by account, and apart for keys that Latchkey didn't make


def watch(context: Context) -> None:
    """Record what the catalog enforces. If it stops enforcing, the record is dropped, and a new dry run starts later.

    Runs first in every sweep that notifies people of findings, because a notice sent before it would be sent again.
    """
    now = context.clock.now()
    enforced = {
        _name(account.name, found=found): (account.name, found)
        for account in context.catalog.accounts.values()
        for found in (False, True)
        if _enforces(account, found=found)
    }
    with context.work.begin() as tx:
        if _read(tx).keys() == enforced.keys():
            return
        tx.set_flag(f"{ENFORCED}/lock", "")  # two sweeps that find it changed begin anew once
        before = _read(tx)
        for name in enforced.keys() - before.keys():
            account, found = enforced[name]
            tx.findings.restart_escalations(account, now, found=found)
        tx.set_flag(ENFORCED, json.dumps({name: before.get(name, now.isoformat()) for name in enforced}))


def since(tx: Transaction, account: AccountName, *, found: bool) -> datetime | None:
    """When the ledger first saw that this account enforces, for its own keys or for found ones. None: it doesn't."""
    began = _read(tx).get(_name(account, found=found))
    return datetime.fromisoformat(began) if began else None


def until(tx: Transaction, account: AccountName, *, found: bool) -> datetime | None:
    """None if the account was never read or doesn't enforce. Until then it stays dry."""
    reading = tx.inventory.reading(account)
    return escalation.dry_until(reading.first_read_at if reading else None, since(tx, account, found=found))


def _enforces(account: Account, *, found: bool) -> bool:
    """Found keys also need `adopt`."""
    return account.enforce and (account.adopt or not found)


def _name(account: AccountName, *, found: bool) -> str:
    return f"found/{account}" if found else f"own/{account}"


def _read(tx: Transaction) -> Mapping[str, str]:
    kept: dict[str, str] = json.loads(tx.flag(ENFORCED) or "{}")
    return kept
