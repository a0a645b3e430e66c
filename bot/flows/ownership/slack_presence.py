"""What Slack says about an owner: a full member, or a user group with members."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.ownership.owner import Presence
from bot.flows import access
from bot.ports import People, Person


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

    def prefetch(self, ids: Iterable[str]) -> None:
        """There is nothing to fetch."""


def of(people: People, owner: str) -> Presence:
    """Whether a person is a full member, or a user group has any members."""
    if isinstance(people, WithoutSlack):
        return Presence.UNASKED
    try:
        here = bool(people.members_of([group])) if (group := access.group_of(owner)) else _is_member(people, owner)
    except Refused:
        return Presence.UNKNOWN
    return Presence.HERE if here else Presence.AWAY


def prefetch(people: People, owners: Iterable[str]) -> None:
    """Fetch these in one go, because `of` is called for each of them next."""
    people.prefetch([access.group_of(each) or each for each in owners])


def _is_member(people: People, owner: str) -> bool:
    return people.find(SlackUserId(owner)).full_member
