"""Usage is read for flagged and rotated keys and on request, within its limits; unknown stays unknown."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.key_usage import Ask, Count, TrailUnread, Unread, Usage
from bot.domain.usage.last_used import LastUsed
from bot.flows.context import AwsContext
from bot.flows.hygiene import usage
from bot.ports.usage import Page, Trail
from bot.store import tables
from bot.store.work import in_transaction
from tests.fakes import ALICE, CAROL, FakeClock
from tests.fakes.trail import FakeTrail, an_event
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import SECOND, Found
from tests.flows.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEY = AccessKeyId("AKIASOMEKEY")
HOME = "us-east-1"


@pytest.fixture
def trail() -> FakeTrail:
    return FakeTrail(in_transaction)


def context(world: World, trail: Trail) -> AwsContext:
    return replace(world.context, trail=trail)


def read_key(world: World, trail: Trail, region: str | None = "eu-west-1") -> Usage:
    return usage.read_key(context(world, trail), MAIN, KEY, region)


def test_both_regions_make_one_digest_and_six_hours_nothing_is_read_again(both: World, trail: FakeTrail) -> None:
    now = both.clock.now()
    role = "arn:aws:iam::123456789012:role/deploy"
    trail.used(KEY, an_event(now - 2 * DAY), an_event(now - 3 * DAY, error="AccessDenied"))
    trail.used(KEY, an_event(now - DAY, source="sts.amazonaws.com", region=HOME, assumed_role=role))
    seen = read_key(both, trail)
    assert (seen.calls, seen.denied, seen.first_seen, seen.last_seen) == (3, 1, now - 3 * DAY, now - DAY)
    assert seen.roles == (Count(role, 1),)
    assert trail.calls == [(KEY, "eu-west-1", None), (KEY, HOME, None)]
    both.clock.advance(hours=5, minutes=59)
    assert read_key(both, trail) == seen
    assert len(trail.calls) == 2
    both.clock.advance(minutes=2)
    assert read_key(both, trail).read_at == both.clock.now()
    assert len(trail.calls) == 4


@pytest.mark.parametrize("region", ["eu-west-1", HOME, "N/A", None])
def test_two_pages_at_most_and_the_rest_is_said_to_be_missing(world: World, trail: FakeTrail, region: str) -> None:
    for place in ("eu-west-1", HOME):
        trail.used(KEY, *(an_event(world.clock.now() - n * HOUR, region=place) for n in range(130)))
    seen = read_key(world, trail, region)
    assert (len(trail.calls), seen.calls, seen.complete) == (2, 100, False)


@pytest.mark.parametrize("why", [Unread.DENIED, Unread.REGION_OFF])
def test_what_may_not_be_read_is_unknown_and_tried_again_in_half_an_hour(
    world: World, trail: FakeTrail, why: Unread
) -> None:
    trail.faults = [TrailUnread(why)]
    assert (read_key(world, trail).unread, read_key(world, trail).unread, len(trail.calls)) == (why, why, 1)
    world.clock.advance(minutes=31)
    assert read_key(world, trail).known


def test_a_throttle_is_waited_out_and_then_unknown_but_never_for_long(world: World, trail: FakeTrail) -> None:
    trail.faults = [TrailUnread(Unread.THROTTLED)]
    trail.used(KEY, an_event(world.clock.now()))
    assert read_key(world, trail).calls == 1
    assert timedelta(seconds=1) in trail.waited
    world.clock.advance(hours=7)
    trail.faults = [TrailUnread(Unread.THROTTLED)] * 9
    assert read_key(world, trail).calls == 1  # what was known stays
    trail.faults = []
    world.clock.advance(minutes=2)
    assert read_key(world, trail).read_at == world.clock.now()


def test_an_account_that_leaves_it_out_is_never_asked(found: Found, trail: FakeTrail) -> None:
    found.reader.key(MAIN, "carol", age=400 * DAY)
    found.look()
    off = replace(MAIN, usage=False)
    found.with_accounts(off)
    with found.world.work.begin() as tx:
        tx.usages.ask(Ask("a1", off.name, KEY, ALICE, found.world.clock.now()))
    while usage.read_next(context(found.world, trail)):
        pass
    with found.world.work.begin() as tx:
        assert tx.usages.of(off.name, [KEY])[KEY].unread is Unread.TURNED_OFF
    assert trail.calls == []


def test_one_worker_reads_a_key_at_a_time(both: World, trail: FakeTrail) -> None:
    class Meanwhile(FakeTrail):
        def events(self, *asked: object) -> object:  # type: ignore[override]
            if not self.calls:
                self.seen = read_key(both, trail)
            return super().events(*asked)  # type: ignore[arg-type]

    first = Meanwhile()
    assert read_key(both, first).known
    assert (first.seen.unread, trail.calls) == (Unread.FAILED, [])


def test_a_worker_that_died_in_the_middle_and_a_wrong_clock_hold_nothing_up(world: World, trail: FakeTrail) -> None:
    with world.work.begin() as tx:
        tx.usages.claim(MAIN.name, KEY, world.clock.now())
    assert read_key(world, trail).unread is Unread.FAILED
    world.clock.advance(minutes=2)
    assert read_key(world, trail).known
    world.clock.advance(-30 * DAY)
    assert read_key(world, trail).read_at == world.clock.now()
    assert len(trail.calls) == 4


def test_an_ask_waits_for_the_worker_that_reads_the_key(both: World, trail: FakeTrail) -> None:
    now = both.clock.now()
    with both.work.begin() as tx:
        tx.usages.ask(Ask("a1", MAIN.name, KEY, ALICE, now))
        assert tx.usages.claim(MAIN.name, KEY, now)
    assert not usage.read_next(context(both, trail))
    both.clock.advance(minutes=3)  # that one died
    assert usage.read_next(context(both, trail))
    with both.work.begin() as tx:
        assert tx.usages.open_asks(1) == ()
        assert tx.usages.of(MAIN.name, [KEY])[KEY].silent


# --- which keys ----------------------------------------------------------------------------------------------------


def read_all(world: World, trail: FakeTrail) -> set[AccessKeyId]:
    trail.calls.clear()
    while usage.read_next(context(world, trail)):
        pass
    return {key for key, _, _ in trail.calls}


def test_keys_with_a_finding_are_read_in_the_region_of_their_last_use(found: Found, trail: FakeTrail) -> None:
    flagged = found.reader.key(MAIN, "carol", age=400 * DAY, idle=DAY)
    found.reader.user(MAIN, "dave", tags={"Slack": CAROL})
    found.reader.key(MAIN, "dave", age=DAY, idle=DAY)
    found.look()
    assert read_all(found.world, trail) == {flagged}
    assert trail.calls == [(flagged, "eu-central-1", None), (flagged, HOME, None)]
    assert read_all(found.world, trail) == set()
    found.world.clock.advance(hours=7)
    assert read_all(found.world, trail) == {flagged}


def test_both_keys_of_a_rotation_are_read(world: World, trail: FakeTrail) -> None:
    grant, _ = world.live()
    assert read_all(world, trail) == set()
    world.rotated(grant)
    assert len(read_all(world, trail)) == 2


# --- /key usage ----------------------------------------------------------------------------------------------------


def test_an_ask_is_answered_first_once_and_in_the_region_that_aws_names(found: Found, trail: FakeTrail) -> None:
    world = found.world
    flagged = found.reader.key(MAIN, "carol", age=400 * DAY)
    found.look()
    world.iam.uses[KEY] = LastUsed(world.clock.now(), "s3", "ap-south-1")
    with world.work.begin() as tx:
        tx.usages.ask(Ask("a1", MAIN.name, KEY, ALICE, world.clock.now()))
    assert usage.read_next(context(world, trail))
    assert [region for key, region, _ in trail.calls if key == KEY] == ["ap-south-1", HOME]
    assert read_all(world, trail) == {flagged}
    with world.work._engine.connect() as connection:  # type: ignore[attr-defined]
        sent = select(tables.outbox.c.subject, tables.outbox.c.to).where(tables.outbox.c.notice == "usage:answer")
        assert [tuple(each) for each in connection.execute(sent)] == [("a1", ALICE)]


# --- one account that can't be read doesn't hold up the others ------------------------------------------------------


@dataclass
class OneThrottled(FakeTrail):
    """Each look-up in MAIN is throttled, and waiting takes as long as it says."""

    clock: FakeClock = field(default_factory=FakeClock)
    why: Unread = Unread.THROTTLED
    read: set[AccountName] = field(default_factory=set)

    def events(self, account: Account, *asked: object) -> Page:  # type: ignore[override]
        if account.name == MAIN.name:
            self.calls.append(asked)  # type: ignore[arg-type]
            raise TrailUnread(self.why)
        self.read.add(account.name)
        return Page(())

    def wait(self, span: timedelta) -> None:
        self.clock.advance(seconds=span.total_seconds())


def test_keys_of_other_accounts_are_read_while_one_is_throttled(found: Found) -> None:
    """However many of its keys are due: each is tried for seconds and again after minutes, which never ends."""
    found.with_accounts(MAIN, SECOND)
    for number in range(30):
        found.reader.user(MAIN, f"job-{number}", tags={"Slack": CAROL})
        found.reader.key(MAIN, f"job-{number}", age=400 * DAY)
    found.reader.user(SECOND, "nobody")
    found.reader.key(SECOND, "nobody", age=DAY)  # a finding on its user alone: those are read last
    found.look()
    found.look(SECOND)
    trail = OneThrottled(clock=found.world.clock)
    for _ in range(60):
        usage.read_next(context(found.world, trail))
    assert trail.read == {SECOND.name}


def test_who_asks_for_a_key_of_another_account_does_not_wait_for_a_throttled_one(world: World) -> None:
    world.catalog = replace(world.catalog, accounts={MAIN.name: MAIN, SECOND.name: SECOND})
    now = world.clock.now()
    with world.work.begin() as tx:
        for number in range(30):
            tx.usages.ask(Ask(f"a{number}", MAIN.name, AccessKeyId(f"AKIA{number}"), ALICE, now - HOUR))
        tx.usages.ask(Ask("other", SECOND.name, KEY, CAROL, now))
    trail = OneThrottled(clock=world.clock)
    for _ in range(2):
        assert usage.read_next(context(world, trail))
    assert trail.read == {SECOND.name}
