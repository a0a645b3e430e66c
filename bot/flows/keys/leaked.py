"""Whether a key's leak is still open, and whose the key is. While it's open, only the incident undoes containment."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccessKeyId, AccountName, GrantId
from bot.domain.leaks.incident import Incident
from bot.ports import Transaction


def is_open(tx: Transaction, *keys: AccessKeyId | None, but: str | None = None) -> bool:
    """`but`: the incident that asks. A bare id in a channel's message stops nothing."""
    found = tx.incidents.open_for({each for each in keys if each})
    return any(each.id != but and not each.is_quiet for each in found)


def was_contained(tx: Transaction, key: AccessKeyId | None) -> bool:
    """By its last incident, which didn't reactivate it. Closed since or not: bringing it back takes two people."""
    last = tx.incidents.last_of(key) if key else None
    return last is not None and last.contain_at is not None and last.reactivated_at is None


def with_open_incident(tx: Transaction, keys: Iterable[AccessKeyId | None]) -> frozenset[str]:
    """Those with an open incident."""
    return frozenset(each.access_key_id for each in tx.incidents.open_for({each for each in keys if each}))


def holds_back(keys: Iterable[Credential], open_: Collection[str]) -> bool:
    """Whether their grant gets no other key until then. Sessions don't depend on each other."""
    return any(each.kind is Kind.ACCESS_KEY and each.access_key_id in open_ for each in keys)


def must_not_be(tx: Transaction, keys: Iterable[AccessKeyId | None]) -> None:
    """Raises Refused while one of these keys has an open incident."""
    if is_open(tx, *keys):
        raise Refused(Reason.LEAKED)


def holders(tx: Transaction, incidents: Sequence[Incident]) -> Mapping[str, Grant | FoundUser | None]:
    """By the incident's id: the grant, or the IAM user that inventory saw. Hundreds cost as many queries as one."""
    grants = tx.grants.by_ids({GrantId(each.grant) for each in incidents if each.grant})
    names: dict[AccountName, set[str]] = {}
    for each in incidents:
        if each.account and each.user and each.grant not in grants:
            names.setdefault(each.account, set()).add(each.user)
    users = {account: tx.inventory.users(account, sorted(named)) for account, named in names.items()}
    return {each.id: grants.get(GrantId(each.grant or "")) or _user(users, each) for each in incidents}


def _user(users: Mapping[AccountName, Mapping[str, FoundUser]], incident: Incident) -> FoundUser | None:
    return users.get(incident.account, {}).get(incident.user) if incident.account and incident.user else None
