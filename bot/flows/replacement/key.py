"""The key that is to be replaced, issued or found, and who may see what should take its place."""

from dataclasses import dataclass

from bot.domain.adopted import Protection, protection
from bot.domain.catalog import Account, Catalog, Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccessKeyId, CredentialId, SlackUserId
from bot.domain.lifecycle import AdoptedState, CredentialState
from bot.flows import access, queries
from bot.flows.context import Context
from bot.ports import People, Transaction

WORKS = frozenset({CredentialState.REVEALED, CredentialState.LIVE})


@dataclass(frozen=True, slots=True)
class Issued:
    credential: Credential
    grant: Grant
    entitlement: Entitlement | None  # None: the catalog no longer offers it


@dataclass(frozen=True, slots=True)
class Key:
    """`id` is the row of the found key, or the credential. Exactly one of `issued` and `found` is set."""

    id: str
    account: Account
    user: str
    access_key_id: AccessKeyId
    works: bool
    owner: str | None
    issued: Issued | None = None
    found: FoundKey | None = None
    of: FoundUser | None = None
    protection: Protection | None = None  # why Latchkey may not switch a found key off

    @property
    def credential(self) -> CredentialId | None:
        return self.issued.credential.id if self.issued else None


def find(context: Context, key: str, by: SlackUserId) -> Key:
    """Its owner, an admin or an approver of its account may. Raises Refused."""
    access.member(context.people, by)
    with context.work.begin() as tx:
        found = read(tx, context.catalog, key)
    if not _may(context.people, context.catalog, found, by):
        raise Refused(Reason.NOT_OWNER, owner=found.owner)
    if not found.works:
        raise Refused(Reason.NOT_WORKING, key=found.access_key_id)
    return found


def read(tx: Transaction, catalog: Catalog, key: str) -> Key:
    """Whatever its state. Raises Refused for a key that the ledger doesn't know or can't name."""
    credential = tx.credentials.get(CredentialId(key))
    if credential is not None:
        return _issued(tx, catalog, credential)
    seen = tx.inventory.get(key)
    if seen is None or (account := catalog.accounts.get(seen.account)) is None:
        raise Refused(Reason.NOT_FOUND)
    if seen.credential is not None and (own := tx.credentials.get(seen.credential)) is not None:
        return _issued(tx, catalog, own)
    user = tx.inventory.users(seen.account, [seen.user]).get(seen.user)
    if seen.access_key_id is None or seen.unclear is not None:
        raise Refused(Reason.PROTECTED, why=Protection.NAMELESS)
    if user is None or seen.gone_at is not None:
        raise Refused(Reason.PROTECTED, why=Protection.GONE)
    row = tx.adopted.get(key)
    on = row is None or row.state in {AdoptedState.ON, AdoptedState.ASKING}
    return Key(
        seen.id, account, seen.user, seen.access_key_id, seen.active and on, user.owner,
        found=seen, of=user, protection=protection(account, user, seen),
    )  # fmt: skip


def _issued(tx: Transaction, catalog: Catalog, credential: Credential) -> Key:
    grant = tx.grants.get(credential.grant)
    account = catalog.accounts.get(grant.account) if grant else None
    if grant is None or account is None or credential.access_key_id is None or credential.kind is Kind.SESSION:
        raise Refused(Reason.NOT_FOUND)
    if credential.state not in WORKS and credential.state is not CredentialState.RETIRING:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, credential.id, credential.state))
    return Key(
        credential.id, account, grant.iam_user, credential.access_key_id, credential.state in WORKS, grant.owner,
        issued=Issued(credential, grant, catalog.entitlements.get(grant.entitlement)),
    )  # fmt: skip


def _may(people: People, catalog: Catalog, key: Key, by: SlackUserId) -> bool:
    mine = access.owners(people, key.of) if key.of else {SlackUserId(key.owner or "")}
    return by in mine or by in catalog.admins or by in access.account_approvers(people, catalog, key.account.name)
