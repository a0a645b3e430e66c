"""Whom a request is routed to: reminders, a chain of escalations, silent approvers, groups that can't be read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Approvers
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import CredentialState, RequestState
from bot.flows.requests import approval_reminders, routing
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, TEAM
from tests.flows.catalog import catalog
from tests.flows.world import World

EVE, ADAM = SlackUserId("U05EVE"), SlackUserId("U06ADAM")
HOUR = timedelta(hours=1)


@pytest.fixture
def company(both: World) -> World:
    """platform (bob) escalates to security (carol), that one to the board (eve), and the board back to platform."""
    for each in (EVE, ADAM):
        both.people.people[each] = Person(id=each, team=TEAM, full_member=True)
    groups = {
        "platform": Approvers("platform", users=(BOB,), escalate_to="security"),
        "security": Approvers("security", users=(CAROL,), escalate_after=2 * HOUR, escalate_to="board"),
        "board": Approvers("board", users=(EVE,), escalate_to="platform"),
    }
    both.catalog = replace(both.catalog, approvers=groups, admins=(ADAM,))
    return both


def group(world: World, **changes: object) -> None:
    groups = dict(world.catalog.approvers)
    groups["platform"] = replace(groups["platform"], **changes)  # type: ignore[arg-type]
    world.catalog = replace(world.catalog, approvers=groups)


def wait(world: World, hours: int) -> None:
    for _ in range(hours):
        world.clock.advance(HOUR)
        approval_reminders.send(world.context)


def told(world: World, notice: Notice) -> list[str]:
    return [to for each, to in world.items() if each == notice]


def may_approve(world: World, of: RequestId, by: SlackUserId) -> bool:
    try:
        return world.approve(of, by).request.state is RequestState.APPROVED
    except Refused:
        return False


def test_it_is_escalated_from_group_to_group_and_never_in_a_circle(company: World) -> None:
    asked = company.ask()
    wait(company, 7)
    assert (told(company, Notice.REMINDER), told(company, Notice.ESCALATION)) == ([BOB], [])
    assert not may_approve(company, asked, CAROL)
    wait(company, 1)
    assert told(company, Notice.ESCALATION) == [CAROL]
    assert not may_approve(company, asked, EVE)
    wait(company, 2)
    assert told(company, Notice.ESCALATION) == [CAROL, EVE]
    wait(company, 40)
    assert told(company, Notice.ESCALATION) == [CAROL, EVE]
    assert may_approve(company, asked, EVE)
    with company.work.begin() as tx:
        names = [each.facts["group"] for each in tx.audit.of(asked) if each.tag is Tag.REQUEST_ESCALATED]
    assert names == ["security", "board"]


def test_a_worker_that_slept_escalates_one_group_in_each_run(company: World) -> None:
    company.ask()
    company.clock.advance(30 * HOUR)
    approval_reminders.send(company.context)
    assert told(company, Notice.ESCALATION) == [CAROL]
    wait(company, 2)
    assert told(company, Notice.ESCALATION) == [CAROL, EVE]


def test_two_workers_escalate_once(company: World) -> None:
    asked = company.ask()
    company.clock.advance(8 * HOUR)
    with company.work.begin() as tx:
        marks = [tx.requests.mark_escalated(asked, company.clock.now(), 1) for _ in range(2)]
        again = tx.requests.mark_escalated(asked, company.clock.now(), 3)
    assert (marks, again) == ([True, False], False)


def test_a_decided_request_is_left_alone(company: World) -> None:
    company.approve(company.ask())
    wait(company, 30)
    assert told(company, Notice.REMINDER) == told(company, Notice.ESCALATION) == []


def test_without_anybody_to_escalate_to_there_is_only_the_reminder(company: World) -> None:
    group(company, escalate_to=None)
    company.ask()
    wait(company, 30)
    assert (told(company, Notice.REMINDER), told(company, Notice.ESCALATION)) == ([BOB], [])


def test_a_silent_approver_decides_without_being_asked(company: World) -> None:
    group(company, silent=(EVE,))
    asked = company.ask()
    wait(company, 2)
    assert told(company, Notice.APPROVAL) == told(company, Notice.REMINDER) == [BOB]
    assert may_approve(company, asked, EVE)


def test_where_only_the_requester_and_silent_people_are_left_the_admins_are_asked(company: World) -> None:
    group(company, users=(ALICE,), silent=(EVE,))
    asked = company.ask()
    assert told(company, Notice.APPROVAL) == [ADAM]
    assert may_approve(company, asked, EVE)


def unreadable(world: World, *names: str) -> None:
    members_of = world.people.members_of

    def refuse(usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        if set(usergroups) & set(names):
            raise Refused(Reason.PEOPLE_UNREADABLE)
        return members_of(usergroups)

    world.people.members_of = refuse  # type: ignore[method-assign]


def test_an_unreadable_group_neither_refuses_nor_loses_a_request(company: World) -> None:
    group(company, usergroups=("S0PLATFORM",))
    readable = company.people.members_of
    unreadable(company, "S0PLATFORM")
    first, second = company.ask(), company.ask("reports-two")
    assert told(company, Notice.APPROVAL) == [BOB, BOB], "the person whom the catalog names"
    assert told(company, Notice.MISROUTED) == [ADAM], "once"
    with company.work.begin() as tx:
        assert [tx.requests.get(each).deciders for each in (first, second)] == [None, None]  # type: ignore[union-attr]
    wait(company, 2)
    assert told(company, Notice.REMINDER) == [], "it is tried again"
    company.people.members_of = readable  # type: ignore[method-assign]
    wait(company, 1)
    assert told(company, Notice.REMINDER) == [BOB, BOB]
    assert may_approve(company, first, BOB)


def test_whom_the_catalog_names_decides_while_a_group_is_unreadable_and_the_key_is_made(company: World) -> None:
    group(company, usergroups=("S0PLATFORM",))
    unreadable(company, "S0PLATFORM")
    asked = company.ask()
    company.people.changed_at = lambda _usergroups: None  # type: ignore[method-assign]
    with pytest.raises(Refused) as refused:
        company.approve(asked, CAROL)
    assert refused.value.reason is Reason.GROUP_UNREADABLE
    assert may_approve(company, asked, BOB)
    with company.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
    credential = company.collect(grant.id).id
    assert company.mint(credential)
    assert company.credential(credential).state is CredentialState.SEALED


def test_an_answer_of_a_member_of_an_unreadable_group_keeps_it_waiting(company: World) -> None:
    group(company, usergroups=("S0PLATFORM",))
    company.people.usergroups["S0PLATFORM"] = frozenset({EVE})
    asked = company.ask("reports-two")
    company.approve(asked, EVE)
    readable = company.people.members_of
    unreadable(company, "S0PLATFORM")
    with pytest.raises(Refused) as refused:
        company.approve(asked, BOB)
    assert refused.value.reason is Reason.PEOPLE_UNREADABLE
    company.people.members_of = readable  # type: ignore[method-assign]
    assert may_approve(company, asked, BOB)


def test_with_nobody_readable_the_admins_are_asked(company: World) -> None:
    group(company, users=(), usergroups=("S0PLATFORM",))
    unreadable(company, "S0PLATFORM")
    company.ask()
    assert told(company, Notice.APPROVAL) == [ADAM]


def test_nobody_joins_an_unreadable_group_unseen(company: World) -> None:
    """Who could decide wasn't recorded, so after an edit of the group nobody can."""
    group(company, users=(), usergroups=("S0PLATFORM",))
    readable = company.people.members_of
    unreadable(company, "S0PLATFORM")
    asked = company.ask()
    company.people.members_of = readable  # type: ignore[method-assign]
    company.clock.advance(minutes=1)
    company.people.usergroups["S0PLATFORM"] |= {CAROL}
    company.people.edited_at = company.clock.now()
    for each in (CAROL, BOB):
        with pytest.raises(Refused) as refused:
            company.approve(asked, each)
        assert refused.value.reason is Reason.ASKED_BEFORE_UPDATE


def test_an_empty_group_is_a_problem_too(company: World) -> None:
    group(company, usergroups=("S0GONE",))
    asked = company.ask()
    entitlement = company.catalog.entitlements["reports-read"]  # type: ignore[index]
    with company.work.begin() as tx:
        request = tx.requests.get(asked)
    assert request is not None
    found = routing.who_is_asked(company.people, company.catalog, entitlement, request)
    assert found.mentions == (BOB,)
    assert found.problems == (routing.Problem("platform", "S0GONE"),)


def test_the_chain_ends_before_a_group_that_comes_again() -> None:
    def of(**to: str) -> list[str]:
        groups = {each: Approvers(each, users=(BOB,), escalate_to=further or None) for each, further in to.items()}
        whole = replace(catalog(), approvers=groups)
        return [each.name for each in whole.chain_of(whole.entitlements["reports-read"])]  # type: ignore[index]

    assert of(platform="") == ["platform"]
    assert of(platform="platform") == ["platform"]
    assert of(platform="b", b="c", c="b") == ["platform", "b", "c"]
    assert of(platform="b", b="platform") == ["platform", "b"]
    assert of(platform="gone") == ["platform"]
