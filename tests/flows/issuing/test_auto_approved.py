"""The mint of what a rule approved: the worker's own catalog and the ledger's facts have to prove it."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from sqlalchemy import text, update

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason
from bot.domain.ids import RequestId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.requests.auto_approve import AutoApprove, Hours, Quota
from bot.store import tables
from tests.fakes import ALICE, BOB
from tests.flows.catalog import entitlement
from tests.flows.requests.test_auto_approve import DAY, READ, TWO, request, ruled
from tests.flows.world import World


def minted(world: World, *rules: AutoApprove, at_mint: Catalog | None = None) -> C:
    """What becomes of a collect if the catalog has changed by then."""
    asked = ruled(world, *rules).ask()
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    credential = world.collect(grant.id).id
    world.catalog = at_mint or world.catalog
    world.mint(credential)
    return world.credential(credential).state


def test_the_owner_collects_what_a_rule_approved(world: World) -> None:
    assert minted(world) is C.SEALED
    (user,) = world.iam.users.values()
    assert user.spec.approvers == ("rule:1",)


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (AutoApprove(1, (TWO,)),),
        (AutoApprove(2, (READ,)),),
        (AutoApprove(1, (READ,), people=(BOB,)),),
        (AutoApprove(1, (READ,), max_duration=DAY),),
        (AutoApprove(1, (READ,), hours=Hours(frozenset(), time(8), time(9))),),
    ],
)
def test_nothing_is_minted_once_the_rule_no_longer_allows_it(world: World, rules: tuple[AutoApprove, ...]) -> None:
    assert minted(world, at_mint=replace(world.catalog, auto_approve=rules)) is C.FAILED
    assert world.iam.all_keys() == {}
    with world.work.begin() as tx:
        (row,) = tx.credentials.of(tx.grants.of_owner(ALICE)[0].id)
    assert row.why == Reason.RULE_CHANGED.value


def test_while_slack_cant_read_the_rules_group_that_is_the_reason(world: World) -> None:
    world.people.usergroups["S0OTHER"] = frozenset({ALICE})
    asked = ruled(world, AutoApprove(1, (READ,), usergroups=("S0OTHER",))).ask()
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    credential = world.collect(grant.id).id
    world.people.unreadable_groups.add("S0OTHER")
    world.mint(credential)
    assert world.credential(credential).why == Reason.PEOPLE_UNREADABLE.value
    world.people.unreadable_groups.clear()
    again = world.collect(grant.id).id
    world.mint(again)
    assert world.credential(again).state is C.SEALED


def test_an_entitlement_that_became_dangerous_needs_people(world: World) -> None:
    ruled(world)
    danger = entitlement("reports-read", dangerous=True)
    changed = replace(world.catalog, entitlements={**world.catalog.entitlements, READ: danger})
    assert minted(world, at_mint=changed) is C.FAILED


def test_a_grant_in_use_can_be_rotated_after_its_rule_is_gone(world: World) -> None:
    assert minted(world) is C.SEALED
    world.reveal()
    world.receipt()
    world.catalog = replace(world.catalog, auto_approve=())
    with world.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
    credential = world.rotate(grant.id).id
    world.mint(credential)
    assert world.credential(credential).state is C.SEALED


# --- whoever can write the database -------------------------------------------------------------------------------


def forge(world: World, asked: RequestId, **values: object) -> None:
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(tables.request).where(tables.request.c.id == asked).values(**values))


def test_a_forged_rule_without_its_audit_event_mints_nothing(world: World) -> None:
    ruled(world, AutoApprove(1, (TWO,)))
    asked = world.ask()
    world.approve(asked)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("DELETE FROM decision"))
    forge(world, asked, rule=1)
    ruled(world)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    credential = world.collect(grant.id).id
    world.mint(credential)
    assert world.credential(credential).state is C.FAILED
    assert world.iam.all_keys() == {}


@pytest.mark.parametrize(
    "values",
    [
        {"duration": 60 * DAY},
        {"made_at": datetime(2020, 1, 4, 3, tzinfo=UTC)},
        {"rule": 7},
        {"requester": BOB},
        {"entitlement": "reports-bob"},
    ],
)
def test_a_request_changed_into_what_no_rule_allows_mints_nothing(world: World, values: dict[str, object]) -> None:
    hours = Hours(frozenset({world.clock.now().weekday()}), time(0), time(0))
    ruled(world, AutoApprove(1, (READ,), people=(ALICE,), max_duration=30 * DAY, hours=hours))
    asked = world.ask()
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    forge(world, asked, **values)
    credential = world.collect(grant.id).id
    world.mint(credential)
    assert world.credential(credential).state is C.FAILED
    assert world.iam.all_keys() == {}


def test_requests_forged_past_the_quota_mint_nothing(world: World) -> None:
    ruled(world, AutoApprove(1, (READ, TWO), quota=Quota(1, 7 * DAY)))
    first = world.ask()
    world.clock.advance(hours=1)
    second = world.ask("reports-two")
    assert request(world, second).rule is None
    world.catalog = replace(world.catalog, auto_approve=(AutoApprove(1, (READ, TWO)),))  # stands for a forgery
    third = world.ask()
    world.catalog = replace(world.catalog, auto_approve=(AutoApprove(1, (READ, TWO), quota=Quota(1, 7 * DAY)),))
    with world.work.begin() as tx:
        grants = [tx.grants.of_request(each) for each in (first, third)]
    states = []
    for grant in grants:
        assert grant is not None
        credential = world.collect(grant.id).id
        world.mint(credential)
        states.append(world.credential(credential).state)
    assert states == [C.SEALED, C.FAILED]
