"""Everything that the worker's clocks do, once, in a world of the tests."""

from typing import TYPE_CHECKING

from bot.flows import (
    device,
    ending,
    extend,
    orphans,
    proof,
    reconcile,
    retire,
    session_revocation,
    storm,
    sweep,
    switch,
    teardown,
)
from tests.fake_responder import FakeResponder

if TYPE_CHECKING:
    from tests.flows.world import World


def sweep_all(world: "World") -> None:
    sweep.lapse_requests(world.work, world.clock)
    sweep.lapse_grants(world.work, world.clock)
    sweep.fail_unclaimed(world.work, world.clock)
    sweep.discard_sealed(world.work, world.clock)
    sweep.discard_lost(world.work, world.clock)
    sweep.erase_traces(world.work, world.clock)
    sweep.ask_receipt(world.work, world.clock)
    sweep.settle_revealed(world.work, world.clock, world.catalog)
    ending.announce(world.work, world.clock, world.iam, world.people, world.catalog)
    extend.extend(world.work, world.clock, world.iam, world.people, world.catalog)
    sweep.expire(world.work, world.clock)
    switch.carry_out_wishes(world.work, world.clock, world.iam, world.people, world.catalog)
    retire.retire_due(world.work, world.clock, world.entropy, world.iam, world.people, world.catalog)
    proof.look(world.work, world.clock, world.iam, world.catalog)
    retire.delete_due(world.work, world.clock, world.entropy, world.iam, world.catalog)
    reconcile_all(world)


def reconcile_all(world: "World") -> None:
    reconcile.abandoned(world.work, world.clock)
    reconcile.clear_gone(world.work, world.clock, world.iam, world.catalog)
    device.clear(world.work, world.clock, world.iam, world.catalog)
    orphans.orphans(world.work, world.clock, world.entropy, world.iam, world.catalog)
    teardown.tear_down(world.work, world.clock, world.iam, world.catalog)
    responder = FakeResponder(world.iam)
    session_revocation.carry_out(world.work, world.clock, world.entropy, responder, world.catalog)
    storm.watch(world.work, world.clock, world.catalog)
