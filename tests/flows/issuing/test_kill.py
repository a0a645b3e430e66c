"""Killed at every step of collect and of rotate: AWS has the ledger's keys, and within a minute the owner has one."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from bot.domain.errors import Reason, Refused
from bot.domain.ids import GrantId
from bot.flows.issuing.reveal import Opened
from bot.store.tables import metadata
from tests.fakes import Crash
from tests.flows.crash_points import Fuse, fused
from tests.flows.world import World

Copy = Callable[[World], World]


def play(world: World, grant: GrantId, press: str, got: list[object]) -> None:
    """From the owner's click to the page's receipt. `got` is what the browser received."""
    credential = getattr(world, press)(grant).id
    world.mint(credential)
    opened = world.reveal()
    assert isinstance(opened, Opened)
    got.append(world.open(opened)["access_key_id"])
    world.receipt()


def restart(world: World) -> None:
    """Another worker, a minute of sweeps."""
    world.worker = "w2"
    world.pass_time(60, every=15)


def owner_insists(world: World, grant: GrantId, press: str) -> str:
    """What a person without a key does: press again, and say No if the link was used."""
    try:
        credential = getattr(world, press)(grant).id
    except Refused as refusal:
        if refusal.reason is not Reason.REVEALED:
            raise
        credential = world.replace(refusal.facts["credential"]).id  # type: ignore[arg-type]
    world.mint(credential)
    key = world.open(world.reveal())["access_key_id"]
    world.receipt()
    return key


def left_behind(world: World, got: list[object]) -> str:
    """What a killed process leaves: every row, AWS, the links in Slack and what the browser received."""
    engine: Engine = world.work._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        rows = [tuple(each) for table in metadata.sorted_tables for each in connection.execute(select(table))]
    plain = [tuple(bytes(part) if isinstance(part, memoryview) else part for part in each) for each in rows]
    links = [link.reveal() for _, link, *_ in world.notifier.links]
    return repr((plain, world.iam.users, world.iam.devices, links, got))


def steps_of(world: World, grant: GrantId, press: str) -> int:
    fuse = Fuse()
    with fused(world, fuse):
        play(world, grant, press, [])
    return fuse.steps


def granted(world: World) -> GrantId:
    return world.granted()


def holding(world: World) -> GrantId:
    return world.live()[0]


def granted_coded(world: World) -> GrantId:
    return world.granted("reports-coded")


def holding_coded(world: World) -> GrantId:
    return world.live("reports-coded")[0]


def devices_in_use(world: World, grant: GrantId) -> dict[str, str]:
    """What AWS should have according to the ledger: the one device whose seed was or may still be handed out."""
    with world.work.begin() as tx:
        rows = tx.credentials.of(grant)
    user = world.grant(grant).iam_user
    return {each.device: user for each in rows if each.device and (each.handed_out or each.state.value == "sealed")}


CASES = {
    "collect": (granted, "collect"),
    "rotate": (holding, "rotate"),
    "collect with a device": (granted_coded, "collect"),
    "rotate with a device": (holding_coded, "rotate"),
}


@pytest.mark.parametrize(("prepare", "press"), CASES.values(), ids=CASES)
def test_a_kill_at_any_step_costs_at_most_a_minute(
    world: World, copied: Copy, prepare: Callable[[World], GrantId], press: str
) -> None:
    ready, grant = world, prepare(world)
    steps = steps_of(copied(ready), grant, press)
    assert steps > 30
    before_restart = set[str]()
    for step in range(steps):
        world = copied(ready)
        before = set(world.iam.all_keys())
        got: list[object] = []
        with pytest.raises(Crash), fused(world, Fuse(step)):
            play(world, grant, press, got)
        left = left_behind(world, got)
        if left in before_restart:
            continue  # nothing happened since the step before, and the same would follow
        before_restart.add(left)
        restart(world)
        assert set(world.iam.all_keys()) == world.ledger_keys(), f"after a kill at step {step}"
        assert world.iam.devices == devices_in_use(world, grant), f"after a kill at step {step}"
        assert before <= set(world.iam.all_keys()), f"a kill at step {step} cost a key that somebody had"
        key = got[0] if got else owner_insists(world, grant, press)
        world.pass_time(15, every=15)
        assert key in world.iam.all_keys(), f"nothing to use after a kill at step {step}"
        assert set(world.iam.all_keys()) == world.ledger_keys(), f"after the next try, step {step}"
        if prepare in {granted_coded, holding_coded}:
            world.pass_time(30, every=15)
            (standing,) = devices_in_use(world, grant)
            assert list(world.iam.devices) == [standing], f"after the next try, step {step}"
    assert len(before_restart) > 10
