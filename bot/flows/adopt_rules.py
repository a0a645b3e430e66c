"""Who may ask for what on a found key, and on which ones nobody may. Asked at the press, and again before the act."""

from dataclasses import dataclass

from bot.domain.adopted import Adopted, HandsOff, hands_off
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.inventory import FoundKey, FoundUser
from bot.flows import own, rules
from bot.ports import People, Tx, Work


@dataclass(frozen=True, slots=True)
class Found:
    """A found key with all that an act on it needs."""

    account: Account
    user: FoundUser
    key: FoundKey
    id: AccessKeyId
    row: Adopted | None


def find(work: Work, catalog: Catalog, key: str) -> Found:
    """By the row's id. Raises Refused where Latchkey does not touch it."""
    with work.begin() as tx:
        return read(tx, catalog, key)


def read(tx: Tx, catalog: Catalog, key: str) -> Found:
    seen = tx.inventory.get(key)
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user) if seen else None
    account = catalog.accounts.get(seen.account) if seen else None
    why = hands_off(account, user, seen)
    if why or account is None or user is None or seen is None or seen.access_key_id is None:
        raise Refused(Reason.HANDS_OFF, why=why or HandsOff.UNKNOWN)
    return Found(account, user, seen, seen.access_key_id, tx.adopted.get(key))


def owners(people: People, user: FoundUser) -> frozenset[SlackUserId]:
    """Its person while that is a full member, or the members of its user group. Raises Refused PEOPLE_UNREADABLE."""
    if user.person is not None and not people.find(user.person).full_member:
        return frozenset()
    return own.holders(people, user.owner)


def hearers(people: People, catalog: Catalog, found: Found) -> tuple[str, ...]:
    """Who is told what becomes of it, with the buttons: each of its owners; where none is there, the approvers.

    Where Slack doesn't answer, whom the ledger names.
    """
    try:
        mine = owners(people, found.user)
    except Refused:
        mine = frozenset({found.user.person} if found.user.person else ())
    return tuple(sorted(mine)) or own.places(people, catalog, found.account.name)


def must_be_theirs(people: People, catalog: Catalog, found: Found, by: SlackUserId) -> None:
    """Its owner; where nobody (any more) owns it, the account's approvers. Raises Refused."""
    rules.member(people, by)
    mine = owners(people, found.user)
    if by in mine:
        return
    if mine or by not in own.approvers(people, catalog, found.account.name):
        raise Refused(Reason.NOT_OWNER, owner=found.user.person)
