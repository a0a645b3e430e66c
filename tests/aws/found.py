"""Shared by the tests of the roles for found keys: an account behind four roles, and a user that isn't Latchkey's."""

import json
from collections.abc import Iterator

import pytest

from bot.aws.responder import AwsResponder
from bot.aws.roles import iam_documents
from bot.domain.adopted import DualApproval
from bot.domain.ids import AccessKeyId
from tests.aws.kit import ADMIN, ID, READ_REPORTS, SESSION, MotoAws, catalog, elsewhere
from tests.fakes import ALICE, BOB, CAROL, FakeClock

DELETER = f"arn:aws:iam::{ID}:role/latchkey-deleter"
FAR = elsewhere(deleter_role_arn=DELETER)
USER = f"arn:aws:iam::{ID}:user/team/reporting"
OTHER = f"arn:aws:iam::{ID}:user/other"
ROLES = ("Reader", "Issuer", "Responder", "Deleter")


@pytest.fixture
def far(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoAws]:
    """Through the four roles, with exactly what `latchkey iam` prints for them."""
    made = catalog(READ_REPORTS, SESSION, account=FAR)
    aws = MotoAws(clock, monkeypatch, made)
    printed = iam_documents(made, "main", ADMIN)
    for name in ROLES:
        role = f"latchkey-{name.lower()}"
        aws.admin("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(printed["Trust"]))
        aws.admin("iam").put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(printed[name]))
    yield aws
    aws.close()


def plant(aws: MotoAws, arn: str = USER) -> AccessKeyId:
    path, name = "/" + arn.partition(":user/")[2].rpartition("/")[0], arn.rpartition("/")[2]
    aws.admin("iam").create_user(UserName=name, Path=path if path == "/" else f"{path}/")
    made = aws.admin("iam").create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    aws.aws.forget_calls()
    return AccessKeyId(made)


def status(aws: MotoAws, key: AccessKeyId, user: str = "reporting") -> str | None:
    found = aws.truth(user) or {}
    return {True: "on", False: "off", None: None}[found.get(key)]


def responder(aws: MotoAws) -> AwsResponder:
    return AwsResponder(aws.accounts)


def warrant(key: AccessKeyId, arn: str = USER) -> DualApproval:
    return DualApproval(key, arn, frozenset({CAROL}), frozenset({ALICE, BOB}))


def acted(aws: MotoAws) -> list[tuple[str, str]]:
    """The role of each session that was made, and its SourceIdentity."""
    calls = (each for each in aws.aws.calls if each.action == "AssumeRole")
    return [(each.params["RoleArn"].rpartition("-")[2], each.params["SourceIdentity"]) for each in calls]
