"""Whose is it? What Slack says of an owner, who holds what an owner has, and who decides about an account's keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.catalog import Approvers, Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.grant import GRANT_USER, Grant
from bot.domain.ids import AccountName, GrantId, SlackUserId
from bot.domain.inventory import FoundUser
from bot.domain.ownership import GROUP, Presence, addresses
from bot.flows import access
from bot.ports import People, Person, Transaction


class WithoutSlack:
    """People for `latchkey inventory`, which runs without Slack: it believes owner tags, and knows of no leavers."""

    def find(self, person: SlackUserId) -> Person:
        raise Refused(Reason.PEOPLE_UNREADABLE, person=person)

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        raise Refused(Reason.PEOPLE_UNREADABLE, usergroups=tuple(usergroups))

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        raise Refused(Reason.PEOPLE_UNREADABLE, usergroups=tuple(usergroups))

    def find_by_email(self, address: str) -> Person | None:
        raise Refused(Reason.PEOPLE_UNREADABLE, address=address)

    def ahead(self, ids: Iterable[str]) -> None:
        """Nobody is asked."""


def presence(people: People, owner: str) -> Presence:
    """Of a person, or of a user group: somebody has to be in it."""
    if isinstance(people, WithoutSlack):
        return Presence.UNASKED
    try:
        here = bool(people.members_of([group])) if (group := group_of(owner)) else _member(people, owner)
    except Refused:
        return Presence.UNKNOWN
    return Presence.HERE if here else Presence.AWAY


def ahead(people: People, owners: Iterable[str]) -> None:
    """The presence of all of these is asked for next."""
    people.ahead([group_of(each) or each for each in owners])


def _member(people: People, owner: str) -> bool:
    return people.find(SlackUserId(owner)).full_member


def group_of(owner: str) -> str | None:
    """The id of the user group, where the owner is one."""
    found = GROUP.fullmatch(owner)
    return found[1] if found else None


def holders(people: People, owner: str | None) -> frozenset[SlackUserId]:
    """The person, or whoever is in the group at this moment. Raises Refused(PEOPLE_UNREADABLE)."""
    if owner is None:
        return frozenset()
    group = group_of(owner)
    return people.members_of([group]) if group else frozenset({SlackUserId(owner)})


def must_hold(people: People, owner: str | None, by: SlackUserId) -> None:
    """Raises Refused unless this person is the owner, or one of the owners, now."""
    access.member(people, by)
    if by not in holders(people, owner):
        raise Refused(Reason.NOT_OWNER, owner=owner)


def grant_of(tx: Transaction, user: FoundUser) -> Grant | None:
    """The grant whose own IAM user this is: its owner is known."""
    if not user.name.startswith(GRANT_USER):
        return None
    found = tx.grants.get(GrantId(user.name.removeprefix(GRANT_USER)))
    return found if found is not None and found.account == user.account else None


def note_worker(tx: Transaction, account: AccountName, arn: str | None) -> None:
    """The IAM user that the worker runs on, for processes that cannot ask AWS."""
    tx.set_flag(_worker(account), arn)


def runs_latchkey(tx: Transaction, user: FoundUser) -> bool:
    return tx.flag(_worker(user.account)) == user.arn


def worker_user(tx: Transaction, account: AccountName) -> str | None:
    """The name of the IAM user that Latchkey runs on, as the last reading saw it."""
    arn = tx.flag(_worker(account))
    return arn.rpartition("/")[2] if arn else None


def _worker(account: AccountName) -> str:
    return f"worker-user/{account}"


# --- who decides about an account -----------------------------------------------------------------------------------


def groups(catalog: Catalog, account: AccountName) -> tuple[Approvers, ...]:
    """The approvers of whatever the catalog offers in this account."""
    named = (each.approvers for each in catalog.entitlements.values() if each.account == account)
    return tuple(catalog.approvers[each] for each in dict.fromkeys(named))


def approvers(people: People, catalog: Catalog, account: AccountName) -> frozenset[SlackUserId]:
    """Whoever may approve something in it at this moment. Raises Refused(PEOPLE_UNREADABLE)."""
    return frozenset[SlackUserId]().union(*(access.members(people, each) for each in groups(catalog, account)))


def deciders(people: People, catalog: Catalog, account: AccountName) -> frozenset[SlackUserId]:
    """Approvers and admins. Raises Refused(PEOPLE_UNREADABLE)."""
    return approvers(people, catalog, account) | frozenset(catalog.admins)


def must_decide(people: People, catalog: Catalog, account: AccountName, by: SlackUserId) -> None:
    """Raises Refused unless this is an admin, or an approver of something in the account."""
    access.member(people, by)
    if by not in catalog.admins and by not in approvers(people, catalog, account):
        raise Refused(Reason.NOT_APPROVER)


def places(people: People, catalog: Catalog, account: AccountName) -> tuple[str, ...]:
    """Where the account's approvers hear; where it has none, the admins. A group that Slack does not tell of is heard
    by those whom the catalog names.
    """
    found: list[str] = []
    for each in groups(catalog, account):
        try:
            found += access.places(people, each)
        except Refused:
            found += each.users
    return tuple(dict.fromkeys(found)) or tuple(catalog.admins)


# --- one reading ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Asking:
    """What one reading of an account needs to know of owners: each is asked for once. See ownership.Asked."""

    people: People
    match_email: bool
    answers: dict[str, SlackUserId | None] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)  # addresses that it met
    _seen: dict[str, Presence] = field(default_factory=dict)

    def ahead(self, owners: Iterable[str]) -> None:
        ahead(self.people, [each for each in owners if each not in self._seen])

    def presence(self, owner: str) -> Presence:
        if owner not in self._seen:
            self._seen[owner] = presence(self.people, owner)
        return self._seen[owner]

    @property
    def unanswered(self) -> bool:
        """Somebody's presence is not known yet."""
        return Presence.UNKNOWN in self._seen.values()

    def match(self, name: str, tags: Mapping[str, str]) -> tuple[SlackUserId | None, bool]:
        """By what the ledger has of addresses; flows/match.py asks Slack for the rest."""
        found = self.addresses([(name, tags)])
        people = (self.answers.get(each) for each in found)
        return next((each for each in people if each), None), all(each in self.answers for each in found)

    def addresses(self, users: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
        if not self.match_email:
            return []
        return [each for name, tags in users for each in addresses(name, tags)]
