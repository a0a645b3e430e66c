"""A change by Latchkey's own call whose answer was lost isn't reported as someone else's change."""

from bot.domain.keys.pending_call import Call, PendingCall
from tests.flows.catalog import MAIN
from tests.flows.drift.kit import compare, told
from tests.flows.world import World


def test_a_key_being_deactivated_by_a_sweep_is_not_drift(world: World) -> None:
    grant, old = world.live(duration="30d")
    with world.work.begin() as tx:
        tx.calls.begin(PendingCall(old, Call.SWITCH_OFF, "latchkey", world.clock.now()))
    world.iam.set_active(MAIN, world.grant(grant).iam_user, world.key(old), active=False, by="latchkey")
    assert compare(world) == 0
    with world.work.begin() as tx:
        tx.calls.end(old)
    assert compare(world) == 1
    assert [each.kind.value for each in told(world)] == ["key-off"]
