"""Who may do what with a found key, and which ones nobody may touch. Checked at the press, and again before the act."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.adopted import AGREE, Adopted, Protection, protection
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.flows import access
from bot.flows.context import Context
from bot.ports import People, Transaction

OWNED_WITHIN = timedelta(days=90)  # before a key was deactivated: people who owned it then can't agree to its undo


@dataclass(frozen=True, slots=True)
class Found:
    """A found key with all that an act on it needs."""

    account: Account
    user: FoundUser
    key: FoundKey
    id: AccessKeyId
    row: Adopted | None


def find(context: Context, key: str) -> Found:
    """By the row's id. Raises Refused if Latchkey may not touch it."""
    with context.work.begin() as tx:
        return read(tx, context.catalog, key)


def read(tx: Transaction, catalog: Catalog, key: str) -> Found:
    seen = tx.inventory.get(key)
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user) if seen else None
    account = catalog.accounts.get(seen.account) if seen else None
    why = protection(account, user, seen)
    if why or account is None or user is None or seen is None or seen.access_key_id is None:
        raise Refused(Reason.PROTECTED, why=why or Protection.UNKNOWN)
    return Found(account, user, seen, seen.access_key_id, tx.adopted.get(key))


@dataclass(frozen=True, slots=True)
class Undo:
    """Who may ask to reactivate a key, and who may agree to it."""

    owners: frozenset[SlackUserId]  # at this moment
    past: frozenset[SlackUserId]  # owners when it went off, in the 90 days before, or since
    able: frozenset[SlackUserId]

    @property
    def possible(self) -> bool:
        return len(self.able) >= AGREE

    @property
    def names(self) -> str:
        """As stored in Adopted.undoers."""
        return " ".join(sorted(self.able))


def undo(context: Context, found: Found, off_at: datetime) -> Undo:
    """Approvers agree. Anybody who owned it in that time doesn't count, even if they no longer do. Raises Refused."""
    mine = access.owners(context.people, found.user)
    with context.work.begin() as tx:
        past = tx.owners.owners_since(found.account.name, found.user.name, off_at - OWNED_WITHIN)
    others = access.account_approvers(context.people, context.catalog, found.account.name) - mine - past
    return Undo(mine, past, frozenset(each for each in others if context.people.find(each).full_member))


def must_be_theirs(people: People, catalog: Catalog, found: Found, by: SlackUserId) -> None:
    """Its owner, or the account's approvers if nobody owns it (any more). Raises Refused."""
    access.member(people, by)
    mine = access.owners(people, found.user)
    if by in mine:
        return
    if mine or by not in access.account_approvers(people, catalog, found.account.name):
        raise Refused(Reason.NOT_OWNER, owner=found.user.person)
