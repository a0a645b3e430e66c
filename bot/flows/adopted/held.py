"""The found keys of a person, with their findings and what Latchkey was asked to do with them. Only reads."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.adopted import Adopted, Protection, protection
from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.finding import Finding
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccountName, SlackUserId
from bot.flows import access
from bot.flows.context import Context
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class FoundView:
    user: FoundUser
    key: FoundKey
    row: Adopted | None
    findings: tuple[Finding, ...]  # open ones about this key; with the user's first key, those about the user too

    def protection(self, catalog: Catalog) -> Protection | None:
        """Why Latchkey may not act on it."""
        return protection(catalog.accounts.get(self.user.account), self.user, self.key)


def of_person(context: Context, by: SlackUserId) -> tuple[FoundView, ...]:
    """By account and IAM user, the oldest key of each first. Keys of their user groups are theirs too."""
    with context.work.begin() as tx:
        groups = tx.inventory.owner_groups()
    context.people.prefetch({access.group_of(each) or each for each in groups})
    owners = [by, *(each for each in groups if by in access.known_holders(context.people, each))]
    with context.work.begin() as tx:
        users = [user for each in owners for user in tx.inventory.of_owner(each)]
        return _views(tx, context.catalog, users)


def view(context: Context, key: str) -> FoundView:
    """By the row's id. Raises Refused."""
    with context.work.begin() as tx:
        return read(tx, context.catalog, tx.inventory.get(key))


def read(tx: Transaction, catalog: Catalog, found: FoundKey | None) -> FoundView:
    """Raises Refused for a key that is gone, that Latchkey created, or of an account that is not in the catalog."""
    users = tx.inventory.users(found.account, [found.user]) if found else {}
    views = _views(tx, catalog, users.values())
    one = next((each for each in views if found is not None and each.key.id == found.id), None)
    if one is None:
        raise Refused(Reason.PROTECTED, why=Protection.GONE if found and found.gone_at else Protection.UNKNOWN)
    return one


def _views(tx: Transaction, catalog: Catalog, users: Iterable[FoundUser]) -> tuple[FoundView, ...]:
    theirs: dict[AccountName, dict[str, FoundUser]] = defaultdict(dict)
    for each in users:
        if each.account in catalog.accounts:
            theirs[each.account][each.name] = each
    found: list[FoundView] = []
    for account, named in theirs.items():
        rows = {each.id: each for each in tx.adopted.of(account, list(named))}
        open_ = tx.findings.open_on(account, list(named))
        first: set[str] = set()
        for key in tx.inventory.keys(account, list(named)):
            wanted = {key.access_key_id, *(() if key.user in first else ("",))}
            first.add(key.user)
            about = tuple(each for each in open_ if each.iam_user == key.user and each.access_key_id in wanted)
            made = FoundView(named[key.user], key, rows.get(key.id), about)
            if made.protection(catalog) is not Protection.LATCHKEYS:
                found.append(made)
    return tuple(sorted(found, key=lambda each: (each.user.account, each.user.name, each.key.created_at)))
