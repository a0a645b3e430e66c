"""Someone edits the boundary, or a policy in policy_arns: its ARN stays the same, and the change is detected anyway."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Unreadable
from bot.domain.policies.managed_policy import MISSING, PolicySeen, read
from bot.flows.drift import managed_policies
from tests.fakes import BOB
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.world import World

ARN = "arn:aws:iam::123456789012:policy/reports"
BOUNDARY = MAIN.boundary_arn or ""
OTHER = PolicySeen("other", "v2")


@pytest.fixture
def by_arn(world: World) -> World:
    world.catalog = catalog(
        entitlement("reports-arn", policy=None, policy_arns=(ARN,), services=("s3",)),
        entitlement("reports-more", policy=None, policy_arns=(ARN,), services=("s3",)),
    )
    assert watch(world) == 0
    return world


def watch(world: World, later: timedelta = timedelta(hours=1)) -> int:
    world.clock.advance(seconds=int(later.total_seconds()))
    return managed_policies.watch(world.context)


def told(world: World) -> list[tuple[str, str]]:
    """Digest and place of each message."""
    with world.work.begin() as tx:
        due = tx.outbox.due(world.clock.now() + timedelta(days=1), 99)
    return [(each.subject.rpartition("/")[2], each.to) for each in due if each.notice == "difference:found"]


def audit(world: World, arn: str = ARN) -> list[tuple[str, str]]:
    with world.work.begin() as tx:
        found = tx.audit.of(managed_policies.name_of(MAIN.name, arn))
    return [(each.tag.value, each.facts["version"]) for each in found]


def test_a_new_version_is_reported_to_approvers_and_admins_once(by_arn: World) -> None:
    by_arn.iam.policies[ARN] = OTHER
    assert [watch(by_arn) for _ in range(3)] == [1, 0, 0]
    assert told(by_arn) == [("other", "C01OPS"), ("other", BOB)], "once, though two entitlements name it"
    assert audit(by_arn) == [("policy:changed", "v2")]


def test_each_later_version_is_reported_and_so_is_the_way_back(by_arn: World) -> None:
    for seen in (OTHER, PolicySeen("third", "v3"), PolicySeen("first", "v1")):
        by_arn.iam.policies[ARN] = seen
        assert watch(by_arn) == 1
    assert audit(by_arn) == [("policy:changed", "v2"), ("policy:changed", "v3"), ("policy:changed", "v1")]


def test_the_same_text_in_a_new_version_is_not_reported(by_arn: World) -> None:
    by_arn.iam.policies[ARN] = PolicySeen("first", "v2")
    assert watch(by_arn) == 0


def test_an_edited_boundary_is_reported_until_it_is_the_printed_one_again(by_arn: World) -> None:
    by_arn.iam.policies[BOUNDARY] = OTHER
    assert [watch(by_arn), watch(by_arn)] == [1, 0]
    del by_arn.iam.policies[BOUNDARY]
    assert watch(by_arn) == 0
    assert audit(by_arn, BOUNDARY) == [("policy:changed", "v2"), ("policy:right", "v1")]
    by_arn.iam.policies[BOUNDARY] = OTHER
    assert watch(by_arn) == 1, "and once more when it happens again"


def test_a_boundary_that_was_wrong_from_the_beginning_is_reported(world: World) -> None:
    world.iam.policies[BOUNDARY] = OTHER
    assert watch(world) == 1


def test_a_policy_that_is_gone_is_reported(by_arn: World) -> None:
    by_arn.iam.policies[ARN] = MISSING
    assert [watch(by_arn), watch(by_arn)] == [1, 0]


def test_it_costs_one_reading_for_each_policy_and_hour_however_many_grants_there_are(by_arn: World) -> None:
    for _ in range(3):
        by_arn.granted("reports-arn")
    by_arn.iam.calls.clear()
    for _ in range(60):
        watch(by_arn, timedelta(minutes=1))
    assert sorted(by_arn.iam.calls) == [("policy_seen", BOUNDARY), ("policy_seen", ARN)]


def test_a_policy_that_the_catalog_names_anew_is_read_within_minutes(world: World) -> None:
    watch(world)
    world.catalog = catalog(entitlement("reports-arn", policy=None, policy_arns=(ARN,), services=("s3",)))
    watch(world, timedelta(minutes=1))
    with world.work.begin() as tx:
        assert read(tx.flag(managed_policies.name_of(MAIN.name, ARN))) is not None


def test_what_aws_does_not_answer_is_unknown_and_reported_when_it_answers(by_arn: World) -> None:
    by_arn.iam.policies[ARN] = OTHER
    by_arn.iam.fail_at("policy_seen", Unreadable("GetPolicy", "Throttling"))
    assert [watch(by_arn), watch(by_arn)] == [0, 1]


def test_an_account_without_keys_is_not_asked(world: World) -> None:
    sessions = {name: each for name, each in world.catalog.entitlements.items() if each.role_arn}
    world.catalog = replace(world.catalog, entitlements=sessions)
    assert watch(world) == 0
    assert world.iam.calls == []


def test_without_slack_those_whom_the_catalog_names_are_notified(by_arn: World) -> None:
    groups = {name: replace(each, channel=None) for name, each in by_arn.catalog.approvers.items()}
    by_arn.catalog = replace(by_arn.catalog, approvers=groups)
    by_arn.people.readable = False
    by_arn.iam.policies[ARN] = OTHER
    assert watch(by_arn) == 1
    assert BOB in {to for _, to in told(by_arn)}
