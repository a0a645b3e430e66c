"""Everything on the worker's schedule, once, in a test's world."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.flows.issuing import mfa_device, orphans, recover
from bot.flows.lifecycle import (
    activation,
    deadlines,
    expiry_notices,
    last_accessed,
    renew_apply,
    retire_due,
    session_revocation,
    teardown,
    teardown_progress,
)
from tests.fakes.responder import FakeResponder

if TYPE_CHECKING:
    from tests.flows.world import World


def sweep_all(world: "World") -> None:
    deadlines.lapse_requests(world.context)
    deadlines.lapse_grants(world.context)
    deadlines.fail_unclaimed(world.context)
    deadlines.discard_sealed(world.context)
    deadlines.discard_lost(world.context)
    deadlines.erase_traces(world.context)
    deadlines.ask_receipt(world.context)
    deadlines.settle_revealed(world.context)
    expiry_notices.announce(world.context)
    last_accessed.read(world.context)
    renew_apply.extend(world.context)
    deadlines.expire(world.context)
    activation.carry_out(world.context)
    activation.keep_active(world.context)
    retire_due.retire_due(world.context)
    retire_due.check_switchovers(world.context)
    retire_due.delete_due(world.context)
    reconcile_all(world)


def reconcile_all(world: "World") -> None:
    recover.abandoned(world.context)
    recover.clear_gone(world.context)
    mfa_device.clear(world.context)
    orphans.orphans(world.context)
    teardown.tear_down(world.context)
    responder = FakeResponder(world.iam)
    session_revocation.carry_out(replace(world.context, responder=responder))
    teardown_progress.watch(world.context)
