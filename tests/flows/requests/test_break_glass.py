"""Break-glass: issued at once, once while it lives, told to everybody concerned, and proven at the mint."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import RequestState
from bot.domain.requests.auto_approve import AutoApprove
from bot.domain.requests.request import Request
from bot.flows.requests import ask
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, FakeClock
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.test_races import both_at_once
from tests.flows.world import World

HOUR = timedelta(hours=1)
PROD = EntitlementId("prod")


def with_prod(world: World, **changes: object) -> World:
    prod = entitlement("prod", **{"break_glass": HOUR, "dangerous": True, "approvals": 2, **changes})
    world.catalog = replace(catalog(prod), accounts={MAIN.name: replace(MAIN, channel="C02MAIN")})
    return world


@pytest.fixture
def prod(world: World) -> World:
    return with_prod(world)


def break_glass(
    world: World,
    duration: timedelta = HOUR,
    by: SlackUserId = ALICE,
    owner: SlackUserId | None = None,
    what: EntitlementId = PROD,
) -> RequestId:
    return ask.ask(
        world.context,
        entitlement=what,
        duration=duration,
        justification="the shop is down",
        by=by,
        delivery=None,
        owner=owner,
        emergency=True,
    ).id


def request(world: World, of: RequestId) -> Request:
    with world.work.begin() as tx:
        found = tx.requests.get(of)
    assert found is not None
    return found


def reason(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def mint(world: World, of: RequestId, owner: SlackUserId = ALICE) -> C:
    with world.work.begin() as tx:
        grant = tx.grants.of_request(of)
    assert grant is not None
    credential = world.collect(grant.id, by=owner).id
    world.mint(credential)
    return world.credential(credential).state


def test_nobody_decides_and_the_owner_collects(prod: World) -> None:
    asked = break_glass(prod)
    assert request(prod, asked).state is RequestState.APPROVED
    with prod.work.begin() as tx:
        events = {each.tag.value: each.actor for each in tx.audit.of(asked)}
        assert tx.decisions.of(asked) == ()
    assert events == {
        "request:made": ALICE,
        "request:approved": "break-glass",
        "request:break-glass": ALICE,
        "review:opened": ALICE,
    }
    assert mint(prod, asked) is C.SEALED
    (user,) = prod.iam.users.values()
    assert user.spec.approvers == ("break-glass",)


def test_approvers_the_accounts_channel_and_admins_hear_of_it(prod: World) -> None:
    break_glass(prod)
    told = {to for notice, to in prod.items() if notice == "request:break-glass"}
    assert told == {"C01OPS", "C02MAIN", BOB}
    assert "request:approval" not in {notice for notice, _ in prod.items()}


def test_without_a_channel_each_approver_gets_a_dm(world: World) -> None:
    with_prod(world)
    group = replace(world.catalog.approvers["platform"], users=(CAROL,), usergroups=(), channel=None)
    world.catalog = replace(world.catalog, approvers={"platform": group})
    break_glass(world)
    assert {to for notice, to in world.items() if notice == "request:break-glass"} == {CAROL, "C02MAIN", BOB}


def test_it_needs_no_approvers_and_no_rule_or_pre_approval_counts_for_it(world: World) -> None:
    with_prod(world, dangerous=False)
    world.people.usergroups.clear()
    group = replace(world.catalog.approvers["platform"], users=(ALICE,))
    rule = AutoApprove(1, (PROD,))
    world.catalog = replace(world.catalog, approvers={"platform": group}, auto_approve=(rule,))
    found = request(world, break_glass(world))
    assert (found.state, found.rule) == (RequestState.APPROVED, None)


def test_what_the_catalog_doesnt_allow_is_refused(prod: World) -> None:
    assert reason(lambda: break_glass(prod, HOUR + timedelta(seconds=1))) is Reason.TOO_LONG
    assert reason(lambda: break_glass(prod, what=EntitlementId("reports-read"))) is Reason.NO_BREAK_GLASS


def test_one_at_a_time_for_an_owner(prod: World) -> None:
    first = break_glass(prod)
    assert reason(lambda: break_glass(prod)) is Reason.EMERGENCY_RUNS
    assert reason(lambda: break_glass(prod, by=CAROL, owner=ALICE)) is Reason.EMERGENCY_RUNS
    break_glass(prod, by=CAROL)
    assert mint(prod, first) is C.SEALED
    prod.reveal()
    prod.receipt()
    assert reason(lambda: break_glass(prod)) is Reason.EMERGENCY_RUNS
    prod.clock.advance(HOUR)
    break_glass(prod)  # the lease is over, whether a sweep has run or not


def test_its_lease_is_no_longer_than_the_emergency(prod: World) -> None:
    asked = break_glass(prod, timedelta(minutes=30))
    assert mint(prod, asked) is C.SEALED
    with prod.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    assert grant.lease_until == prod.clock.now() + timedelta(minutes=30)


# --- at the mint --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{"break_glass": None}, {"break_glass": timedelta(minutes=59)}])
def test_nothing_is_minted_once_the_catalog_forbids_it(prod: World, changes: dict[str, Any]) -> None:
    asked = break_glass(prod)
    with_prod(prod, **changes)
    assert mint(prod, asked) is C.FAILED
    assert prod.iam.all_keys() == {}


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM review",
        "UPDATE request SET duration = 7200",
        "UPDATE request SET entitlement = 'reports-read'",
        "UPDATE request SET emergency = false",
        "UPDATE grants SET lease_until = NULL, duration = 7200",
    ],
)
def test_a_forged_one_mints_nothing_or_no_longer(prod: World, forgery: str) -> None:
    asked = break_glass(prod)
    with prod.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(forgery))
    assert mint(prod, asked) is C.FAILED
    assert prod.iam.all_keys() == {}


def test_an_ordinary_approval_cannot_be_turned_into_an_emergency(prod: World) -> None:
    """Whoever writes the database has to forge the audit event and the review too, and the review is seen."""
    asked = prod.ask("prod", duration="1h")
    with prod.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE request SET emergency = true, state = 'approved'"))
    with prod.work.begin() as tx:
        found = tx.requests.get(asked)
        assert found is not None
    from bot.flows.issuing import approval

    with prod.work.begin() as tx:
        assert approval.without_people(tx, found) is None


# --- races --------------------------------------------------------------------------------------------------------


def worlds_prod(engine: Any, clock: FakeClock) -> World:
    return with_prod(World(SqlUnitOfWork(engine, clock), clock), dangerous=False, approvals=1)


def test_beside_an_ordinary_request_both_keep_their_course(engine: Any, clock: FakeClock) -> None:
    """The ordinary one stays open and can be decided or cancelled, while the emergency is issued."""
    both = worlds_prod(engine, clock)
    for number in range(6):
        ordinary, urgent = both_at_once(lambda: both.ask("prod", duration="1h"), lambda: break_glass(both))
        assert request(both, ordinary).state is RequestState.REQUESTED
        assert request(both, urgent).state is RequestState.APPROVED
        if number % 2:
            both.approve(ordinary)
        else:
            ask.cancel(both.context, request=ordinary, by=ALICE, delivery=None)
        assert request(both, ordinary).state is not RequestState.REQUESTED
        both.clock.advance(hours=80)


def test_beside_a_decision_on_the_ordinary_request(engine: Any, clock: FakeClock) -> None:
    both = worlds_prod(engine, clock)
    for _ in range(6):
        ordinary = both.ask("prod", duration="1h")
        outcome, urgent = both_at_once(lambda ordinary=ordinary: both.approve(ordinary, BOB), lambda: break_glass(both))
        assert outcome.request.state is RequestState.APPROVED
        with both.work.begin() as tx:
            assert {tx.grants.of_request(each) is not None for each in (ordinary, urgent)} == {True}
        both.clock.advance(hours=80)


@pytest.mark.parametrize("second", [ALICE, CAROL])
def test_of_two_emergencies_at_once_one_is_issued(engine: Any, clock: FakeClock, second: SlackUserId) -> None:
    """By the owner twice, or by two people for the same owner."""
    both = worlds_prod(engine, clock)
    for _ in range(6):
        got = both_at_once(lambda: break_glass(both), lambda: break_glass(both, by=second, owner=ALICE))
        refused = [each for each in got if isinstance(each, Refused)]
        assert [each.reason for each in refused] == [Reason.EMERGENCY_RUNS]
        both.clock.advance(hours=80)
