"""Who is asked to decide a request: where it is posted, who is mentioned, and who of the catalog can't be asked.

A request is never lost. Where Slack can't say who is in a user group, the people whom the catalog names are asked, and
where that leaves nobody, the admins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.authorization import OWNER, Act, Facts, judge, possible
from bot.domain.catalog import Approvers, Catalog, Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.flows import access, recipients
from bot.flows.context import Context
from bot.ports import People, Transaction, UnitOfWork

WARN_AGAIN = timedelta(days=7)  # the admins, about the same person or group
MEMBERS_MOST = 20  # of one group: are mentioned one by one, and looked up in Slack, which takes a call for each


@dataclass(frozen=True, slots=True)
class Problem:
    """Somebody whom the catalog names as an approver and who can't be asked."""

    group: str  # in [approvers.…]
    who: str  # a person who is no full member, or a user group that is empty or that Slack can't read


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about an open request at this moment."""

    groups: tuple[Approvers, ...]
    mentions: tuple[str, ...]  # people and user groups
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """What a new request needs to know about its approvers."""

    places: tuple[str, ...]
    deciders: str | None
    problems: tuple[Problem, ...]


def at_submission(context: Context, wanted: Entitlement, parties: frozenset[SlackUserId]) -> Submission:
    """Raises Refused if the catalog names too few people beside the requester and the owner."""
    people, catalog, group = context.people, context.catalog, context.catalog.approvers_of(wanted)
    try:
        able = possible(access.members(people, group), parties, wanted.approvals)
        access.must(judge(Act.REQUEST, Facts(roles=OWNER, quorum=able)))
        problems: tuple[Problem, ...] = ()
    except Refused as refused:
        if refused.reason is not Reason.PEOPLE_UNREADABLE:
            raise
        problems = tuple(unreadable(people, group))
    deciders = access.deciders_to_be(people, catalog, wanted)
    return Submission(of_request(people, catalog, group, parties), deciders, problems)


def of_request(people: People, catalog: Catalog, group: Approvers, parties: frozenset[SlackUserId]) -> tuple[str, ...]:
    """Places: never the requester, the owner, or somebody silent. Without anybody to ask, the admins."""
    try:
        places = recipients.of_group(people, group)
    except Refused:
        places = tuple(each for each in group.users if each not in group.silent)
    return tuple(each for each in places if each not in parties) or catalog.admins


def in_person(
    work: UnitOfWork, people: People, catalog: Catalog, wanted: Entitlement, request: RequestId
) -> tuple[str, ...]:
    """The people of the group that was asked last, where its channel can't be reached."""
    with work.begin() as tx:
        found = tx.requests.get(request)
    if found is None:
        return catalog.admins
    last = access.groups_asked(catalog, wanted, found)[-1]
    return of_request(people, catalog, replace(last, channel=None), found.parties)


def who_is_asked(people: People, catalog: Catalog, wanted: Entitlement, request: Request) -> Asked:
    """Calls Slack, whose answers are cached. Never raises."""
    groups = access.groups_asked(catalog, wanted, request)
    mentions = (each for group in groups for each in _mentions(people, group, request.parties))
    problems = (each for group in groups for each in _problems(people, group))
    return Asked(groups, tuple(dict.fromkeys(mentions)), tuple(dict.fromkeys(problems)))


def warn(tx: Transaction, catalog: Catalog, request: RequestId, problems: Iterable[Problem], now: datetime) -> None:
    """Notify the admins of each problem, once."""
    for each in problems:
        if tx.once(f"misrouted/{each.group}/{each.who}", now, now - WARN_AGAIN):
            tx.record(Tag.REQUEST_MISROUTED, request, by=LATCHKEY, at=now, facts={"group": each.group, "who": each.who})
            tx.outbox.enqueue(Notice.MISROUTED, request, *catalog.admins)


def _mentions(people: People, group: Approvers, parties: frozenset[SlackUserId]) -> Iterable[str]:
    """A user group by its own name, or its members where one of them is silent."""
    unasked = parties | set(group.silent)
    yield from (each for each in _first(group) if each not in unasked and _is_member(people, each) is not False)
    for usergroup in group.usergroups:
        try:
            members = people.members_of([usergroup])
        except Refused:
            yield usergroup
            continue
        if members and members.isdisjoint(group.silent):
            yield usergroup
        else:
            yield from sorted(members - unasked)[:MEMBERS_MOST]


def _problems(people: People, group: Approvers) -> Iterable[Problem]:
    yield from (Problem(group.name, each) for each in _first(group) if _is_member(people, each) is False)
    yield from unreadable(people, group)


def _first(group: Approvers) -> tuple[SlackUserId, ...]:
    return group.users[:MEMBERS_MOST]


def unreadable(people: People, group: Approvers) -> Iterable[Problem]:
    """User groups without a member whom Slack can name."""
    for usergroup in group.usergroups:
        try:
            if people.members_of([usergroup]):
                continue
        except Refused:
            pass
        yield Problem(group.name, usergroup)


def _is_member(people: People, person: SlackUserId) -> bool | None:
    """None if Slack doesn't answer."""
    try:
        return people.find(person).full_member
    except Refused:
        return None
