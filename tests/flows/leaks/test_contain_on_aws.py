"""Containment on the stand-in, where policies and their conditions decide, against an attacker between two steps."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from bot.aws.responder import AwsResponder
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import StepKind, Whose
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks import checks, contain
from bot.sandbox.attacker import LEAKED, OWN, PROBE, SECOND, SESSION, Attacker
from bot.sandbox.key_user import WORKED
from tests.aws.kit import ID, MotoAws, policy
from tests.flows.leaks.contained import Leak, issued, open_incident
from tests.flows.world import World

USER = "etl-export"
OFF, DENIED = "InvalidAccessKeyId", "AccessDenied"


@pytest.fixture
def context(world_on_aws: World, aws: MotoAws) -> AwsContext:
    world = world_on_aws
    (account,) = world.catalog.accounts.values()
    world.catalog = replace(world.catalog, accounts={account.name: replace(account, adopt=True)})
    return replace(world.context, responder=AwsResponder(aws.accounts))


@pytest.fixture
def attacker(aws: MotoAws) -> Iterator[Attacker]:
    """With the key of an administrator that Latchkey didn't issue, and a session of it."""
    iam = aws.admin("iam")
    iam.create_user(UserName=USER)
    everything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    iam.put_user_policy(UserName=USER, PolicyName="all", PolicyDocument=everything)
    made = iam.create_access_key(UserName=USER)["AccessKey"]
    with closing(Attacker(aws.aws, key=made["AccessKeyId"], secret=made["SecretAccessKey"], user=USER)) as attacker:
        assert attacker.session() == WORKED
        yield attacker


def leaked(world: World, attacker: Attacker) -> Leak:
    key = AccessKeyId(attacker.grips[LEAKED].key)
    arn = f"arn:aws:iam::{ID}:user/{USER}"
    return open_incident(world, key, whose=Whose.FOUND, user=USER, user_arn=arn)


def probes(attacker: Attacker, *grips: str) -> list[str]:
    return [attacker.do(PROBE, each) for each in grips]


def test_the_key_and_a_session_of_it_are_refused_at_once(
    world_on_aws: World, context: AwsContext, attacker: Attacker
) -> None:
    leak = leaked(world_on_aws, attacker)
    assert probes(attacker, LEAKED, SESSION) == [WORKED, WORKED]
    assert contain.carry_out(context) == 1
    assert probes(attacker, LEAKED, SESSION) == [OFF, DENIED]
    assert leak.now.state is IncidentState.CONTAINED


@pytest.mark.parametrize("call", ["UpdateAccessKey", "AttachUserPolicy"])
@pytest.mark.parametrize("what", ["key", "login"])
def test_what_is_made_just_before_a_step_is_found_and_cut_off_too(
    world_on_aws: World, context: AwsContext, attacker: Attacker, aws: MotoAws, call: str, what: str
) -> None:
    """The own user that they made first lets them act after the key is off."""
    leak = leaked(world_on_aws, attacker)
    assert attacker.own_user() == WORKED
    act = (lambda: attacker.second_key(OWN)) if what == "key" else lambda: attacker.do("iam:CreateLoginProfile", OWN)
    answers: list[str] = []
    aws.aws.faults.call_back(call, lambda: answers.append(act()))
    contain.carry_out(context)
    assert answers == [WORKED]
    world_on_aws.clock.advance(seconds=10)
    assert checks.check(context) == 1
    assert contain.carry_out(context) == 1
    if what == "key":
        assert probes(attacker, SECOND) == [OFF]
        assert leak.steps[StepKind.NEW_KEY][0] == "done"
    else:
        assert leak.steps[StepKind.LOGIN] == ("done", "deny-all")
    assert leak.now.state is IncidentState.CONTAINED


def test_a_key_that_comes_back_by_another_hand_is_switched_off_again(
    world_on_aws: World, context: AwsContext, attacker: Attacker
) -> None:
    leaked(world_on_aws, attacker)
    attacker.own_user()
    contain.carry_out(context)
    assert attacker.come_back() == WORKED
    world_on_aws.clock.advance(seconds=10)
    assert checks.check(context) == 1
    assert contain.carry_out(context) == 1
    assert probes(attacker, LEAKED) == [OFF]


def test_throttling_and_lost_answers_delay_it_and_no_more(
    world_on_aws: World, context: AwsContext, attacker: Attacker, aws: MotoAws
) -> None:
    leak = leaked(world_on_aws, attacker)
    aws.aws.faults.throttle("UpdateAccessKey")
    aws.aws.faults.lose_answer("AttachUserPolicy")
    assert contain.carry_out(context) == 0
    world_on_aws.clock.advance(seconds=1)
    assert contain.carry_out(context) == 1
    assert probes(attacker, LEAKED, SESSION) == [OFF, DENIED]
    assert not leak.alarms()


def test_an_issued_key_beside_it_goes_through_the_same(world_on_aws: World, context: AwsContext, aws: MotoAws) -> None:
    leak = issued(world_on_aws)
    assert contain.carry_out(context) == 1
    user = leak.now.user or ""
    assert set((aws.truth(user) or {}).values()) == {False}
    for _ in range(3):
        at = leak.now.check_at
        assert at is not None
        world_on_aws.clock.advance(at - world_on_aws.clock.now())
        assert checks.check(context) == 0, "what Latchkey wrote itself isn't new"
    assert (leak.now.check, leak.now.check_at) == (3, None)
