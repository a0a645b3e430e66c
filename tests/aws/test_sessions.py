"""Sessions on real boto3: their duration, their user, and that they end with the lease."""

from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused, Throttled, Unreadable
from bot.sandbox.aws import Network
from tests.aws.kit import ID, READ, SESSION, SESSION_ROLE, MotoAws, entitlement, grant, policy, spec
from tests.fakes import ALICE, START

SPEC = spec(SESSION, of=grant(wanted=SESSION))
HOUR = 3600
NAME = "latchkey-g1-c1"


def test_a_session_does_what_its_role_may_under_the_name_of_who_asked(aws: MotoAws) -> None:
    session = aws.iam.assume(SPEC, HOUR, name=NAME, by=ALICE)
    assert aws.read(session) == "done"
    assert aws.write(session) == "AccessDenied"
    (call,) = [each for each in aws.aws.calls if each.action == "AssumeRole"]
    assert call.params["SourceIdentity"] == ALICE
    assert call.params["RoleSessionName"] == NAME
    arn = aws.holder("sts", session).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ID}:assumed-role/reports-session/{NAME}"


def test_the_entitlements_policy_narrows_the_role(aws: MotoAws) -> None:
    other = READ | {"Resource": "arn:aws:s3:::reports/other"}
    narrow = entitlement("narrow", SESSION.kind, policy=policy(other))
    assert aws.read(aws.iam.assume(spec(narrow, of=grant(wanted=narrow)), HOUR, name=NAME, by=ALICE)) == "AccessDenied"


def test_a_session_is_refused_once_it_is_over(aws: MotoAws) -> None:
    session = aws.iam.assume(SPEC, HOUR, name=NAME, by=ALICE)
    aws.clock.advance(seconds=HOUR - 1)
    assert aws.read(session) == "done"
    aws.clock.advance(seconds=1)
    assert aws.read(session) == "ExpiredToken"


def test_a_session_longer_than_the_lease_ends_with_the_lease(aws: MotoAws) -> None:
    """AWS's minimum is 900 s, so a late session has the lease's end in its policy."""
    short = spec(SESSION, of=grant(wanted=SESSION, lasts=timedelta(minutes=5)))
    session = aws.iam.assume(short, aws.iam.session_seconds(short, START), name=NAME, by=ALICE)
    assert session.ends_at == START + timedelta(minutes=15)
    assert aws.read(session) == "done"
    aws.clock.advance(minutes=5, seconds=1)
    assert aws.read(session) == "AccessDenied"


def test_a_session_works_from_where_the_catalog_says(aws: MotoAws) -> None:
    fenced = entitlement("fenced", SESSION.kind, source_ips=("203.0.113.0/24",))
    session = aws.iam.assume(spec(fenced, of=grant(wanted=fenced)), HOUR, name=NAME, by=ALICE)
    aws.aws.network = Network(source_ip="203.0.113.7")
    assert aws.read(session) == "done"
    aws.aws.network = Network(source_ip="198.51.100.1")
    assert aws.read(session) == "AccessDenied"


@pytest.mark.parametrize(("most", "gets"), [(12, 8), (8, 8), (4, 4), (1, 1)])
def test_a_session_is_as_long_as_the_role_allows(aws: MotoAws, most: int, gets: int) -> None:
    aws.admin("iam").update_role(RoleName="reports-session", MaxSessionDuration=most * HOUR)
    session = aws.iam.assume(SPEC, aws.iam.session_seconds(SPEC, START), name=NAME, by=ALICE)
    assert session.ends_at == START + timedelta(hours=gets)


def test_a_worker_on_a_role_makes_sessions_of_an_hour(aws: MotoAws) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ID}:root"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"], "Resource": SESSION_ROLE}
    iam = aws.admin("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName="worker", PolicyName="rights", PolicyDocument=policy(may))
    own = aws.admin("sts").assume_role(RoleArn=f"arn:aws:iam::{ID}:role/worker", RoleSessionName="worker")
    found = own["Credentials"]
    aws.be(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    assert aws.iam.session_seconds(SPEC, START) == HOUR
    assert aws.read(aws.iam.assume(SPEC, HOUR, name=NAME, by=ALICE)) == "done"


def test_an_account_that_cannot_be_asked_who_we_are_is_unknown(aws: MotoAws) -> None:
    aws.aws.faults.throttle("GetCallerIdentity")
    with pytest.raises(Unreadable):
        aws.iam.session_seconds(SPEC, START)


def test_what_sts_refuses_is_reported_and_only_a_length_is_tried_again(aws: MotoAws) -> None:
    aws.aws.faults.deny("AssumeRole")
    with pytest.raises(AwsRefused, match="AssumeRole: AccessDenied"):
        aws.iam.assume(SPEC, 8 * HOUR, name=NAME, by=ALICE)
    aws.aws.faults.throttle("AssumeRole")
    with pytest.raises(Throttled):
        aws.iam.assume(SPEC, 8 * HOUR, name=NAME, by=ALICE)
    with pytest.raises(AwsRefused, match="ParamValidationError"):
        aws.iam.assume(SPEC, 60, name=NAME, by=ALICE)
    assert aws.aws.count("AssumeRole") == 2
