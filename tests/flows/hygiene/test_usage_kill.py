"""Killed at every step while it reads a key that somebody asked for: the answer comes once, within the claim."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select

from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import CLAIM, Ask
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import usage
from bot.ports.usage import Trail
from bot.store import tables
from tests.fakes import ALICE, Crash
from tests.fakes.trail import FakeTrail, an_event
from tests.flows.catalog import MAIN
from tests.flows.crash_points import Fuse, FusedPort, fused
from tests.flows.world import World

ASKED, DUE = AccessKeyId("AKIAASKED"), AccessKeyId("AKIADUE")


def asked_and_due(world: World) -> FakeTrail:
    """One key that alice asks for, and another one with a finding."""
    now = world.clock.now()
    row = {"id": "f1", "kind": "stale", "account": MAIN.name, "iam_user": "carol", "access_key_id": DUE}
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(insert(tables.finding), row | {"owner": ALICE, "opened_at": now, "evidence": "old"})
    world.iam.uses[ASKED] = LastUsed(now, "s3", "eu-west-1")
    trail = FakeTrail()
    trail.used(ASKED, *(an_event(now - timedelta(minutes=n)) for n in range(60)))
    with world.work.begin() as tx:
        tx.usages.ask(Ask("a1", MAIN.name, ASKED, ALICE, now))
    return trail


def read_all(world: World, trail: Trail) -> None:
    while usage.read_next(replace(world.context, trail=trail)):
        pass


def answers(world: World) -> list[int]:
    with world.work._engine.connect() as connection:  # type: ignore[attr-defined]
        wanted = select(tables.outbox.c.wanted).where(tables.outbox.c.notice == "usage:answer")
        return list(connection.execute(wanted).scalars())


def test_a_kill_at_any_step_loses_no_answer_and_gives_none_twice(worlds: Callable[[], World]) -> None:
    step = 0
    while True:
        world = worlds()
        trail = asked_and_due(world)
        fuse = Fuse(step)
        try:
            with fused(world, fuse):
                read_all(world, FusedPort(trail, fuse))  # type: ignore[arg-type]
        except Crash:
            pass
        else:
            break
        world.worker = "w2"
        read_all(world, trail)
        world.clock.advance(CLAIM)
        read_all(world, trail)
        where = f"after a kill at step {step}"
        assert answers(world) == [1], where
        with world.work.begin() as tx:
            assert tx.usages.open_asks(9) == (), where
            assert tx.usages.of(MAIN.name, [ASKED, DUE])[ASKED].calls == 50, where
            assert tx.usages.due([MAIN.name], world.clock.now(), 9) == (), where
        step += 1
    assert step > 30
