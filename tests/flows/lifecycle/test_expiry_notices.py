"""Notices before a lease ends: 14, 7 and 1 day before; to the approvers too if a key is in use."""

from datetime import timedelta

import pytest

from bot.domain.events import Notice
from bot.domain.ids import GrantId
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import expiry_notices
from tests.fakes import ALICE, BOB, DAVE
from tests.flows.renewals import ask, renewed
from tests.flows.world import World

DAY = timedelta(days=1)


def announce(world: World) -> int:
    return expiry_notices.announce(world.context)


def told(world: World, notice: Notice) -> list[tuple[str, str]]:
    with world.work.begin() as tx:
        due = tx.outbox.due(world.clock.now(), 1000)
    return [(each.subject, each.to) for each in due if each.notice is notice]


def stages(world: World, days: int) -> list[int]:
    """Day by day: how long before the end each notice came."""
    said = []
    for _ in range(days):
        world.clock.advance(days=1)
        if announce(world):
            with world.work.begin() as tx:
                (grant,) = tx.grants.of_owner(ALICE)
            assert grant.lease_until is not None
            said.append((grant.lease_until - world.clock.now()).days)
    return said


@pytest.mark.parametrize(
    ("duration", "said"), [("30d", [14, 7, 1]), ("14d", [7, 1]), ("10d", [7, 1]), ("7d", [1]), ("1d", [])]
)
def test_a_lease_shorter_than_the_stage_does_not_get_it(world: World, duration: str, said: list[int]) -> None:
    world.live(duration=duration)
    assert stages(world, int(duration[:-1])) == said


@pytest.mark.parametrize(("slept", "left"), [(20, 14), (25, 7), (29, 1)])
def test_a_worker_that_was_down_sends_the_notice_once(world: World, slept: int, left: int) -> None:
    grant, _ = world.live(duration="30d")
    world.clock.advance(days=slept)
    assert announce(world) == 1
    assert announce(world) == 0
    found = world.grant(grant)
    assert found.told_stage is not None
    assert found.told_stage.days == left
    assert told(world, Notice.GRANT_ENDING) == [(found.lease, ALICE)]


def test_a_worker_that_slept_over_the_end_says_nothing(world: World) -> None:
    world.live(duration="30d")
    world.clock.advance(days=30)
    assert announce(world) == 0


def test_a_renewal_begins_the_stages_anew_in_a_message_of_its_own(world: World) -> None:
    grant, _ = world.live(duration="14d")
    world.clock.advance(days=13)
    assert announce(world) == 1
    first = world.grant(grant).lease
    renewed(world, grant, "30d")
    assert announce(world) == 0
    assert stages(world, 30) == [14, 7, 1]
    assert {subject for subject, _ in told(world, Notice.GRANT_ENDING)} == {first, world.grant(grant).lease}


def test_a_request_that_waits_stops_no_reminder(world: World) -> None:
    grant, _ = world.live()
    ask(world, grant)
    world.clock.advance(days=6)
    assert announce(world) == 1


# --- a key still in use ------------------------------------------------------------------------------------------


def at_seven_days(world: World, use: str) -> GrantId:
    grant, credential = world.live(duration="30d")
    world.clock.advance(days=16)
    announce(world)
    assert world.iam.count("last_used") == 0
    world.clock.advance(days=7)
    uses = {
        "today": LastUsed(world.clock.now(), "s3", "eu-west-1"),
        "last week": LastUsed(world.clock.now() - 6 * DAY, "s3", "eu-west-1"),
        "long ago": LastUsed(world.clock.now() - 8 * DAY),
        "never": LastUsed(None),
        "unknown": None,
    }
    world.iam.uses[world.key(credential)] = uses[use]
    assert announce(world) == 1
    return grant


@pytest.mark.parametrize(
    ("use", "hears"), [("today", True), ("last week", True), ("long ago", False), ("never", False), ("unknown", True)]
)
def test_the_approvers_are_notified_where_a_key_is_or_may_be_in_use(world: World, use: str, hears: bool) -> None:
    grant = at_seven_days(world, use)
    wanted = [(world.grant(grant).lease, "C01OPS")] if hears else []
    assert told(world, Notice.GRANT_IN_USE) == wanted
    assert len(told(world, Notice.GRANT_ENDING)) == 1


def test_what_aws_said_stands_in_the_ledger_and_unknown_leads_to_no_action(world: World) -> None:
    at_seven_days(world, "today")
    keys = world.iam.all_keys()
    with world.work.begin() as tx:
        row = tx.credentials.by_key(next(iter(keys)))
    assert row is not None
    assert (row.used_at, row.used_service, row.used_read_at) == (world.clock.now(), "s3", world.clock.now())
    world.iam.uses = dict.fromkeys(keys)
    world.clock.advance(days=6)
    calls = len(world.iam.calls)
    assert announce(world) == 1
    assert [name for name, _ in world.iam.calls[calls:]] == ["last_used"]
    assert all(each.active for each in world.iam.all_keys().values())


def test_a_session_is_not_a_key(world: World) -> None:
    world.live("reports-session", "8h")
    world.clock.advance(hours=7)
    assert announce(world) == 0
    assert world.iam.count("last_used") == 0


def test_a_slack_that_does_not_say_who_is_in_a_group_delays_no_warning(world: World) -> None:
    from dataclasses import replace

    group = replace(world.catalog.approvers["platform"], channel=None)
    world.catalog = replace(world.catalog, approvers={"platform": group})
    _, credential = world.live(duration="30d")
    world.clock.advance(days=29)
    world.iam.uses[world.key(credential)] = LastUsed(world.clock.now())
    world.people.readable = False
    assert announce(world) == 1
    assert {to for _, to in told(world, Notice.GRANT_IN_USE)} == {BOB, DAVE}
