"""Which Home tabs are published again after what, on both databases."""

from concurrent.futures import ThreadPoolExecutor

from bot.domain.events import Notice, Tag
from bot.domain.home import Section
from bot.domain.ids import SlackUserId
from bot.flows.home import changes
from bot.flows.home.viewer import viewer
from bot.flows.issuing import pause
from bot.store.work import SqlUnitOfWork
from tests.bench.home import drawn, fill
from tests.fakes import ALICE, BOB, CAROL, FakeClock
from tests.flows.world import World

EVERYBODY = (ALICE, BOB, CAROL)


def opens(world: World, *people: SlackUserId) -> None:
    with world.work.begin() as tx:
        for each in people:
            tx.home.opened(each, world.clock.now())


def publish_changed(world: World, seconds: float = 5) -> int:
    world.clock.advance(seconds=seconds)
    return changes.publish_changed(world.context)


def due(world: World) -> set[str]:
    """Whose tab waits to be published, once each; they count as published then."""
    now = world.clock.now()
    with world.work.begin() as tx:
        rows = [each for each in tx.outbox.due(now, 100) if each.notice is Notice.HOME]
        for each in rows:
            tx.outbox.mark_delivered(each.id, tx.outbox.wanted_revision(each.id), now)
    assert len(rows) == len({each.to for each in rows})
    return {each.to for each in rows}


def test_a_request_concerns_its_requester_and_those_who_decide_it(both: World) -> None:
    opens(both, *EVERYBODY)
    publish_changed(both)
    both.ask()
    assert publish_changed(both) == 2
    assert due(both) == {ALICE, BOB}


def test_ten_changes_are_published_once(both: World) -> None:
    opens(both, ALICE)
    publish_changed(both)
    for _ in range(5):
        both.approve(both.ask())
    publish_changed(both)
    assert due(both) == {ALICE}
    assert publish_changed(both) == 0
    assert due(both) == set()


def test_nothing_before_the_first_run_is_published(both: World) -> None:
    opens(both, *EVERYBODY)
    both.ask()
    assert publish_changed(both) == 0
    assert due(both) == set()


def test_an_event_that_is_committed_late_is_published(postgres_work: SqlUnitOfWork, clock: FakeClock) -> None:
    """It was written, and has a lower id, before another one that is read first."""
    world = World(postgres_work, clock)
    opens(world, ALICE, CAROL)
    publish_changed(world)
    with ThreadPoolExecutor(1) as others, world.work.begin() as late:
        late.set_flag("long", "open")
        late.record(Tag.FINDING_CLOSED, "a finding", by=CAROL, at=clock.now())
        late.flag("long")  # sends what is collected
        others.submit(world.ask).result(30)
        assert others.submit(publish_changed, world).result(30) == 1
    assert due(world) == {ALICE}
    publish_changed(world)
    assert due(world) == {CAROL}


def test_two_workers_publish_the_same_once(both: World) -> None:
    opens(both, ALICE)
    publish_changed(both)
    both.ask()
    publish_changed(both)
    changes.publish_changed(both.context)
    assert due(both) == {ALICE}


def test_the_pause_concerns_everybody_who_looked_lately(both: World) -> None:
    opens(both, *EVERYBODY)
    publish_changed(both)
    pause.pause(both.context, by=BOB, delivery=None)
    publish_changed(both)
    assert due(both) == set(EVERYBODY)
    both.clock.advance(days=8)
    opens(both, CAROL)
    pause.resume(both.context, by=BOB, delivery=None)
    publish_changed(both)
    assert due(both) == {CAROL}


def test_the_pages_of_a_tab_are_kept_until_it_is_opened_again(both: World) -> None:
    opens(both, ALICE)
    with both.work.begin() as tx:
        tx.home.turn_page(ALICE, Section.KEYS, 10, both.clock.now())
        tx.home.turn_page(ALICE, Section.FOUND, 5, both.clock.now())
    assert viewer(both.context, ALICE).offsets == {"keys": 10, "found": 5}
    opens(both, ALICE)
    assert viewer(both.context, ALICE).offsets == {}


def test_a_home_is_drawn_alike_on_both_databases(both: World) -> None:
    fill(both.work._engine, 12, both.clock)  # type: ignore[attr-defined]
    titles = {person: _titles(both, person) for person in EVERYBODY}
    assert titles[ALICE] == [
        "Your move",
        "Waiting for approval",
        "Your keys and sessions: 1 to 10 of 12",
        "Keys that Latchkey didn't create: 1 to 5 of 12",
        "Kept: 1 to 4 of 12",
    ]
    assert titles[BOB][:3] == [
        "Waiting for your decision: 1 to 5 of 24",
        "Emergencies to review: 1 to 2 of 12",
        "Someone says it's theirs: 1 to 2 of 12",
    ]
    assert titles[CAROL] == ["Waiting for approval"]


def _titles(world: World, person: SlackUserId) -> list[str]:
    blocks = drawn(world.context, person)["blocks"]
    return [each["text"]["text"] for each in blocks if each["type"] == "header"]
