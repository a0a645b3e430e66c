"""A longer lease on real boto3: the tag, then the Deny, on the grant's own user only, idempotent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused, ForeignUser, Throttled
from bot.sandbox.aws import faults
from tests.aws.kit import BOUNDARY, MotoAws, grant, spec
from tests.fakes import ALICE, START

SPEC = spec()
LONGER = spec(of=grant(lasts=timedelta(days=2)))
USER = SPEC.grant.iam_user
EIGHT_HOURS, TWO_DAYS = START + timedelta(hours=8), START + timedelta(days=2)


def expires(aws: MotoAws) -> str:
    tags = aws.admin("iam").get_user(UserName=USER)["User"]["Tags"]
    return str(next(each["Value"] for each in tags if each["Key"] == "latchkey:expires"))


def test_the_deny_is_the_last_thing_that_is_written(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    aws.aws.forget_calls()
    aws.iam.extend(LONGER, by=ALICE)
    assert [call.action for call in aws.aws.calls] == [
        "GetPolicy",
        "GetPolicyVersion",
        "GetUser",
        "TagUser",
        "PutUserPolicy",
    ]
    assert aws.aws.calls[-1].params["PolicyName"] == "latchkey-deny"
    assert (aws.lease(USER), expires(aws)) == (TWO_DAYS, "2026-11-04T14:00:00Z")


def test_the_same_key_works_past_the_old_end_and_not_past_the_new_one(aws: MotoAws) -> None:
    key = aws.mint()
    aws.iam.extend(LONGER, by=ALICE)
    aws.clock.advance(hours=9)
    assert aws.read(key) == "done"
    aws.clock.advance(days=2)
    assert aws.read(key) == "AccessDenied"


@pytest.mark.parametrize("fault", [faults.DENIED, faults.THROTTLED, faults.LOST_AFTER])
def test_every_attempt_that_dies_on_the_way_can_be_repeated(aws: MotoAws, fault: faults.Fault) -> None:
    for index in range(5):
        aws.iam.prepare(SPEC, by=ALICE)
        aws.iam.extend(SPEC, by=ALICE)
        aws.aws.faults.at(index, fault)
        with pytest.raises((AwsRefused, Throttled)):
            aws.iam.extend(LONGER, by=ALICE)
        reached = index == 4 and fault is faults.LOST_AFTER
        assert aws.lease(USER) == (TWO_DAYS if reached else EIGHT_HOURS)
        aws.iam.extend(LONGER, by=ALICE)
        assert aws.lease(USER) == TWO_DAYS


@pytest.mark.parametrize("what", ["boundary", "tag"])
def test_a_user_that_is_not_this_grants_any_more_is_left_alone(aws: MotoAws, what: str) -> None:
    iam = aws.admin("iam")
    tag = [{"Key": "latchkey:grant", "Value": "g2" if what == "tag" else "g1"}]
    bounded = {} if what == "boundary" else {"PermissionsBoundary": BOUNDARY}
    iam.create_user(UserName=USER, Path="/latchkey/", Tags=tag, **bounded)
    with pytest.raises(ForeignUser):
        aws.iam.extend(LONGER, by=ALICE)
    assert iam.list_user_policies(UserName=USER)["PolicyNames"] == []


def test_who_approved_the_first_time_stays_in_the_tags(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    aws.iam.extend(replace(LONGER, approvers=()), by=ALICE)
    tags = {each["Key"]: each["Value"] for each in aws.admin("iam").get_user(UserName=USER)["User"]["Tags"]}
    assert (tags["latchkey:approver"], tags["latchkey:expires"]) == ("U02BOB", "2026-11-04T14:00:00Z")


def test_without_a_date_nothing_is_asked_of_aws(aws: MotoAws) -> None:
    aws.aws.forget_calls()
    with pytest.raises(ValueError, match="fixed lease"):
        aws.iam.extend(spec(of=replace(grant(), lease_until=None)), by=ALICE)
    assert aws.aws.calls == ()
