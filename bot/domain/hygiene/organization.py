"""The accounts of an AWS organization beside those of the catalog, and names for the ones that the catalog lacks."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count

from bot.domain.catalog import Account, Catalog
from bot.domain.ids import AccountName

ACTIVE = "ACTIVE"
NAME_MOST = 32  # characters: with the account's id after it still a valid name of the catalog
NAME_KEPT = 50  # characters of a name in AWS, which allows no more
NAMES_SHOWN = 3  # of accounts outside the catalog, in a message
NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Member:
    """An account of the organization. `state` is AWS's word: only in an ACTIVE account do keys work."""

    id: str
    name: str
    state: str = ACTIVE

    @property
    def active(self) -> bool:
        return self.state == ACTIVE


@dataclass(frozen=True, slots=True)
class Organization:
    """`worker` is the id of the account that the worker runs in."""

    id: str
    partition: str
    worker: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """Active accounts that the catalog doesn't have, as AWS listed them at `seen_at`. Their keys are unknown."""

    many: int
    names: tuple[str, ...]  # of the first few, by name
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    known: tuple[tuple[Account, Member], ...]
    missing: tuple[Account, ...]  # as the catalog should name them
    closed: tuple[Member, ...]  # suspended, closed or not yet active
    elsewhere: tuple[Account, ...]  # in the catalog, but not in the organization
    names: Mapping[str, str]  # AWS's names, by account id


def compare(organization: Organization, catalog: Catalog) -> Compared:
    members = sorted(organization.members, key=lambda each: (each.name.casefold(), each.id))
    by_id = {each.id: each for each in catalog.accounts.values()}
    lacking = [each for each in members if each.active and each.id not in by_id]
    names = table_names(lacking, catalog.accounts)
    return Compared(
        tuple((by_id[each.id], each) for each in members if each.active and each.id in by_id),
        tuple(_proposed(organization, catalog, each.id, names[each.id]) for each in lacking),
        tuple(each for each in members if not each.active),
        tuple(each for id_, each in by_id.items() if id_ not in {member.id for member in members}),
        {each.id: each.name for each in members},
    )


def table_names(members: Iterable[Member], taken: Collection[str]) -> Mapping[str, AccountName]:
    """A valid and distinct [accounts.…] name for each account id: its name in AWS, with the id where that isn't enough.

    Names that differ only in case count as the same, because commands ignore it.
    """
    wanted = {each.id: _plain(each.name) for each in members}
    often, used = Counter(wanted.values()), {each.casefold() for each in taken}
    found: dict[str, AccountName] = {}
    for id_, name in wanted.items():
        long = f"{name or 'account'}-{id_}"
        options = chain([name] if name and often[name] == 1 else [], [long], (f"{long}-{n}" for n in count(2)))
        found[id_] = AccountName(next(each for each in options if each not in used))
        used.add(found[id_])
    return found


def _plain(name: str) -> str:
    """Lower-case ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return NOT_IN_NAME.sub("-", ascii_only.lower()).strip("-")[:NAME_MOST].rstrip("-")


def _proposed(organization: Organization, catalog: Catalog, id_: str, name: AccountName) -> Account:
    """With the ARNs of what the printed templates create. Only the worker's own account needs no external id."""
    arn = f"arn:{organization.partition}:iam::{id_}:"
    own = id_ == organization.worker and all(each.external_id for each in catalog.accounts.values())
    return Account(
        name,
        id_,
        boundary_arn=f"{arn}policy/latchkey/boundary",
        reader_role_arn=f"{arn}role/latchkey-reader",
        issuer_role_arn=f"{arn}role/latchkey-issuer",
        responder_role_arn=f"{arn}role/latchkey-responder",
        external_id=None if own else external_id(organization, catalog),
        partition=organization.partition,
    )


def external_id(organization: Organization, catalog: Catalog) -> str:
    """The one that the catalog's accounts have in common, else one made of the organization's id.

    A StackSet gives every account the same. It isn't a secret: it keeps others from using the worker to reach their
    target (IAM User Guide, "The confused deputy problem").
    """
    return common_external_id(catalog) or f"latchkey-{organization.id}"


def common_external_id(catalog: Catalog) -> str | None:
    found = {each.external_id for each in catalog.accounts.values() if each.external_id}
    return found.pop() if len(found) == 1 else None
