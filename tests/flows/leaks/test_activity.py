"""A leaked key's activity is read at each check and for a day, where it was used, and with its sessions."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.activity import READINGS, Activity
from bot.domain.leaks.incident import Incident, Source, Step, StepKind, StepState
from bot.domain.lifecycle import IncidentState
from bot.domain.usage.key_usage import Event
from bot.domain.usage.last_used import LastUsed
from bot.flows.leaks import activity, lookup_events
from tests.fakes import ALICE, BOB
from tests.fakes.trail import FakeTrail, an_event
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import Leaking, keys
from tests.flows.world import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KEY, SESSION, CHAINED = (AccessKeyId(each) for each in ("AKIALEAKED", "ASIASESSION", "ASIACHAINED"))
HOME = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/deploy"


def reported(world: World, **more: object) -> Incident:
    now = world.clock.now()
    words: dict[str, object] = {"account": MAIN.name, "activity_at": now} | more
    made = Incident("i1", KEY, IncidentState.REPORTED, Source.COMMAND, now, BOB, **words)  # type: ignore[arg-type]
    with world.work.begin() as tx:
        assert tx.incidents.add(made)
    return made


def read(world: World, trail: FakeTrail) -> bool:
    return activity.read_next(replace(world.context, trail=trail))


def known(world: World) -> Activity:
    with world.work.begin() as tx:
        found = tx.incidents.activity("i1")
    assert found is not None
    return found


def due_at(world: World) -> datetime | None:
    with world.work.begin() as tx:
        found = tx.incidents.get("i1")
    assert found is not None
    return found.activity_at


def iam(at: datetime, name: str, **more: str | bool | None) -> Event:
    return an_event(at, source="iam.amazonaws.com", name=name, region=HOME, read_only=False, **more)  # type: ignore[arg-type]


def test_the_day_before_the_report_is_read_at_home_and_where_the_key_was_used_last(
    both: World, trail: FakeTrail
) -> None:
    now = both.clock.now()
    reported(both)
    both.iam.uses[KEY] = LastUsed(now, "s3", "eu-west-1")
    trail.used(KEY, an_event(now - HOUR), an_event(now - 25 * HOUR), iam(now - HOUR, "CreateUser", target="backup"))
    assert read(both, trail)
    seen = known(both)
    assert [(key, region) for key, region, _ in trail.calls] == [(KEY, HOME), (KEY, "eu-west-1")]
    assert (seen.calls, seen.looked_in, seen.complete) == (2, (HOME, "eu-west-1"), True)
    assert [each.target for each in seen.changes] == ["backup"]
    assert not read(both, trail)
    assert due_at(both) == now + READINGS[0]


def test_a_report_has_the_activity_read_as_soon_as_the_account_is_known(leaking: Leaking, trail: FakeTrail) -> None:
    key = keys(leaking, "issued")
    leaking.report(key, by=ALICE)
    assert read(leaking.world, trail)
    assert {each for each, _, _ in trail.calls} == {key}


def test_it_is_read_again_at_each_check_and_ever_more_rarely_for_a_day_after_containment(
    world: World, trail: FakeTrail
) -> None:
    start = world.clock.now()
    reported(world)
    with world.work.begin() as tx:
        tx.incidents.set("i1", contained_at=start + HOUR, activity_at=start)
    readings = []
    while (at := due_at(world)) is not None:
        world.clock.advance(seconds=(at - world.clock.now()).total_seconds())
        assert read(world, trail)
        readings.append(at - start - HOUR)
    assert readings[1:] == list(READINGS)
    assert not read(world, trail)


def test_calls_that_cloudtrail_shows_late_are_found_and_earlier_ones_kept(world: World, trail: FakeTrail) -> None:
    now = world.clock.now()
    reported(world)
    trail.used(KEY, iam(now - MINUTE, "CreateRole", target="helper"))
    read(world, trail)
    trail.used(KEY, iam(now.replace(microsecond=0), "CreateAccessKey", target="backup", key="AKIANEW"))
    trail.used(KEY, *(iam(now + MINUTE, "TagUser", target=f"u{n}") for n in range(1100)))
    world.clock.advance(minutes=15)
    assert read(world, trail)
    assert ([each.name for each in known(world).made], known(world).complete) == (["helper", "AKIANEW"], False)


def test_a_flood_hides_nothing_that_was_made_and_calls_of_others_are_left_out(world: World, trail: FakeTrail) -> None:
    now = world.clock.now()
    reported(world)
    trail.used(KEY, an_event(now - HOUR, name="GetSessionToken", source="sts.amazonaws.com", region=HOME, key=SESSION))
    trail.used(SESSION, iam(now - HOUR, "CreateUser", target="backup", by=SESSION))
    trail.used(AccessKeyId("AKIAOTHER"), iam(now - HOUR, "CreateUser", target="colleague"))
    read(world, trail)
    assert (trail.names, [each.name for each in known(world).made]) == ([], ["backup"])
    trail.used(KEY, iam(now - MINUTE, "CreateUser", target="second", by=KEY))
    trail.used(KEY, *(iam(now, "TagUser", target=f"u{n}") for n in range(50 * lookup_events.HOME_PAGES)))
    trail.used(SESSION, *(iam(now, "TagUser", target=f"u{n}") for n in range(300)))
    world.clock.advance(seconds=10)
    read(world, trail)
    assert trail.names == list(lookup_events.BURIED)
    assert [each.name for each in known(world).made] == ["backup", "second"]


def test_sessions_are_followed_by_their_own_key_and_through_a_chain_but_only_a_few(
    world: World, trail: FakeTrail
) -> None:
    now = world.clock.now()
    reported(world)
    sts = {"source": "sts.amazonaws.com", "name": "AssumeRole", "region": HOME, "assumed_role": ROLE}
    trail.used(KEY, an_event(now - HOUR, key=SESSION, **sts))
    trail.used(SESSION, an_event(now - 30 * MINUTE, key=CHAINED, by=SESSION, **sts))
    trail.used(CHAINED, iam(now - MINUTE, "CreateUser", target="backup", by=CHAINED))
    read(world, trail)
    assert [(each.kind, each.name, each.by) for each in known(world).made] == [("user", "backup", CHAINED)]
    assert [each.name for each in known(world).roles] == [ROLE]
    trail.used(KEY, *(an_event(now - HOUR, key=f"ASIA{n}", **sts) for n in range(50)))
    trail.calls.clear()
    world.clock.advance(seconds=10)
    read(world, trail)
    assert len({key for key, _, _ in trail.calls}) == 1 + lookup_events.FOLLOWED_MOST
    assert not known(world).complete


def test_a_key_that_it_made_is_followed_too(world: World, trail: FakeTrail) -> None:
    now, new = world.clock.now(), AccessKeyId("AKIANEW")
    reported(world)
    trail.used(KEY, iam(now - HOUR, "CreateAccessKey", target="backup", key=new))
    trail.used(new, iam(now - MINUTE, "CreateUser", target="third"))
    read(world, trail)
    assert [(each.name, each.by) for each in known(world).made] == [(new, KEY), ("third", new)]


def test_a_reading_has_so_many_calls_at_most(world: World, trail: FakeTrail) -> None:
    now = world.clock.now()
    reported(world)
    regions = [f"eu-west-{n}" for n in range(1, 9)]
    for region in (HOME, *regions):
        trail.used(KEY, *(an_event(now - n * timedelta(seconds=1), region=region) for n in range(1300)))
    world.iam.uses[KEY] = LastUsed(now, "s3", "eu-west-1")
    read(world, trail)
    assert len(trail.calls) == lookup_events.HOME_PAGES + lookup_events.PAGES
    assert (known(world).calls, known(world).complete) == (50 * len(trail.calls), False)


def test_a_hostile_region_is_never_asked(world: World, trail: FakeTrail) -> None:
    now = world.clock.now()
    reported(world)
    world.iam.uses[KEY] = LastUsed(now, "s3", "evil.example/")
    trail.used(KEY, an_event(now - MINUTE, region=HOME))
    trail.history[KEY, HOME].append(replace(trail.history[KEY, HOME][0], region="x.evil.example"))
    read(world, trail)
    world.clock.advance(seconds=10)
    read(world, trail)
    assert {region for _, region, _ in trail.calls} == {HOME}


def test_sessions_of_a_role_that_it_assumed_are_offered_to_be_ended_once_it_is_being_contained(
    world: World, trail: FakeTrail
) -> None:
    now, own = world.clock.now(), "arn:aws:iam::123456789012:role/latchkey-responder"
    world.catalog = replace(world.catalog, accounts={MAIN.name: replace(MAIN, responder_role_arn=own)})
    reported(world)
    sts = {"source": "sts.amazonaws.com", "name": "AssumeRole", "region": HOME}
    for role in (ROLE, ROLE, own, "arn:aws:iam::999999999999:role/theirs", f"{ROLE}-planned"):
        trail.used(KEY, an_event(now - HOUR, assumed_role=role, **sts))
    read(world, trail)

    def offered() -> list[str]:
        with world.work.begin() as tx:
            return [each.target for each in tx.incidents.steps("i1") if each.state is StepState.OFFERED]

    assert offered() == []
    with world.work.begin() as tx:
        assert tx.transition("i1", IncidentState.REPORTED, IncidentState.CONTAINING, by=BOB, at=now, facts={})
        tx.incidents.add_steps([Step("i1", StepKind.ROLE, f"{ROLE}-planned", 0)])
    for _ in range(2):
        world.clock.advance(minutes=5)
        read(world, trail)
    assert offered() == [ROLE]
