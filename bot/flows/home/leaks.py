"""The open incidents of leaked keys on Home: an owner's own, and those that an approver or admin decides about."""

from dataclasses import dataclass

from bot.domain.grant import Grant
from bot.domain.home import Viewer
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.leaks.incident import Incident
from bot.flows.keys import leaked
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Leaks:
    mine: tuple[Incident, ...] = ()
    decides: tuple[Incident, ...] = ()  # without `mine`


def read(tx: Transaction, viewer: Viewer) -> Leaks:
    found = tx.incidents.open_all()
    if not found:
        return Leaks()
    holders = leaked.holders(tx, found)
    mine = tuple(each for each in found if _owner(holders[each.id]) in viewer.owners)
    ours = {each.id for each in mine}
    others = (each for each in found if each.id not in ours)
    return Leaks(mine, tuple(each for each in others if viewer.is_admin or each.account in viewer.accounts))


def _owner(holder: Grant | FoundUser | None) -> str | None:
    return holder.owner if holder is not None else None
