"""Everything that the worker's clocks do, once, in a world of the tests."""

from typing import TYPE_CHECKING

from bot.flows.issuing import mfa_device, orphans, recover
from bot.flows.lifecycle import (
    activation,
    deadlines,
    expiry_notices,
    renew_apply,
    retire_due,
    session_revocation,
    switchover_check,
    teardown,
    teardown_progress,
)
from tests.fakes.responder import FakeResponder

if TYPE_CHECKING:
    from tests.flows.world import World


def sweep_all(world: "World") -> None:
    deadlines.lapse_requests(world.work, world.clock)
    deadlines.lapse_grants(world.work, world.clock)
    deadlines.fail_unclaimed(world.work, world.clock)
    deadlines.discard_sealed(world.work, world.clock)
    deadlines.discard_lost(world.work, world.clock)
    deadlines.erase_traces(world.work, world.clock)
    deadlines.ask_receipt(world.work, world.clock)
    deadlines.settle_revealed(world.work, world.clock, world.catalog)
    expiry_notices.announce(world.work, world.clock, world.iam, world.people, world.catalog)
    renew_apply.extend(world.work, world.clock, world.iam, world.people, world.catalog)
    deadlines.expire(world.work, world.clock)
    activation.carry_out_wishes(world.work, world.clock, world.iam, world.people, world.catalog)
    retire_due.retire_due(world.work, world.clock, world.entropy, world.iam, world.people, world.catalog)
    switchover_check.look(world.work, world.clock, world.iam, world.catalog)
    retire_due.delete_due(world.work, world.clock, world.entropy, world.iam, world.catalog)
    reconcile_all(world)


def reconcile_all(world: "World") -> None:
    recover.abandoned(world.work, world.clock)
    recover.clear_gone(world.work, world.clock, world.iam, world.catalog)
    mfa_device.clear(world.work, world.clock, world.iam, world.catalog)
    orphans.orphans(world.work, world.clock, world.entropy, world.iam, world.catalog)
    teardown.tear_down(world.work, world.clock, world.iam, world.catalog)
    responder = FakeResponder(world.iam)
    session_revocation.carry_out(world.work, world.clock, world.entropy, responder, world.catalog)
    teardown_progress.watch(world.work, world.clock, world.catalog)
