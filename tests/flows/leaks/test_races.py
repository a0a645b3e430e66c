"""Containment beside other things at the same moment: another worker, a revoke, Undo, the clock, and an attacker."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.leaks.incident import StepKind
from bot.domain.lifecycle import AdoptedState, CredentialState, IncidentState
from bot.flows.adopted import deactivate
from bot.flows.issuing.issued_key import issued_keys
from bot.flows.leaks import checks, contain
from bot.flows.lifecycle import activation, teardown
from tests.fakes import ALICE
from tests.flows.catalog import MAIN
from tests.flows.during_aws_call import during
from tests.flows.leaks.contained import DONE, Leak, found, issued, issued_of
from tests.flows.test_races import both_at_once
from tests.flows.world import World

ROUNDS = 4


def test_two_workers_contain_it_once(both: World) -> None:
    for _ in range(ROUNDS):
        leak = issued(both)
        context = leak.context
        assert sorted(both_at_once(lambda c=context: contain.carry_out(c), lambda c=context: contain.carry_out(c))) in (
            [0, 1],
            [1, 1],
        )
        leak.until_contained()
        assert leak.now.state is IncidentState.CONTAINED
        assert leak.tags().count("incident:contained") == 1
        assert leak.tags().count("incident:step") == 2


@pytest.mark.parametrize("what", ["revoke", "tear-down", "give-back"])
def test_a_grant_that_ends_at_the_same_moment(both: World, what: str) -> None:
    for _ in range(ROUNDS):
        grant, credential = both.live()
        leak = issued_of(both, grant, credential)
        if what == "tear-down":
            both.revoke(grant)
        acts: dict[str, Callable[[], object]] = {
            "revoke": lambda grant=grant: both.revoke(grant),
            "give-back": lambda grant=grant: both.give_back(grant),
            "tear-down": lambda: teardown.tear_down(both.context),
        }
        both_at_once(lambda leak=leak: contain.carry_out(leak.context), acts[what])
        for _ in range(4):
            both.clock.advance(seconds=20)
            both.reconcile()
            leak.work()
        assert leak.active is None, "its user is deleted"
        assert leak.now.state is IncidentState.CONTAINED
        assert both.credential(credential).state is CredentialState.DELETED
        assert both.grant(grant).torn_down_at


def test_undo_that_is_under_way_when_it_is_reported_brings_nothing_back(both: World) -> None:
    """AWS was asked to reactivate it before, and answers after the containment."""
    grant, credential = both.live()
    both.retire(credential)
    activation.carry_out(both.context)
    both.reactivate(credential)
    leaks: list[Leak] = []

    def reported() -> None:
        leaks.append(issued_of(both, grant, credential))
        leaks[0].work()
        leaks[0].user.keys[leaks[0].key].active = True  # as if that call arrived last

    with pytest.MonkeyPatch.context() as patch:
        during(both.iam, "set_active", reported, patch)
        activation.carry_out(both.context)
    (leak,) = leaks
    assert both.credential(credential).state is CredentialState.RETIRING
    both.clock.advance(seconds=10)
    assert checks.check(leak.context) == 1
    leak.until_contained()
    assert (leak.active, leak.now.state) == (False, IncidentState.CONTAINED)


def test_hygiene_and_its_owner_may_switch_the_same_key_off(world: World) -> None:
    leak, a = found(world)
    row = leak.now.found_key or ""
    a.retire(row)
    with pytest.MonkeyPatch.context() as patch:
        during(world.iam, "last_used", leak.work, patch)
        deactivate.carry_out(a.context)
    assert (leak.now.state, a.row(row).state) == (IncidentState.CONTAINED, AdoptedState.OFF)
    assert a.row(row).off_by == ALICE
    assert a.tags(row).count("adopted:off") == 1


def test_the_clock_that_retires_an_old_key_finds_it_contained(world: World) -> None:
    grant, first = world.live()
    world.rotated(grant)
    (key,) = issued_keys(world.context, (world.credential(first),))
    leak = issued_of(world, grant, first)
    leak.work()
    assert not activation.deactivate(key, "latchkey")
    assert world.credential(first).off_by == ALICE


# --- whoever has the key is as fast -----------------------------------------------------------------------------------

CALLS = {"issued": ("set_active", "end_sessions"), "found": ("switch_off", "deny")}


@pytest.mark.parametrize("what", ["key", "login", "policy", "reactivated"])
@pytest.mark.parametrize(("whose", "call"), [(whose, call) for whose, calls in CALLS.items() for call in calls])
def test_what_an_attacker_adds_between_two_steps_is_gone_after_the_check(
    world: World, whose: str, call: str, what: str
) -> None:
    leak = issued(world) if whose == "issued" else found(world)[0]
    user = leak.user

    def attack() -> None:
        if what == "key":
            world.iam.plant_key(MAIN, user.name)
        elif what == "login":
            user.login_at = world.clock.now()
        elif what == "policy":
            user.attached.add("arn:aws:iam::aws:policy/AdministratorAccess")
        else:
            user.keys[leak.key].active = True

    with pytest.MonkeyPatch.context() as patch:
        during(world.iam if whose == "issued" else leak.hand, call, attack, patch)
        leak.work()
    world.clock.advance(seconds=10)
    assert checks.check(replace(leak.context)) == 1
    leak.until_contained()
    assert leak.now.state is IncidentState.CONTAINED
    assert not any(each.active for each in user.keys.values())
    held = "arn:aws:iam::aws:policy/AWSDenyAll" in user.attached
    assert user.login_at is None or held
    assert leak.steps[StepKind.SESSIONS][0] is DONE
    assert leak.alarms()
