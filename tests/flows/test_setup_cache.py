"""A copy of what an earlier test ran can't be told from running it, and is used only where nothing differs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import Reason, Refused
from tests.fakes import Crash
from tests.flows.world import World

ACTS: dict[str, Callable[[World], object]] = {
    "granted": World.granted,
    "live": World.live,
    "a session": lambda world: world.live("reports-session", "8h"),
    "with a device": lambda world: world.live("reports-coded"),
    "two": lambda world: (world.live(), world.live(duration="30d")),
    "rotated": lambda world: world.rotated(world.live()[0]),
}


def everything(world: World) -> list[Any]:
    connection = world.work._engine.raw_connection()  # type: ignore[attr-defined]
    ledger = connection.driver_connection.serialize()
    connection.close()
    iam = {name: each for name, each in vars(world.iam).items() if name != "clock"}
    return [ledger, iam, world.notifier, world.people, world.clock.now(), world.views, world.entropy.bytes(8)]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_copy_equals_what_is_played(worlds: Callable[[], World], act: Callable[[World], object]) -> None:
    played, first, second = worlds(), worlds(), worlds()
    played.caches_setup = False
    answers = [act(each) for each in (played, first, second)]
    assert answers[0] == answers[1] == answers[2]
    found = [everything(each) for each in (played, first, second)]
    assert found[0] == found[1] == found[2]


def test_a_copy_has_its_own_users_and_what_a_test_holds_of_it_stays(worlds: Callable[[], World]) -> None:
    def holding() -> tuple[World, Any, Any]:
        world = worlds()
        calls = world.iam.calls
        world.live()
        (user,) = world.iam.users.values()
        world.live(duration="30d")
        assert calls is world.iam.calls
        assert user in list(world.iam.users.values())
        assert any(user is each for each in world.iam.users.values())
        return world, calls, user

    holding()
    _, _, user = holding()
    user.by_hand["tags"] = {}
    assert not holding()[2].by_hand


def test_other_circumstances_are_played(worlds: Callable[[], World]) -> None:
    worlds().live()
    later, stricter, broken, unreadable = (worlds() for _ in range(4))
    later.clock.advance(hours=1)
    assert later.grant(later.live()[0]).made_at == later.clock.now()
    stricter.catalog = replace(stricter.catalog, entitlements={})
    with pytest.raises(KeyError):
        stricter.live()
    broken.iam.crash_at(0)
    with pytest.raises(Crash):
        broken.live()
    unreadable.people.readable = False
    with pytest.raises(Refused) as refused:
        unreadable.live()
    assert refused.value.reason is Reason.PEOPLE_UNREADABLE
