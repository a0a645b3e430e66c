"""Narrower: which services of a lease nobody used, asked before it ends and before it is renewed."""

from dataclasses import replace

from bot.domain.errors import Unreadable
from bot.domain.ids import GrantId
from bot.domain.usage.last_accessed import TRIES_MOST, LastAccessed
from bot.flows.lifecycle import expiry_notices, last_accessed
from tests.flows import renewals
from tests.flows.catalog import catalog, entitlement
from tests.flows.test_races import both_at_once
from tests.flows.world import World

WIDE = entitlement("wide", policy=None, policy_arns=("arn:aws:iam::aws:policy/X",), services=("s3", "dynamodb", "sqs"))


def held(world: World, days: int = 23, duration: str = "30d") -> GrantId:
    world.catalog = catalog(WIDE)
    grant, _ = world.live("wide", duration)
    world.clock.advance(days=days)
    return grant


def answer(world: World, grant: GrantId) -> LastAccessed:
    with world.work.begin() as tx:
        found = tx.last_accessed.of(grant)
    assert found is not None
    return found


def read(world: World, times: int = 1) -> int:
    done = 0
    for _ in range(times):
        done += last_accessed.read(world.context)
        world.clock.advance(hours=1)
    return done


def test_a_notice_asks_once_and_a_later_run_reads_the_report(both: World) -> None:
    grant = held(both)
    user = both.grant(grant).iam_user
    both.iam.accessed[user] = None  # AWS still works on it
    assert expiry_notices.announce(both.context) == 1
    assert read(both, 2) == 0
    both.iam.accessed[user] = {"s3": both.clock.now(), "dynamodb": None, "ec2": None}
    assert read(both, 2) == 1
    assert answer(both, grant).services == ("dynamodb",), "ec2 isn't allowed, and sqs isn't in AWS's answer"
    assert (both.iam.count("ask_last_accessed"), both.iam.count("last_accessed")) == (1, 2)
    renewals.ask(both, grant)
    assert read(both) == 0, "the answer is fresh"


def test_a_renewal_asks_where_no_notice_did_and_an_old_answer_is_replaced(world: World) -> None:
    grant = held(world, days=2)
    renewals.ask(world, grant)
    world.iam.accessed[world.grant(grant).iam_user] = {"s3": None}
    assert read(world, 2) == 1
    world.iam.accessed[world.grant(grant).iam_user] = {"s3": world.clock.now()}
    world.clock.advance(days=21)
    expiry_notices.announce(world.context)
    assert read(world, 2) == 1
    assert answer(world, grant).services == ()


def test_what_aws_does_not_say_stays_unknown_and_is_not_asked_for_ever(world: World) -> None:
    grant = held(world)
    expiry_notices.announce(world.context)
    for _ in range(TRIES_MOST + 3):
        world.iam.fail_at("ask_last_accessed", Unreadable("GenerateServiceLastAccessedDetails", "AccessDenied"))
        read(world)
    assert answer(world, grant).read_at is None
    assert world.iam.count("ask_last_accessed") == TRIES_MOST


def test_a_report_that_failed_is_asked_for_anew(world: World) -> None:
    grant = held(world)
    expiry_notices.announce(world.context)
    world.iam.fail_at("last_accessed", Unreadable("GetServiceLastAccessedDetails", "JobFailed"))
    world.iam.accessed[world.grant(grant).iam_user] = {"sqs": None}
    assert read(world, 4) == 1
    assert answer(world, grant).services == ("sqs",)


def test_a_key_of_today_and_a_session_say_nothing(world: World) -> None:
    young = held(world, 0, "7d")
    renewals.ask(world, young)
    session, _ = world.live("reports-session", "7h")
    renewals.ask(world, session, "8h")
    assert read(world, 2) == 0
    assert world.iam.count("ask_last_accessed") == 0


def test_a_lease_that_ended_meanwhile_is_forgotten(world: World) -> None:
    grant = held(world)
    expiry_notices.announce(world.context)
    world.give_back(grant)
    assert read(world) == 0
    with world.work.begin() as tx:
        assert tx.last_accessed.of(grant) is None


def test_two_workers_ask_once(both: World) -> None:
    held(both)
    expiry_notices.announce(both.context)
    both_at_once(lambda: last_accessed.read(both.context), lambda: last_accessed.read(both.context))
    assert both.iam.count("ask_last_accessed") == 1


def test_an_entitlement_that_is_gone_asks_nothing(world: World) -> None:
    held(world)
    expiry_notices.announce(world.context)
    world.catalog = replace(world.catalog, entitlements={})
    assert read(world, 2) == 0
    assert world.iam.count("ask_last_accessed") == 0
