"""What the roles for found keys never touch, whatever the ledger says, and the only file that can reactivate."""

import ast
import json
from pathlib import Path

import pytest

from bot.aws import responder as module
from bot.aws.reactivator import AwsReactivator
from bot.domain.errors import ForeignUser, Unreadable
from bot.domain.ids import AccessKeyId
from tests.aws.found import FAR, OTHER, USER, far, plant, responder, status, warrant
from tests.aws.kit import ACCOUNT, ID, MotoAws
from tests.fakes import CAROL

__all__ = ["far"]

NEVER = {
    "under /latchkey/": f"arn:aws:iam::{ID}:user/latchkey/latchkey-g1",
    "under /service/": f"arn:aws:iam::{ID}:user/service/other",
    "another account": "arn:aws:iam::210987654321:user/reporting",
    "the root user": f"arn:aws:iam::{ID}:root",
    "a role": f"arn:aws:iam::{ID}:role/reporting",
}


@pytest.mark.parametrize("arn", NEVER.values(), ids=NEVER)
def test_what_is_never_touched_is_not_even_asked_for(far: MotoAws, arn: str) -> None:
    key = AccessKeyId("AKIAIOSFODNN7EXAMPLE")
    far.aws.forget_calls()
    for act in (
        lambda: responder(far).switch_off(FAR, arn, key, by=CAROL),
        lambda: responder(far).delete(FAR, arn, key, by=CAROL),
        lambda: AwsReactivator(far.accounts).switch_on(FAR, warrant(key, arn)),
    ):
        with pytest.raises(ForeignUser):
            act()
    assert far.aws.calls == ()


def test_the_user_that_the_worker_runs_on_is_never_touched_wherever_it_stands(aws: MotoAws) -> None:
    """Outside /service/, so that none of our policies denies it."""
    plant(aws, OTHER)
    own = aws.admin("iam").create_access_key(UserName="other")["AccessKey"]
    rights = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    aws.admin("iam").put_user_policy(UserName="other", PolicyName="all", PolicyDocument=rights)
    aws.be(own["AccessKeyId"], own["SecretAccessKey"])
    for key in (each for each in aws.truth("other") or {}):
        with pytest.raises(ForeignUser, match="LatchkeyItself"):
            responder(aws).switch_off(ACCOUNT, OTHER, key, by=CAROL)
    assert set((aws.truth("other") or {}).values()) == {True}


def test_a_key_that_the_worker_runs_on_is_never_touched_whatever_user_it_is_said_to_be_on(aws: MotoAws) -> None:
    with pytest.raises(ForeignUser, match="LatchkeyItself"):
        responder(aws).switch_off(ACCOUNT, USER, AccessKeyId(aws.aws.admin[0]), by=CAROL)


def test_where_aws_does_not_say_who_the_worker_is_nothing_is_done(far: MotoAws) -> None:
    key = plant(far)
    far.aws.faults.throttle("GetCallerIdentity", times=9)
    with pytest.raises(Unreadable):
        responder(far).switch_off(FAR, USER, key, by=CAROL)
    assert status(far, key) == "on"


def test_the_printed_responder_policy_alone_refuses_the_bots_own_users(far: MotoAws) -> None:
    arn = f"arn:aws:iam::{ID}:user/service/other"
    key = plant(far, arn)
    client = far.accounts.on_found(FAR, FAR.responder_role_arn, arn, module.UPDATE, by=CAROL)
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.update_access_key(UserName="other", AccessKeyId=key, Status="Inactive")


def test_only_two_files_of_the_aws_adapter_reactivate_keys() -> None:
    """Latchkey's own keys (iam.py), and with approvals (reactivator.py). The Responder's file can't reactivate."""
    said = {}
    for each in Path(module.__file__).parent.glob("*.py"):
        words = (node.value for node in ast.walk(ast.parse(each.read_text())) if isinstance(node, ast.Constant))
        said[each.name] = "Active" in set(words)
    assert {name for name, yes in said.items() if yes} == {"iam.py", "reactivator.py"}


def test_the_only_status_that_goes_out_of_the_responder_is_inactive(far: MotoAws) -> None:
    key = plant(far)
    for _ in range(2):
        responder(far).switch_off(FAR, USER, key, by=CAROL)
    sent = {each.params["Status"] for each in far.aws.calls if each.action == "UpdateAccessKey"}
    assert sent == {"Inactive"}
