"""The rotation's deadline: never deactivates a key that is in use, unknown or needed.

For the limit see test_bulk_limit.py.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Unreadable
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.context import AwsContext
from bot.flows.lifecycle import activation, retire_due
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.world import World
from tests.store.rows import a_finding

DAY = timedelta(days=1)


def run(world: World, sweep: Callable[[AwsContext], int]) -> int:
    return sweep(world.context)


def rotated(world: World, what: str = "reports-read") -> tuple[GrantId, CredentialId, CredentialId]:
    grant, old = world.live(what)
    world.clock.advance(seconds=1)
    return grant, old, world.rotated(grant)


def soon(world: World) -> None:
    """Overlap and undo of a day, within the lease of a week."""
    world.change(overlap=DAY, undo=DAY)


def switched_off(world: World) -> tuple[GrantId, CredentialId]:
    soon(world)
    grant, old, _ = rotated(world)
    world.clock.advance(DAY)
    assert run(world, retire_due.retire_due) == 1
    assert world.credential(old).state is C.RETIRING
    return grant, old


def test_a_replaced_key_is_no_action_of_the_clock(world: World) -> None:
    soon(world)
    for _ in range(21):
        world.mint(world.collect(world.granted()).id)
        world.reveal()
        with world.work.begin() as tx:
            (waiting,) = tx.credentials.revealed_before(world.clock.now(), 1)
        world.replace(waiting.id)
    assert run(world, retire_due.delete_due) == 21


def test_a_key_in_use_stays_until_a_day_after_and_the_owner_sees_by_what(world: World) -> None:
    soon(world)
    _, old, _ = rotated(world)
    world.clock.advance(DAY)
    used = world.clock.now() - timedelta(hours=20)
    world.iam.uses[world.key(old)] = LastUsed(used, "s3", "eu-west-1")
    assert run(world, retire_due.retire_due) == 0
    found = world.credential(old)
    assert (found.state, found.retire_at) == (C.LIVE, used + DAY)
    assert (found.used_at, found.used_service, found.used_region) == (used, "s3", "eu-west-1")
    assert ("credential:rotated", ALICE) in world.items()


def test_unknown_use_leads_to_no_action_and_blocks_nothing(world: World) -> None:
    soon(world)
    _, old, _ = rotated(world)
    world.clock.advance(DAY)
    world.iam.uses[world.key(old)] = None
    assert run(world, retire_due.retire_due) == 0
    assert world.credential(old).state is C.LIVE
    assert world.iam.count("set_active") == 0
    assert run(world, retire_due.retire_due) == 0
    assert world.iam.count("last_used") == 1, "asked again at once"


def test_the_old_key_stays_when_the_new_one_went_meanwhile(world: World) -> None:
    """Its deadline was set when the new one was held; now it is the only one."""
    soon(world)
    _, old, new = rotated(world)
    world.retire(new)
    run(world, activation.carry_out)
    world.clock.advance(DAY)
    assert run(world, retire_due.retire_due) == 0
    assert world.credential(old).state is C.LIVE
    assert world.credential(old).retire_at is None
    world.clock.advance(DAY)
    world.sweep()
    assert world.key(old) in world.iam.all_keys()


def test_two_live_keys_are_never_both_switched_off(world: World) -> None:
    soon(world)
    _, old, new = rotated(world)
    with world.work.begin() as tx:
        tx.credentials.set(new, retire_at=world.clock.now())
    world.clock.advance(DAY)
    run(world, retire_due.retire_due)
    run(world, retire_due.retire_due)
    assert [world.credential(each).state for each in (old, new)].count(C.LIVE) >= 1


def test_what_someone_switched_on_again_by_hand_is_reported_and_not_deleted(world: World) -> None:
    grant, old = switched_off(world)
    world.iam.set_active(MAIN, world.grant(grant).iam_user, world.key(old), active=True, by=BOB)
    world.clock.advance(DAY)
    assert run(world, retire_due.delete_due) == 0
    found = world.credential(old)
    assert (found.state, found.why, found.delete_at) == (C.LIVE, "by-hand", None)
    assert ("credential:rotated", ALICE) in world.items()
    world.sweep()
    assert world.credential(old).retire_at == world.clock.now() + DAY, "its clock begins again"


def test_an_error_while_reading_lets_the_deletion_go_until_later(world: World) -> None:
    _, old = switched_off(world)
    world.clock.advance(DAY)
    world.iam.fail_at("keys_of", Unreadable("ListAccessKeys", "Throttling"))
    assert run(world, retire_due.delete_due) == 0
    assert run(world, retire_due.delete_due) == 0
    assert world.iam.count("delete_key") == 0
    world.clock.advance(seconds=15)
    assert run(world, retire_due.delete_due) == 1
    assert world.credential(old).state is C.DELETED


def test_a_key_that_someone_deleted_by_hand_counts_as_deleted(world: World) -> None:
    grant, old = switched_off(world)
    world.iam.delete_key(MAIN, world.grant(grant).iam_user, world.key(old), by=BOB)
    world.clock.advance(DAY)
    assert run(world, retire_due.delete_due) == 1
    assert world.credential(old).state is C.DELETED


@pytest.mark.parametrize("step", ["off", "deleted"])
def test_what_was_found_on_a_key_is_settled_when_it_leaves(world: World, step: str) -> None:
    soon(world)
    _, old, _ = rotated(world)
    finding = a_finding(credential=old, access_key_id=world.key(old), kind=FindingKind.STALE)
    if step == "off":
        with world.work.begin() as tx:
            tx.findings.open(finding)
    world.clock.advance(DAY)
    run(world, retire_due.retire_due)
    if step == "deleted":
        with world.work.begin() as tx:
            tx.findings.open(finding)
        world.clock.advance(DAY)
        run(world, retire_due.delete_due)
    with world.work.begin() as tx:
        assert tx.findings.open_of(old) == ()


def test_a_row_that_the_catalog_does_not_know_is_left_alone(world: World) -> None:
    soon(world)
    _, old, _ = rotated(world)
    world.clock.advance(DAY)
    world.catalog = replace(world.catalog, accounts={})
    assert run(world, retire_due.retire_due) == 0
    assert world.credential(old).state is C.LIVE
