"""A leaked key's user is read and cut off: the fake and boto3 behave alike, and the printed roles may do no more."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from bot.domain.errors import AwsRefused, ForeignUser
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.leaked_user import Standing
from tests.aws.found import FAR, USER, far, plant, responder, status
from tests.aws.kit import ACCOUNT, ID, READ, SESSION_ROLE, AwsWorld, MotoAws, policy, spec
from tests.aws.test_responder_limits import NEVER
from tests.fakes import ALICE, CAROL, START

__all__ = ["far"]

SPEC = spec()
GRANT_USER = SPEC.grant.iam_user
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
NO_KEY = AccessKeyId("AKIAIOSFODNN7EXAMPLE")


@pytest.fixture
def key(world: AwsWorld) -> AccessKeyId:
    world.iam.prepare(SPEC, by=ALICE)
    return world.iam.create_key(ACCOUNT, GRANT_USER, by=ALICE).id


def standing(world: AwsWorld) -> Standing:
    found = world.iam.standing(ACCOUNT, GRANT_USER)
    assert found is not None
    return found


def test_what_is_on_a_grants_user_is_what_the_catalog_puts_there(world: AwsWorld, key: AccessKeyId) -> None:
    seen = standing(world)
    assert [(each.id, each.active) for each in seen.keys or ()] == [(key, True)]
    assert seen.policies == world.iam.shape_of(SPEC.entitlement).policies
    assert (seen.login_known, seen.login_at, seen.ended_before, seen.unread) == (True, None, None, ())
    assert seen.arn == f"arn:aws:iam::{ID}:user/latchkey/{GRANT_USER}"


def test_a_user_that_is_gone_has_no_standing(world: AwsWorld) -> None:
    assert world.iam.standing(ACCOUNT, GRANT_USER) is None


def test_its_sessions_are_ended_and_allowed_again(world: AwsWorld, key: AccessKeyId) -> None:
    before = START + timedelta(minutes=1)
    for _ in range(2):
        world.iam.end_sessions(ACCOUNT, GRANT_USER, key, before, by=ALICE)
    assert standing(world).ended_before == before
    assert standing(world).policies == world.iam.shape_of(SPEC.entitlement).policies, "what Latchkey wrote isn't news"
    for _ in range(2):
        world.iam.allow_sessions(ACCOUNT, GRANT_USER, key, by=ALICE)
    assert standing(world).ended_before is None


def test_that_works_after_the_user_was_renamed_and_not_where_it_is_gone(world: AwsWorld, key: AccessKeyId) -> None:
    world.rename(GRANT_USER, "elsewhere")
    world.iam.end_sessions(ACCOUNT, GRANT_USER, key, START, by=ALICE)
    found = world.iam.standing(ACCOUNT, "elsewhere")
    assert found is not None
    assert found.ended_before == START
    with pytest.raises(AwsRefused, match="NoSuchEntity"):
        world.iam.end_sessions(ACCOUNT, GRANT_USER, NO_KEY, START, by=ALICE)


def test_a_console_password_that_is_not_there_counts_as_removed(world: AwsWorld, key: AccessKeyId) -> None:
    world.iam.delete_login(ACCOUNT, GRANT_USER, key, by=ALICE)
    assert standing(world).login_at is None


# --- boto3 alone, against policies that are evaluated ----------------------------------------------------------------


@pytest.fixture
def leaked(aws: MotoAws) -> tuple[MotoAws, AccessKeyId, dict[str, str]]:
    """A key whose secret somebody has, and a session that they made from it."""
    made = aws.mint(SPEC)
    return aws, made.id, aws.holder("sts", made).get_session_token()["Credentials"]


def may_read(aws: MotoAws, found: dict[str, str]) -> bool:
    s3 = aws.client("s3", found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    try:
        s3.get_object(Bucket="reports", Key="1")
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDenied"
    return True


def test_a_session_made_from_the_key_is_refused_from_then_on(
    leaked: tuple[MotoAws, AccessKeyId, dict[str, str]],
) -> None:
    aws, key, found = leaked
    assert may_read(aws, found)
    aws.iam.end_sessions(ACCOUNT, GRANT_USER, key, START + timedelta(minutes=1), by=ALICE)
    assert not may_read(aws, found)


def test_where_the_issuer_is_refused_the_responder_denies_everything(aws: MotoAws) -> None:
    key = aws.mint(SPEC).id
    aws.aws.faults.limit_exceeded("PutUserPolicy")
    aws.iam.end_sessions(ACCOUNT, GRANT_USER, key, START, by=ALICE)
    found = aws.iam.standing(ACCOUNT, GRANT_USER)
    assert found is not None
    assert found.denied


def test_what_an_attacker_adds_is_seen(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    admin = aws.admin("iam")
    admin.create_login_profile(UserName=GRANT_USER, Password="Correct-horse-battery-9")
    admin.attach_user_policy(UserName=GRANT_USER, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    admin.put_user_policy(UserName=GRANT_USER, PolicyName="mine", PolicyDocument=policy(READ))
    admin.create_group(GroupName="admins")
    admin.add_user_to_group(GroupName="admins", UserName=GRANT_USER)
    found = aws.iam.standing(ACCOUNT, GRANT_USER)
    assert found is not None
    assert found.login_at is not None
    assert {"mine", "arn:aws:iam::aws:policy/AdministratorAccess"} <= set(found.policies or {})
    assert found.groups == ("admins",)


@pytest.mark.parametrize("call", ["ListAccessKeys", "GetAccountAuthorizationDetails", "GetLoginProfile"])
def test_a_part_that_aws_refuses_to_show_is_unknown_and_the_others_are_read(aws: MotoAws, call: str) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    aws.aws.faults.deny(call)
    found = aws.iam.standing(ACCOUNT, GRANT_USER)
    assert found is not None
    assert found.unread == (f"{call}: AccessDenied",)
    known = {
        "ListAccessKeys": found.keys is not None,
        "GetAccountAuthorizationDetails": found.policies is not None,
        "GetLoginProfile": found.login_known,
    }
    assert {name for name, yes in known.items() if not yes} == {call}


def test_a_found_user_is_denied_everything_by_a_session_for_it_alone(far: MotoAws) -> None:
    key = plant(far)
    responder(far).deny(FAR, USER, key, by=CAROL)
    found = far.iam.standing(FAR, "reporting")
    assert found is not None
    assert (found.denied, found.arn) == (True, USER)
    responder(far).deny(FAR, USER, key, by=CAROL, quarantine=True)
    responder(far).allow(FAR, USER, key, by=CAROL)
    found = far.iam.standing(FAR, "reporting")
    assert found is not None
    assert list(found.policies or {}) == ["arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"], "it stays"
    assert status(far, key) == "on"


@pytest.mark.parametrize("arn", NEVER.values(), ids=NEVER)
def test_what_is_never_touched_is_not_even_asked_for(far: MotoAws, arn: str) -> None:
    far.aws.forget_calls()
    for act in (
        lambda: responder(far).deny(FAR, arn, NO_KEY, by=CAROL),
        lambda: responder(far).allow(FAR, arn, NO_KEY, by=CAROL),
    ):
        with pytest.raises(ForeignUser):
            act()
    assert far.aws.calls == ()


def test_sessions_of_a_role_that_are_older_are_ended(aws: MotoAws) -> None:
    responder(aws).end_role_sessions(ACCOUNT, SESSION_ROLE, START, by=CAROL)
    found = aws.admin("iam").get_role_policy(RoleName="reports-session", PolicyName="AWSRevokeOlderSessions")
    (row,) = found["PolicyDocument"]["Statement"]
    assert (row["Effect"], row["Action"], row["Condition"]) == (
        "Deny",
        "*",
        {"DateLessThan": {"aws:TokenIssueTime": "2026-11-02T14:00:00Z"}},
    )
