"""What someone holds, and what waits for them. These functions only read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import into
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccessKeyId, CredentialId, GrantId, SlackUserId
from bot.domain.issuing.pause import PAUSED, Pause, pauses
from bot.domain.lifecycle import State
from bot.domain.requests.request import Request
from bot.flows import access
from bot.flows.context import Context
from bot.ports import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class GrantView:
    grant: Grant
    credentials: tuple[Credential, ...]


def grants_of(work: UnitOfWork, *, owner: SlackUserId) -> tuple[GrantView, ...]:
    """Newest first, uncollected ones included."""
    with work.begin() as tx:
        mine = tx.grants.of_owner(owner)
        held = defaultdict[GrantId, list[Credential]](list)
        for each in tx.home.credentials([one.id for one in mine], ()):
            held[each.grant].append(each)
        return tuple(GrantView(each, tuple(held[each.id])) for each in mine)


def requests_of(work: UnitOfWork, *, party: SlackUserId, now: datetime | None = None) -> tuple[Request, ...]:
    """Where they are the requester or the owner.

    With `now`, without those past decide_by: they count as lapsed before the sweep has said so.
    """
    with work.begin() as tx:
        return _undecided(tx.requests.open_of(party), now)


def users_named(tx: Transaction, catalog: Catalog, written: str) -> tuple[FoundUser, ...]:
    """IAM users of the catalog's accounts by name, as account/name if several accounts have that user."""
    account, _, name = written.rpartition("/")
    return tx.inventory.named([each for each in catalog.accounts if account in {"", each}], name)


def pending(context: Context, *, by: SlackUserId, now: datetime | None = None) -> tuple[Request, ...]:
    """The open requests that this person may decide and hasn't; with `now`, without those past decide_by."""
    with context.work.begin() as tx:
        done = tx.decisions.on_open(by)
        waiting = [each for each in _undecided(tx.requests.open_all(), now) if each.id not in done]
    access.prefetch(context.people, context.catalog.approvers.values())
    found = []
    for each in waiting:
        wanted = context.catalog.entitlements.get(each.entitlement)
        if (
            wanted
            and by not in each.parties
            and by in access.deciders(context.people, context.catalog, wanted, each, frozenset({by}))
        ):
            found.append(each)
    return tuple(found)


def _undecided(rows: tuple[Request, ...], now: datetime | None) -> tuple[Request, ...]:
    return tuple(each for each in rows if now is None or each.decide_by > now)


def grant_of_key(work: UnitOfWork, key: AccessKeyId) -> GrantView | None:
    with work.begin() as tx:
        found = tx.credentials.by_key(key)
        grant = tx.grants.get(found.grant) if found else None
        return GrantView(grant, tx.credentials.of(grant.id)) if grant else None


def grant(work: UnitOfWork, of: GrantId) -> GrantView:
    """Raises Refused(NOT_FOUND)."""
    with work.begin() as tx:
        if (found := tx.grants.get(of)) is None:
            raise Refused(Reason.NOT_FOUND)
        return GrantView(found, tx.credentials.of(of))


def grant_of_credential(work: UnitOfWork, credential: CredentialId) -> GrantId:
    """Raises Refused(NOT_FOUND)."""
    with work.begin() as tx:
        if (found := tx.credentials.get(credential)) is None:
            raise Refused(Reason.NOT_FOUND)
    return found.grant


def pause(tx: Transaction) -> Pause | None:
    """The pause of issuing that stands, with who began it, when and why."""
    if tx.flag(PAUSED) is None:
        return None
    found = pauses(tx.audit.of(PAUSED))
    return found[-1] if found and found[-1].resumed_at is None else None


def outcome(tx: Transaction, subject: str, state: State) -> dict[str, object]:
    """The facts of a refusal that came too late: the state, and who brought it about and when, from the audit log."""
    event = next((each for each in reversed(tx.audit.of(subject)) if each.tag is into(state)), None)
    return {"state": state} | ({"by": event.actor, "at": event.at} if event else {})
