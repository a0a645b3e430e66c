"""Whether a grant's keys need MFA is fixed by the first: no renewal, rotation or new catalog changes it."""

from dataclasses import replace

import pytest

from bot.domain.errors import AwsRefused
from tests.flows import renewals
from tests.flows.issuing.test_mfa_device import CODED, PLAIN, opened, serial, wants_code
from tests.flows.world import World


def offer(world: World, name: str, *, mfa: bool) -> None:
    """The catalog changes."""
    rows = dict(world.catalog.entitlements)
    (key,) = (each for each in rows if each == name)
    rows[key] = replace(rows[key], mfa=mfa)
    world.catalog = replace(world.catalog, entitlements=rows)


def test_a_renewal_leaves_the_device_and_its_deny_alone(world: World) -> None:
    grant, first = world.live(CODED)
    renewals.renewed(world, grant)
    assert wants_code(world, grant)
    assert list(world.iam.devices) == [serial(first)]
    assert world.iam.count("create_device") == 1


@pytest.mark.parametrize("then", [True, False])
def test_a_catalog_that_changes_its_mind_changes_no_grant_whose_key_is_out(world: World, then: bool) -> None:
    """Otherwise a renewal or a rotation would stop a key in use, whose owner has no device for a code."""
    name = PLAIN if then else CODED
    grant, _ = world.live(name)
    offer(world, name, mfa=then)
    renewals.renewed(world, grant)
    assert wants_code(world, grant) is not then
    found = opened(world, world.rotate(grant).id)
    assert ("mfa_serial" in found) is not then
    assert wants_code(world, grant) is not then


def test_a_renewal_that_is_put_back_keeps_the_kind_as_well(world: World) -> None:
    grant, _ = world.live(PLAIN)
    offer(world, PLAIN, mfa=True)
    renewals.approved(world, grant)
    world.iam.fail_at("extend", AwsRefused("PutUserPolicy", "AccessDenied"), after=True)
    for _ in range(3):
        renewals.carry_out(world)
        world.clock.advance(minutes=6)
    assert renewals.in_aws(world, grant) == renewals.lease(world, grant)
    assert not wants_code(world, grant)


def test_a_catalog_that_changes_before_the_first_key_is_followed(world: World) -> None:
    grant = world.granted(PLAIN)
    offer(world, PLAIN, mfa=True)
    assert "mfa_seed" in opened(world, world.collect(grant).id)


@pytest.mark.parametrize("name", [PLAIN, CODED])
def test_a_key_that_was_opened_and_not_yet_confirmed_counts_as_the_first(world: World, name: str) -> None:
    grant = world.granted(name)
    world.mint(world.collect(grant).id)
    world.reveal()
    offer(world, name, mfa=name == PLAIN)
    renewals.renewed(world, grant)
    assert wants_code(world, grant) is (name == CODED)
