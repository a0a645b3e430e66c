"""What an attacker can do with a leaked key against the AWS stand-in, and which step of containment ends which grip."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.sandbox.attacker import (
    ACTS,
    ADMINISTRATOR,
    DENY_ALL,
    LEAKED,
    OF_OWN_USER,
    OWN,
    OWN_USER,
    PROBE,
    SECOND,
    SESSION,
    Attacker,
    Grip,
)
from bot.sandbox.key_user import OFF, WORKED
from bot.sandbox.lurker import Lurker
from bot.sandbox.slack import StandIn
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, World

PATIENCE_SECONDS = 30
USER, ROLE = "etl-export", "reports-session"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {ROLE: {"Statement": [ALL]}})
    yield world
    world.close()


@pytest.fixture
def attacker(world: World) -> Iterator[Attacker]:
    made = world.user(USER, path="/", policies=[ALL])
    attacker = Attacker(
        world.aws, key=made["AccessKeyId"], secret=made["SecretAccessKey"], user=USER, clock=lambda: world.now
    )
    yield attacker
    attacker.close()


def deactivate(world: World, attacker: Attacker) -> None:
    world.client("iam").update_access_key(UserName=USER, AccessKeyId=attacker.grips[LEAKED].key, Status="Inactive")


def ended_before(world: World) -> dict[str, object]:
    return ALL | {"Effect": "Deny", "Condition": {"DateLessThan": {"aws:TokenIssueTime": world.now.isoformat()}}}


def test_with_an_administrator_s_key_everything_works(world: World, attacker: Attacker) -> None:
    assert {attacker.session(), attacker.second_key(), attacker.own_user()} == {WORKED}
    answers = {each: attacker.do(each) for each in ACTS if each not in OF_OWN_USER}
    assert set(answers.values()) == {WORKED}, answers
    profile = world.client("iam").get_login_profile(UserName=USER)["LoginProfile"]
    assert profile["CreateDate"] == world.now.replace(microsecond=0)
    (attached,) = world.client("iam").list_attached_user_policies(UserName=OWN_USER)["AttachedPolicies"]
    assert attached["PolicyArn"] == ADMINISTRATOR
    assert [attacker.do(PROBE, each) for each in (SESSION, SECOND, OWN)] == [WORKED] * 3


def test_an_inactive_key_is_refused_at_once_and_its_session_is_not(world: World, attacker: Attacker) -> None:
    attacker.session()
    assert (attacker.do(PROBE), attacker.do(PROBE, SESSION)) == (WORKED, WORKED)
    deactivate(world, attacker)
    assert {attacker.do(each) for each in ACTS} <= OFF
    assert {attacker.session(), attacker.second_key()} <= OFF
    assert attacker.do(PROBE, SESSION) == WORKED


def test_deny_all_ends_session_and_second_key_but_not_another_user(world: World, attacker: Attacker) -> None:
    for step in (attacker.session, attacker.second_key, attacker.own_user):
        assert step() == WORKED
    world.client("iam").attach_user_policy(UserName=USER, PolicyArn=DENY_ALL)
    assert {attacker.do(PROBE, each) for each in (LEAKED, SESSION, SECOND)} == {"AccessDenied"}
    assert attacker.do(PROBE, OWN) == WORKED
    who = attacker.grips[SESSION].client("sts").get_caller_identity()  # AWS answers this under any policy
    assert who["Arn"].endswith(USER)


def test_a_deny_by_issue_time_ends_older_sessions_alone(world: World, attacker: Attacker) -> None:
    attacker.session()
    world.advance(seconds=2)
    world.put(USER, ended_before(world), "latchkey")
    assert attacker.do(PROBE, SESSION) == "AccessDenied"
    assert attacker.do(PROBE) == WORKED
    world.advance(seconds=1)
    attacker.session()
    assert attacker.do(PROBE, SESSION) == WORKED


def test_a_role_s_sessions_end_by_a_deny_on_the_role(world: World, attacker: Attacker) -> None:
    assert attacker.assume(f"arn:aws:iam::123456789012:role/{ROLE}") == WORKED
    deactivate(world, attacker)
    world.client("iam").attach_user_policy(UserName=USER, PolicyArn=DENY_ALL)
    assert attacker.do(PROBE, ROLE) == WORKED
    world.advance(seconds=2)
    document = json.dumps({"Version": "2012-10-17", "Statement": [ended_before(world)]})
    world.client("iam").put_role_policy(RoleName=ROLE, PolicyName="latchkey-revoked", PolicyDocument=document)
    assert attacker.do(PROBE, ROLE) == "AccessDenied"


def test_it_acts_between_two_steps_of_containment_and_brings_the_key_back(world: World, attacker: Attacker) -> None:
    world.aws.faults.call_back("AttachUserPolicy", attacker.second_key)
    world.client("iam").attach_user_policy(UserName=USER, PolicyArn=DENY_ALL)
    assert attacker.last(LEAKED).answer == WORKED
    assert attacker.do(PROBE, SECOND) == "AccessDenied"
    attacker.grips[OWN] = Grip(OWN, world.aws, *world.aws.admin)
    deactivate(world, attacker)
    assert attacker.do(PROBE) in OFF
    assert (attacker.come_back(), attacker.do(PROBE)) == (WORKED, WORKED)


def test_a_race_goes_on_until_it_is_stopped_and_says_when_what_was_refused(world: World, attacker: Attacker) -> None:
    at_the_last_step = threading.Event()

    def contain() -> None:
        world.advance(seconds=1)
        deactivate(world, attacker)
        at_the_last_step.set()

    world.aws.faults.call_back("RunInstances", contain)
    attacker.race()
    assert at_the_last_step.wait(PATIENCE_SECONDS)
    attacker.stop()
    attacker.do(PROBE)
    assert attacker.worked()[:2] == ["sts:GetSessionToken", "iam:CreateAccessKey"]
    refused = [each for each in attacker.of(LEAKED) if each.answer != WORKED]
    assert {each.answer for each in refused} <= OFF
    assert {each.at for each in refused} == {world.now}


def test_a_pair_that_is_pasted_in_general_is_used_at_once(world: World, attacker: Attacker) -> None:
    with StandIn() as slack, closing(Lurker(slack, world.aws)) as lurker:
        held = attacker.grips[LEAKED]
        slack.as_person("U01ALICE").post("C02GENERAL", f"it is {held.key}, and the secret comes later")
        lurker.look()
        assert not lurker.attackers
        slack.as_person("U01ALICE").post("C02GENERAL", f"`{held.secret}`")
        lurker.look()
        lurker.look()
        assert list(lurker.attackers) == [held.key]
