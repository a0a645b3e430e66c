"""What a leaked key is to Latchkey, as far as the ledger and the key's id say. No call to AWS."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from bot.domain.adopted import SERVICE_PATH, path_of
from bot.domain.catalog import Account, Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.grant import IAM_PATH, Grant, grant_in
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.keys.account_id import account_in
from bot.domain.leaks.incident import Incident, Whose
from bot.flows.keys import worker_user
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Holder:
    """The columns of an incident that say whose key it is."""

    whose: Whose
    account: AccountName | None = None
    account_number: str | None = None
    user: str | None = None
    user_arn: str | None = None
    credential: str | None = None
    grant: str | None = None
    found_key: str | None = None

    @classmethod
    def of(cls, incident: Incident) -> "Holder":
        return cls(**{each.name: getattr(incident, each.name) for each in fields(cls)})

    @property
    def columns(self) -> dict[str, object]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def on(self, incident: Incident) -> Incident:
        return replace(incident, **self.columns)  # type: ignore[arg-type]


def of_key(tx: Transaction, catalog: Catalog, key: AccessKeyId, now: datetime) -> Holder:
    issued, found = tx.credentials.by_key(key), tx.inventory.by_key(key)
    if issued is not None and (grant := tx.grants.get(issued.grant)) is not None:
        return _issued(catalog, issued, grant, found, now)
    if found is not None:
        user = tx.inventory.users(found.account, [found.user]).get(found.user)
        return of_user(tx, catalog, found.account, found.user, user.arn if user else None, found)
    return _by_its_id(catalog, key)


def of_user(
    tx: Transaction,
    catalog: Catalog,
    account: AccountName,
    user: str,
    arn: str | None,
    key: FoundKey | None = None,
) -> Holder:
    """A key on this IAM user that Latchkey didn't issue. One on a grant's user counts as issued: its owner is known."""
    number, row = _number(catalog, account), key.id if key else None
    if arn is None:
        known = tx.inventory.users(account, [user]).get(user)
        arn = known.arn if known else None
    named = grant_in(user)
    grant = tx.grants.get(named) if named else None
    if grant is not None and grant.account == account:
        return Holder(Whose.ISSUED, account, number, user, arn, grant=grant.id, found_key=row)
    own = worker_user.name(tx, account) == user or path_of(arn or "").startswith(SERVICE_PATH)
    return Holder(Whose.ITSELF if own else Whose.FOUND, account, number, user, arn, found_key=row)


def _issued(catalog: Catalog, issued: Credential, grant: Grant, found: FoundKey | None, now: datetime) -> Holder:
    account, session = catalog.accounts.get(grant.account), issued.kind is Kind.SESSION
    whose = Whose.SESSION if session else Whose.ISSUED
    if issued.gone_at is not None or (session and issued.ends_at is not None and issued.ends_at <= now):
        whose = Whose.GONE
    return Holder(
        whose,
        grant.account,
        account.id if account else None,
        None if session else grant.iam_user,
        None if session or account is None else _arn(account, grant.iam_user),
        issued.id,
        grant.id,
        found.id if found else None,
    )


def _by_its_id(catalog: Catalog, key: AccessKeyId) -> Holder:
    number = account_in(key)
    named = next((each.name for each in catalog.accounts.values() if each.id == number), None)
    if number is None:
        return Holder(Whose.OTHER if key.startswith("ASIA") else Whose.UNKNOWN)
    if named is None or key.startswith("ASIA"):  # a session that Latchkey didn't issue
        return Holder(Whose.OTHER, named, number)
    return Holder(Whose.UNKNOWN, named, number)


def _number(catalog: Catalog, account: AccountName) -> str | None:
    found = catalog.accounts.get(account)
    return found.id if found else None


def _arn(account: Account, user: str) -> str:
    return f"arn:{account.partition}:iam::{account.id}:user{IAM_PATH}{user}"
