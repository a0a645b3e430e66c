"""The open incidents of leaked keys on Home: an owner's own, and those that an approver or admin decides about."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.grant import Grant
from bot.domain.home import Viewer
from bot.domain.ids import GrantId
from bot.domain.incident import Incident
from bot.ports import Transaction

NEWEST = 200  # open ones that are looked at; there are hardly ever more than a few


@dataclass(frozen=True, slots=True)
class Leaks:
    mine: tuple[Incident, ...] = ()
    decides: tuple[Incident, ...] = ()  # without `mine`


def read(tx: Transaction, viewer: Viewer) -> Leaks:
    found = tx.incidents.open_all()[:NEWEST]
    if not found:
        return Leaks()
    mine = _owned(tx, viewer, found)
    others = [each for each in found if each.id not in {one.id for one in mine}]
    return Leaks(mine, tuple(each for each in others if viewer.is_admin or each.account in viewer.accounts))


def _owned(tx: Transaction, viewer: Viewer, found: Sequence[Incident]) -> tuple[Incident, ...]:
    grants = tx.grants.among({GrantId(each.grant) for each in found if each.grant})
    return tuple(each for each in found if _owner(tx, grants.get(GrantId(each.grant or "")), each) in viewer.owners)


def _owner(tx: Transaction, grant: Grant | None, incident: Incident) -> str | None:
    if grant is not None:
        return grant.owner
    if incident.account is None or incident.user is None:
        return None
    user = tx.inventory.users(incident.account, [incident.user]).get(incident.user)
    return user.owner if user is not None else None
