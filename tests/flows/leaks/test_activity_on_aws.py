"""An attacker with a leaked key against the pretend AWS: what CloudTrail shows of it, late or not at all."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.aws.cloudtrail import AwsTrail
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.activity import Activity, assumed
from bot.domain.leaks.incident import Incident, Source
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import activity
from bot.sandbox.attacker import OWN_ROLE, OWN_USER, SECOND, Attacker
from bot.slack.text.leaks.activity import lines
from tests.fakes import BOB
from tests.flows.world import World

if TYPE_CHECKING:
    from tests.aws.kit import MotoAws

EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
DEPLOY = "deploy"
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
LATE = timedelta(minutes=15)


@pytest.fixture
def attacker(aws: "MotoAws") -> Attacker:
    aws.aws.trail.rate = 1000
    iam = aws.admin("iam")
    iam.create_user(UserName="reports")
    iam.put_user_policy(UserName="reports", PolicyName="all", PolicyDocument=EVERYTHING)
    iam.create_role(RoleName=DEPLOY, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName=DEPLOY, PolicyName="all", PolicyDocument=EVERYTHING)
    made = iam.create_access_key(UserName="reports")["AccessKey"]
    return Attacker(
        aws.aws, key=made["AccessKeyId"], secret=made["SecretAccessKey"], user="reports", clock=aws.clock.now
    )


def key_of(attacker: Attacker) -> AccessKeyId:
    return AccessKeyId(next(iter(attacker.grips.values())).key)


def report(world: World, attacker: Attacker) -> Incident:
    now, account = world.clock.now(), next(iter(world.catalog.accounts))
    made = Incident(
        "i1",
        key_of(attacker),
        IncidentState.REPORTED,
        Source.COMMAND,
        now,
        BOB,
        account=account,
        activity_at=now,
    )
    with world.work.begin() as tx:
        tx.incidents.add(made)
    return made


def read(world: World, aws: "MotoAws") -> Activity:
    trail = AwsTrail(aws.accounts, sleep=lambda _: None)
    assert activity.read_next(replace(world.context, trail=trail))
    with world.work.begin() as tx:
        found = tx.incidents.activity("i1")
    assert found is not None
    return found


def test_a_takeover_is_listed_with_what_stays_when_the_key_is_off(
    world_on_aws: World, aws: "MotoAws", attacker: Attacker
) -> None:
    report(world_on_aws, attacker)
    attacker.do("s3:ListAllMyBuckets")
    for each in ("iam:CreateLoginProfile", "iam:CreateUser", "iam:AttachUserPolicy", "s3:PutBucketPolicy"):
        attacker.do(each)
    attacker.second_key()
    role = f"arn:aws:iam::{aws.account.id}:role/{DEPLOY}"
    attacker.session()
    attacker.assume(role)
    attacker.do("iam:CreateRole", DEPLOY)
    seen = read(world_on_aws, aws)
    made = {(each.kind, each.name) for each in seen.made}
    assert {
        ("user", OWN_USER),
        ("login", "reports"),
        ("key", attacker.grips[SECOND].key),
        ("policy", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("role", OWN_ROLE),
    } <= made
    assert assumed(seen) == (role,)
    assert {each.call for each in seen.changes} >= {"s3:PutBucketPolicy", "iam:CreateUser", "iam:CreateRole"}
    assert len(seen.sessions) == 2
    told = "\n".join(lines(seen, world_on_aws.clock.now()))
    assert f"created the IAM user `{OWN_USER}`" in told
    assert "with the session `ASIA" in told


def test_what_cloudtrail_shows_late_is_found_by_a_later_reading(
    world_on_aws: World, aws: "MotoAws", attacker: Attacker
) -> None:
    report(world_on_aws, attacker)
    aws.aws.trail.delay = LATE
    attacker.second_key()
    assert read(world_on_aws, aws).silent
    world_on_aws.clock.advance(seconds=LATE.total_seconds())
    assert [each.name for each in read(world_on_aws, aws).made] == [attacker.grips[SECOND].key]


def test_without_the_right_to_look_it_is_unknown(world_on_aws: World, aws: "MotoAws", attacker: Attacker) -> None:
    report(world_on_aws, attacker)
    attacker.do("iam:CreateUser")
    aws.aws.faults.deny("LookupEvents", times=100)
    seen = read(world_on_aws, aws)
    assert "*unknown*" in "\n".join(lines(seen, world_on_aws.clock.now()))
