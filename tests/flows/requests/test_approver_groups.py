"""An approver group edited while a request waits: people who joined since can't decide, and the change is reported."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.catalog import Approvers
from bot.domain.errors import Reason, Refused
from bot.domain.events import Event, Tag
from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import CredentialState, RequestState
from bot.flows import queries
from bot.flows.requests import approval_reminders, config_changes, decide, renew
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, TEAM
from tests.flows.world import World

EVE = SlackUserId("U05EVE")  # the admin


@pytest.fixture
def company(both: World) -> World:
    both.people.people[EVE] = Person(id=EVE, team=TEAM, full_member=True, name="eve")
    both.people.usergroups = {"S0PLATFORM": frozenset({BOB}), "S0SECURITY": frozenset({EVE})}
    both.catalog = replace(
        both.catalog,
        admins=(EVE,),
        approvers={
            "platform": Approvers(
                "platform", usergroups=("S0PLATFORM",), channel="C01OPS",
                escalate_after=timedelta(hours=8), escalate_to="security",
            ),
            "security": Approvers("security", usergroups=("S0SECURITY",), channel="C02SEC"),
        },
    )  # fmt: skip
    return both


def join(world: World, group: str, person: SlackUserId) -> None:
    world.clock.advance(minutes=1)
    world.people.usergroups[group] |= {person}
    world.people.edited_at = world.clock.now()


def refused(world: World, of: RequestId, by: SlackUserId) -> Reason:
    with pytest.raises(Refused) as refusal:
        world.approve(of, by)
    return refusal.value.reason


def events(world: World, of: str, tag: Tag) -> list[Event]:
    with world.work.begin() as tx:
        return [each for each in tx.audit.of(of) if each.tag is tag]


def test_people_who_joined_after_the_request_cannot_decide_it_but_earlier_members_can(company: World) -> None:
    asked = company.ask()
    join(company, "S0PLATFORM", CAROL)
    assert refused(company, asked, CAROL) is Reason.JOINED_LATER
    with pytest.raises(Refused):
        decide.decline(company.context, request=asked, by=CAROL, justification="no", delivery=None)  # fmt: skip
    assert queries.pending(company.context, by=CAROL) == ()
    assert company.approve(asked, BOB).request.state is RequestState.APPROVED
    company.clock.advance(minutes=1)
    assert company.approve(company.ask(), CAROL).request.state is RequestState.APPROVED  # the next one she can approve


def test_who_left_after_the_request_cannot_either(company: World) -> None:
    asked = company.ask()
    company.people.usergroups["S0PLATFORM"] = frozenset({CAROL})
    assert refused(company, asked, BOB) is Reason.NOT_APPROVER


def test_the_change_is_recorded_and_reported_to_the_admins_once_also_where_the_press_is_refused(company: World) -> None:
    asked = company.ask()
    join(company, "S0PLATFORM", CAROL)
    for _ in range(3):
        refused(company, asked, CAROL)
    (event,) = events(company, asked, Tag.REQUEST_GROUP_CHANGED)
    assert company.people.edited_at is not None
    assert event.facts == {"changed_at": company.people.edited_at.isoformat()}
    assert company.items().count(("request:group-changed", EVE)) == 1


def test_an_unchanged_group_is_not_reported(company: World) -> None:
    asked = company.ask()
    company.approve(asked)
    assert events(company, asked, Tag.REQUEST_GROUP_CHANGED) == []


def test_an_unreadable_date_decides_nothing(company: World) -> None:
    asked = company.ask()
    company.people.edited_at = None
    assert refused(company, asked, BOB) is Reason.GROUP_UNREADABLE


def test_without_a_user_group_there_is_no_date_to_read(company: World) -> None:
    company.catalog = replace(company.catalog, approvers={"platform": Approvers("platform", users=(BOB,))})
    asked = company.ask()
    company.people.edited_at = None
    assert company.approve(asked).request.state is RequestState.APPROVED


def test_the_group_that_it_is_escalated_to_is_no_way_round(company: World) -> None:
    asked = company.ask()
    join(company, "S0SECURITY", CAROL)
    assert refused(company, asked, CAROL) is Reason.NOT_APPROVER
    company.clock.advance(hours=8)
    approval_reminders.send(company.context)
    assert refused(company, asked, CAROL) is Reason.JOINED_LATER
    assert company.approve(asked, EVE).request.state is RequestState.APPROVED
    assert events(company, asked, Tag.REQUEST_GROUP_CHANGED)


def test_the_date_of_the_group_that_it_is_escalated_to_counts_too(company: World) -> None:
    asked, of, changed_at = company.ask(), list[set[str]](), company.people.changed_at

    def note(usergroups: Sequence[str]) -> datetime | None:
        of.append(set(usergroups))
        return changed_at(usergroups)

    company.people.changed_at = note  # type: ignore[method-assign]
    refused(company, asked, CAROL)
    company.clock.advance(hours=8)
    approval_reminders.send(company.context)
    refused(company, asked, CAROL)
    assert of == [{"S0PLATFORM"}, {"S0PLATFORM", "S0SECURITY"}]


def test_renewals_are_held_to_the_same(company: World) -> None:
    grant, _ = company.live()
    company.clock.advance(hours=1)
    asked = renew.ask(
        company.context, grant=GrantId(grant), duration=timedelta(days=20), justification="why", by=ALICE, delivery=None
    ).id
    join(company, "S0PLATFORM", CAROL)
    assert refused(company, asked, CAROL) is Reason.JOINED_LATER


def test_a_request_of_an_older_release_is_decided_only_while_no_one_edited_the_group_since(company: World) -> None:
    """The possible approvers weren't stored, so only the group's date shows whether someone joined later."""
    asked, other = company.ask(), company.ask("reports-session", duration="1h")
    with company.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE request SET deciders = NULL"))
    assert company.approve(asked, BOB).request.state is RequestState.APPROVED
    join(company, "S0PLATFORM", CAROL)
    assert [refused(company, other, by) for by in (CAROL, BOB)] == [Reason.ASKED_BEFORE_UPDATE] * 2
    assert company.items().count(("request:group-changed", EVE)) == 1


def test_the_worker_mints_nothing_that_only_someone_who_joined_later_approved(company: World) -> None:
    """As if the approval had been written directly to the database."""
    asked = company.ask()
    company.approve(asked, BOB)
    with company.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
    with company.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(f"UPDATE request SET deciders = '{EVE}'"))
    credential = company.collect(grant.id).id
    company.mint(credential)
    assert (company.credential(credential).state, company.credential(credential).why) == (
        CredentialState.FAILED, "not-approver",
    )  # fmt: skip
    assert company.iam.calls == []


def test_who_joined_and_left_a_user_group_is_an_audit_event(company: World) -> None:
    def sweep() -> int:
        return config_changes.usergroups(company.context)

    assert sweep() == 0
    company.people.usergroups["S0PLATFORM"] = frozenset({CAROL})
    assert (sweep(), sweep()) == (1, 0)
    (event,) = events(company, "S0PLATFORM", Tag.USERGROUP_CHANGED)
    assert event.facts == {"joined": CAROL, "left": BOB}
    company.people.readable = False
    assert sweep() == 0


def test_a_change_of_the_catalog_is_an_audit_event_when_a_worker_starts(company: World) -> None:
    def start() -> int:
        watch = config_changes.CatalogWatch(company.context)
        return watch.record() + watch.record()

    assert (start(), start()) == (1, 0)
    rows = dict(company.catalog.entitlements)
    rows["reports-new"] = replace(rows.pop("reports-bob"), id="reports-new")  # type: ignore[index,call-overload]
    rows["reports-read"] = replace(rows["reports-read"], approvals=2)  # type: ignore[index]
    company.catalog = replace(company.catalog, entitlements=rows, admins=(BOB,))
    assert start() == 1
    assert events(company, "catalog", Tag.CATALOG_CHANGED)[-1].facts == {
        "added": "entitlements/reports-new",
        "removed": "entitlements/reports-bob",
        "changed": "admins, entitlements/reports-read",
    }
