"""The pause: one at a time, told to every channel once, explained later, and over for everyone at once."""

import pytest
from sqlalchemy import select

from bot.domain.errors import Refused
from bot.domain.events import Tag
from bot.domain.issuing.pause import PAUSED, Pause
from bot.flows import queries
from bot.flows.issuing import pause
from bot.store import tables
from tests.fakes import ALICE, BOB
from tests.flows.world import World
from tests.store.racing import race


def standing(world: World) -> Pause | None:
    with world.work.begin() as tx:
        return queries.pause(tx)


def trail(world: World) -> list[Tag]:
    with world.work.begin() as tx:
        return [each.tag for each in tx.audit.of(PAUSED)]


def told(world: World, notice: str) -> list[str]:
    return sorted(to for what, to in world.items() if what == notice)


def channels(world: World) -> list[str]:
    rows = (*world.catalog.accounts.values(), *world.catalog.approvers.values())
    return sorted({each.channel for each in rows if each.channel}) or sorted(world.catalog.admins)  # type: ignore[attr-defined]


def test_it_says_who_when_and_why(world: World) -> None:
    began = world.clock.now()
    pause.pause(world.context, by=BOB, delivery=None, justification="  key leak in CI ")
    assert standing(world) == Pause(BOB, began, "key leak in CI")


def test_every_channel_is_notified_once_and_again_when_it_is_over(world: World) -> None:
    pause.pause(world.context, by=BOB, delivery=None)
    assert told(world, "issuing:paused") == channels(world)
    world.clock.advance(minutes=5)
    assert pause.resume(world.context, by=BOB, delivery=None)
    assert told(world, "issuing:resumed") == channels(world)
    assert standing(world) is None


def test_a_second_pause_is_no_new_one_but_may_bring_the_reason(world: World) -> None:
    began = world.clock.now()
    pause.pause(world.context, by=BOB, delivery=None)
    world.clock.advance(minutes=1)
    assert pause.pause(world.context, by=BOB, delivery=None) == Pause(BOB, began)
    assert pause.pause(world.context, by=BOB, delivery=None, justification="why not") == Pause(BOB, began, "why not")
    assert trail(world) == [Tag.ISSUING_PAUSED, Tag.ISSUING_EXPLAINED]
    assert told(world, "issuing:paused") == channels(world)


def test_a_reason_can_be_added_and_changed(world: World) -> None:
    pause.pause(world.context, by=BOB, delivery=None)
    for why in ("one", "two", "two"):
        pause.explain(world.context, by=BOB, delivery=None, justification=why)
    assert standing(world).why == "two"  # type: ignore[union-attr]
    assert trail(world).count(Tag.ISSUING_EXPLAINED) == 2


@pytest.mark.parametrize("why", ["", "  ", "x" * 4000])
def test_a_reason_that_is_none_changes_nothing(world: World, why: str) -> None:
    pause.pause(world.context, by=BOB, delivery=None)
    with pytest.raises(Refused):
        pause.explain(world.context, by=BOB, delivery=None, justification=why)
    assert standing(world).why == ""  # type: ignore[union-attr]


def test_what_is_over_cannot_be_explained_nor_resumed(world: World) -> None:
    assert not pause.resume(world.context, by=BOB, delivery=None)
    with pytest.raises(Refused, match="not-paused"):
        pause.explain(world.context, by=BOB, delivery=None, justification="late")
    assert trail(world) == []
    assert told(world, "issuing:resumed") == []


@pytest.mark.parametrize("act", ["pause", "resume", "explain"])
def test_only_admins(world: World, act: str) -> None:
    if act != "pause":
        pause.pause(world.context, by=BOB, delivery=None)
    before = standing(world)
    more = {"justification": "because"} if act == "explain" else {}
    with pytest.raises(Refused):
        getattr(pause, act)(world.context, by=ALICE, delivery=None, **more)
    assert standing(world) == before


def test_each_pause_has_its_own_messages(world: World) -> None:
    for _ in range(2):
        pause.pause(world.context, by=BOB, delivery=None)
        world.clock.advance(minutes=1)
        pause.resume(world.context, by=BOB, delivery=None)
        world.clock.advance(minutes=1)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(select(tables.outbox.c.subject).where(tables.outbox.c.notice == "issuing:paused"))
        assert len({each.subject for each in rows}) == 2


@pytest.mark.parametrize("first", ["pause", "resume"])
def test_of_two_admins_who_press_at_once_one_does_it(both: World, first: str) -> None:
    if first == "resume":
        pause.pause(both.context, by=BOB, delivery=None)
    assert race(4, lambda _: getattr(pause, first)(both.context, by=BOB, delivery=None)).count(True) <= 1
    expected = [Tag.ISSUING_PAUSED, *([Tag.ISSUING_RESUMED] if first == "resume" else [])]
    assert trail(both) == expected


def test_a_reason_beside_a_resume_is_kept_or_refused(both: World) -> None:
    for _ in range(6):
        pause.pause(both.context, by=BOB, delivery=None)

        def press(number: int) -> object:
            if number:
                return pause.resume(both.context, by=BOB, delivery=None)
            try:
                return pause.explain(both.context, by=BOB, delivery=None, justification="because")
            except Refused as refusal:
                return refusal.reason

        race(2, press)
        assert standing(both) is None
        both.clock.advance(minutes=1)
    kept = [each for each in trail(both) if each is not Tag.ISSUING_EXPLAINED]
    assert kept == [Tag.ISSUING_PAUSED, Tag.ISSUING_RESUMED] * 6
