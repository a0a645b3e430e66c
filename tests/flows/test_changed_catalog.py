"""A catalog that changes under live grants: approvals remain valid, and nothing unapproved becomes allowed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Catalog, Kind
from bot.domain.errors import Reason
from bot.domain.events import Notice
from bot.domain.ids import EntitlementId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from tests.fakes import ALICE
from tests.flows.ownership.kit import refused
from tests.flows.renewals import approved, ask, carry_out, in_aws, lease, tags, why
from tests.flows.world import World

READ, SESSION = EntitlementId("reports-read"), EntitlementId("reports-session")
ROLE = "arn:aws:iam::123456789012:role/reports"


def changed(catalog: Catalog, name: EntitlementId, **row: object) -> Catalog:
    made = replace(catalog.entitlements[name], **row)  # type: ignore[arg-type]
    return replace(catalog, entitlements={**catalog.entitlements, name: made})


def as_session(world: World) -> None:
    world.catalog = changed(world.catalog, READ, kind=Kind.SESSION, policy=None, role_arn=ROLE)


def as_key(world: World) -> None:
    policy = world.catalog.entitlements[READ].policy
    world.catalog = changed(world.catalog, SESSION, kind=Kind.ACCESS_KEY, policy=policy, role_arn=None, instead_of=())


def test_a_key_is_rotated_though_the_catalog_now_wants_more_approvals(world: World) -> None:
    grant, _ = world.live()
    world.catalog = changed(world.catalog, READ, approvals=2)
    new = world.rotate(grant).id
    world.mint(new)
    assert world.credential(new).state is C.SEALED


def test_a_key_is_rotated_though_the_catalog_now_gives_a_shorter_time(world: World) -> None:
    grant, _ = world.live(duration="7d")
    world.catalog = changed(world.catalog, READ, max_duration=timedelta(days=1))
    world.clock.advance(days=2)
    new = world.rotate(grant).id
    world.mint(new)
    assert world.credential(new).state is C.SEALED
    until = in_aws(world, grant)
    assert until == world.clock.now() + timedelta(days=1), "never longer than the catalog says now"
    assert lease(world, grant) == until, "the ledger says what AWS enforces"
    assert tags(world, grant).count("grant:shortened") == 1
    assert (Notice.OVERSTATED, ALICE) in world.items()
    world.clock.advance(days=1)
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED


def test_an_approval_that_was_not_collected_counts_by_todays_rule(world: World) -> None:
    grant = world.granted()
    world.catalog = changed(world.catalog, READ, approvals=2)
    new = world.collect(grant).id
    world.mint(new)
    assert world.credential(new).why == Reason.NOT_APPROVER.value


def test_a_key_is_neither_rotated_nor_renewed_as_a_session(world: World) -> None:
    grant, key = world.live()
    as_session(world)
    for act in (lambda: world.rotate(grant), lambda: world.collect(grant), lambda: ask(world, grant)):
        assert refused(Reason.KIND_CHANGED, act).facts == {"now": Kind.SESSION}
    assert world.credential(key).state is C.LIVE, "what was approved stands"


def test_a_renewal_approved_before_does_not_make_a_session_of_a_key(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    as_session(world)
    assert carry_out(world) == 0
    assert why(world, grant)[-1] == Reason.KIND_CHANGED.value


def test_a_session_is_not_made_anew_as_a_key(world: World) -> None:
    grant, _ = world.live("reports-session", duration="8h")
    as_key(world)
    assert refused(Reason.KIND_CHANGED, lambda: world.collect(grant)).facts == {"now": Kind.ACCESS_KEY}


def test_an_intent_that_another_catalog_wrote_is_not_minted_as_something_else(world: World) -> None:
    new = world.collect(world.granted()).id
    as_session(world)
    calls = len(world.iam.calls)
    world.mint(new)
    assert world.credential(new).why == Reason.KIND_CHANGED.value
    assert len(world.iam.calls) == calls


@pytest.mark.parametrize(("change", "name"), [(as_session, READ), (as_key, SESSION)])
def test_what_no_one_collected_yet_follows_the_catalog(
    world: World, change: Callable[[World], None], name: EntitlementId
) -> None:
    grant = world.granted(name, duration="8h")
    change(world)
    assert world.collect(grant).kind is world.catalog.entitlements[name].kind
