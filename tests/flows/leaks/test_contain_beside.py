"""Containment beside everything else that happens to a key: Undo, rotation, deletion by clock, the end of its grant."""

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.leaks.incident import StepKind
from bot.domain.lifecycle import AdoptedState, CredentialState, IncidentState
from bot.flows.adopted import reactivate as adopt_on
from bot.flows.lifecycle import retire_due
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.leaks.contained import WAITING, Leak, found, issued, issued_of
from tests.flows.world import World


def test_nothing_but_the_incident_brings_an_issued_key_back(world: World) -> None:
    grant, credential = world.live(duration="30d")
    leak = issued_of(world, grant, credential)
    leak.work()
    with pytest.raises(Refused) as refused:
        world.reactivate(credential)
    assert refused.value.reason is Reason.LEAKED
    world.clock.advance(world.catalog.hygiene.undo)
    assert retire_due.delete_due(leak.context) == 0
    assert leak.active is False
    with world.work.begin() as tx:
        tx.credentials.set(credential, pending_action="on", pending_by=ALICE, next_try_at=None)
    world.sweep()
    assert (leak.active, world.credential(credential).pending_action) == (False, None)


def test_no_key_is_made_on_the_user_of_a_leaked_one(world: World) -> None:
    grant, first = world.live()
    issued_of(world, grant, first)
    with pytest.raises(Refused) as refused:
        world.rotate(grant)
    assert refused.value.reason is Reason.LEAKED


def test_nothing_but_the_incident_brings_a_found_key_back_or_deletes_it(world: World) -> None:
    leak, a = found(world)
    row = leak.now.found_key or ""
    leak.work()
    with pytest.raises(Refused) as refused:
        a.reactivate(row, CAROL)
    assert refused.value.reason is Reason.LEAKED
    leak.user.keys[leak.key].active = True  # outside Latchkey
    world.clock.advance(world.catalog.hygiene.undo)
    a.work()
    assert a.row(row).state is AdoptedState.OFF
    assert adopt_on.carry_out(a.context) == 0


def test_a_grant_that_ends_meanwhile_is_torn_down_and_its_leak_contained(world: World) -> None:
    grant, credential = world.live()
    leak = issued_of(world, grant, credential)
    world.revoke(grant)
    leak.work()
    assert leak.active is False
    assert leak.steps[StepKind.SESSIONS][0] is WAITING, "the tear-down ends them"
    world.reconcile()
    world.clock.advance(seconds=2)
    leak.work()
    assert leak.now.state is IncidentState.CONTAINED
    assert world.credential(credential).state is CredentialState.DELETED


def test_a_closed_incident_is_not_contained_any_more(world: World) -> None:
    leak = issued(world)
    with world.work.begin() as tx:
        tx.transition(leak.id, IncidentState.CONTAINING, IncidentState.CLOSED, by=BOB, at=world.clock.now())
    leak.work()
    assert leak.active is True


def test_another_key_of_the_user_is_left_alone(world: World) -> None:
    grant, first = world.live()
    second = world.rotated(grant)
    leak: Leak = issued_of(world, grant, first)
    leak.work()
    assert world.iam.all_keys()[world.key(second)].active
    assert world.credential(second).state is CredentialState.LIVE
