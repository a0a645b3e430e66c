"""From a key on an instance to a role: five steps as printed, the key falls quiet, is switched off and deleted."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.aws.cloudtrail import AwsTrail
from bot.domain.replacement.means import Means
from bot.domain.replacement.repository import parse
from bot.domain.usage.key_usage import Usage
from bot.flows.adopted import deactivate, delete_due, request
from bot.flows.hygiene import inventory, usage
from bot.flows.replacement import watch
from bot.flows.replacement.begin import begin
from bot.flows.replacement.choice import choose
from bot.sandbox.aws.cloudtrail import Use
from bot.sandbox.aws.old_keys import OldKey
from bot.sandbox.aws.sts import find_role
from bot.store.work import SqlUnitOfWork
from tests.aws.found import far
from tests.aws.kit import ID, READ, MotoAws
from tests.aws.test_adopted_lives import DAY, Life
from tests.aws_shell import shell, through_boto3
from tests.fakes import CAROL

__all__ = ["far"]

USER, KIND = "old-laptop", "exec-env/EC2"
AGENT = f"Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#6.1 md/arch#x86_64 {KIND} lang/python#3.11"
POLICY = {"Version": "2012-10-17", "Statement": [READ, {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}


@pytest.fixture
def life(far: MotoAws, sqlite_work: SqlUnitOfWork) -> Life:
    made = Life(far, sqlite_work)
    far.aws.trail.rate = 100
    made.context = replace(made.context, trail=AwsTrail(far.accounts, sleep=lambda _: None))
    return made


def find(life: Life) -> str:
    """Carol's key on an instance, read by inventory and CloudTrail; returns its row."""
    seen = Use("s3", "ListBuckets", ago=3 * DAY, address="198.51.100.9", agent=AGENT, times=3)
    old = OldKey(USER, CAROL, 400 * DAY, uses=(seen,), policy=json.dumps(POLICY))
    (life.key,) = life.aws.aws.plant_old_keys(old)
    assert inventory.read_account(life.context, life.account).problem is None
    read = usage.read_key(life.context, life.account, life.key, "eu-west-1")  # type: ignore[arg-type]
    assert isinstance(read, Usage)
    assert read.in_aws == KIND
    with life.work.begin() as tx:
        found = tx.inventory.by_key(life.key)  # type: ignore[arg-type]
    assert found is not None
    return found.id


def test_an_instance_gets_a_role_and_its_key_is_deleted(life: Life, tmp_path: Path) -> None:
    key, admin = find(life), life.aws.admin
    found = choose(life.context, key=key, by=CAROL, command="/key")
    assert found.means is Means.ROLE
    assert len(found.steps) == 5
    assert found.difference is not None
    assert (found.difference.used, found.difference.unused) == (("s3",), ("sqs",))

    image = admin("ec2").describe_images()["Images"][0]["ImageId"]
    (instance,) = admin("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    with shell(tmp_path, through_boto3(admin)) as terminal:
        lines = [line for each in found.steps for line in each.lines]
        ran = terminal.run(*lines, INSTANCE_ID=instance["InstanceId"])
        assert ran.returncode == 0, ran.stderr

    name = f"{USER}-role"
    role = admin("iam").get_role(RoleName=name)["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    (policy,) = admin("iam").list_role_policies(RoleName=name)["PolicyNames"]
    assert admin("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] == POLICY
    (profile,) = admin("ec2").describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    assert profile["InstanceId"] == instance["InstanceId"]
    assert profile["IamInstanceProfile"]["Arn"] == f"arn:aws:iam::{ID}:instance-profile/{name}"
    assert works(life.aws, role["Arn"])

    begin(life.context, key=key, means=found.means, by=CAROL, delivery=None)
    for _ in range(8):
        assert offered(life, key) is False
        life.aws.clock.advance(timedelta(hours=6))
        assert watch.check(life.context) == 1
    assert offered(life, key) is True

    request.retire(life.context, key=key, by=CAROL, delivery=None)
    assert deactivate.carry_out(life.context) == 1
    assert not life.works()
    life.aws.clock.advance(life.aws.catalog.hygiene.undo)
    assert delete_due.delete_due(life.context) == 1
    assert life.aws.truth(USER) == {}
    watch.check(life.context)
    now = life.aws.clock.now()
    with life.work.begin() as tx:
        assert tx.replacements.count_ended(life.account.name, now - DAY, now + DAY) == {Means.ROLE: 1}
    assert works(life.aws, role["Arn"]), "the role doesn't need the key"


def offered(life: Life, key: str) -> bool:
    with life.work.begin() as tx:
        found = tx.replacements.get(key)
    assert found is not None
    return found.offered_at is not None


def works(aws: MotoAws, role: str) -> bool:
    """Credentials as EC2 gives them to the instance: they read the report, and nothing that the user couldn't do."""
    directory = aws.aws._directory
    got = directory.open_session(timedelta(hours=1), role=find_role(directory, role), name="i-0123456789abcdef0")
    client = aws.client("s3", got.access_key_id, got.secret, got.token)
    read = aws.outcome(_read, client)
    return (read, aws.outcome(_write, client)) == ("done", "AccessDenied")


def _read(client: Any) -> None:
    client.get_object(Bucket="reports", Key="2026/q3.csv")["Body"].read()


def _write(client: Any) -> None:
    client.put_object(Bucket="reports", Key="new", Body=b"")


@pytest.mark.parametrize("means", [Means.GITHUB, Means.GITLAB, Means.ANYWHERE])
def test_the_other_trust_policies_are_taken_too(life: Life, tmp_path: Path, means: Means) -> None:
    where = parse("octo-org/octo-repo", means)
    found = choose(life.context, key=find(life), by=CAROL, command="/key", wanted=means, repository=where)
    asked = through_boto3(life.aws.admin)

    def answer(program: str, cwd: Path, words: list[str]) -> str:
        return "arn" if words[0] == "rolesanywhere" else asked(program, cwd, words)

    with shell(tmp_path, answer) as terminal:
        (tmp_path / "ca.pem").write_text("certificate")
        steps = [each for each in found.steps if each.name in {"provider", "anchor", "trust", "role", "permissions"}]
        ran = terminal.run(*(line for each in steps for line in each.lines))
        assert ran.returncode == 0, ran.stderr
    trusted = life.aws.admin("iam").get_role(RoleName=f"{USER}-role")["Role"]["AssumeRolePolicyDocument"]
    assert trusted["Statement"][0]["Condition"]
