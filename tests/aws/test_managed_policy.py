"""A managed policy in AWS: its default version, with a digest of what the text means."""

import json

import pytest

from bot.aws.policies import boundary
from bot.domain.errors import Unreadable
from bot.domain.policies.managed_policy import MISSING
from tests.aws.kit import ACCOUNT, BOUNDARY, ID, READ, MotoAws, policy
from tests.fakes import START

ARN = f"arn:aws:iam::{ID}:policy/reports"


def create(aws: MotoAws, text: str) -> None:
    aws.admin("iam").create_policy(PolicyName="reports", PolicyDocument=text)


def test_the_boundary_in_aws_is_the_printed_one_until_someone_edits_it(aws: MotoAws) -> None:
    assert aws.iam.policy_seen(ACCOUNT, BOUNDARY).digest == aws.iam.boundary_of(ACCOUNT)
    aws.spoil_boundary("Differs")
    seen = aws.iam.policy_seen(ACCOUNT, BOUNDARY)
    assert seen.digest != aws.iam.boundary_of(ACCOUNT)
    assert (seen.version, seen.made_at) == ("v2", START)


def test_the_order_and_the_names_of_statements_are_ignored(aws: MotoAws) -> None:
    printed = json.loads(json.dumps(boundary(aws.catalog, ACCOUNT)))
    for statement in printed["Statement"]:
        statement.pop("Sid")
    printed["Statement"].reverse()
    aws.admin("iam").create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=json.dumps(printed), SetAsDefault=True)
    assert aws.iam.policy_seen(ACCOUNT, BOUNDARY).digest == aws.iam.boundary_of(ACCOUNT)


def test_only_the_default_version_counts(aws: MotoAws) -> None:
    create(aws, policy(READ))
    before = aws.iam.policy_seen(ACCOUNT, ARN)
    iam, wider = aws.admin("iam"), policy({**READ, "Resource": "*"})
    version = iam.create_policy_version(PolicyArn=ARN, PolicyDocument=wider)["PolicyVersion"]["VersionId"]
    assert aws.iam.policy_seen(ACCOUNT, ARN) == before
    iam.set_default_policy_version(PolicyArn=ARN, VersionId=version)
    after = aws.iam.policy_seen(ACCOUNT, ARN)
    assert after.version == version
    assert after.digest != before.digest


def test_a_policy_of_aws_can_be_read(aws: MotoAws) -> None:
    assert aws.iam.policy_seen(ACCOUNT, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess").version


def test_a_policy_that_is_not_there_is_missing_and_one_that_cannot_be_read_is_unknown(aws: MotoAws) -> None:
    assert aws.iam.policy_seen(ACCOUNT, ARN) == MISSING
    aws.aws.faults.deny("GetPolicyVersion")
    with pytest.raises(Unreadable):
        aws.iam.policy_seen(ACCOUNT, BOUNDARY)
