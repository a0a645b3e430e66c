"""Reading boto3's one answer about all users: policies by meaning, the lease from its Deny."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from bot.aws.drift import shape_of, users_seen
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.errors import Unreadable
from bot.domain.ids import EntitlementId
from tests.aws.kit import (
    ACCOUNT,
    BOUNDARY,
    ID,
    READ,
    MotoAws,
    catalog,
    entitlement,
    grant,
    policy,
    spec,
)
from tests.aws.test_drift import POWER, SPEC, USER, WIDER, inline, kinds, lease_of, seen
from tests.fakes import ALICE, BOB

QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"


def test_many_users_are_one_call_and_only_the_asked_are_reported(aws: MotoAws) -> None:
    for name in ("g1", "g2", "g3"):
        aws.iam.prepare(spec(of=grant(name)), by=ALICE)
    aws.aws.forget_calls()
    assert set(aws.iam.users_seen(ACCOUNT, {"latchkey-g1", "latchkey-g3"})) == {"latchkey-g1", "latchkey-g3"}
    assert [(each.action, each.params["MaxItems"]) for each in aws.aws.calls] == [
        ("GetAccountAuthorizationDetails", "1000")
    ]


def test_every_page_is_read() -> None:
    client = boto3.client("iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    pages = [["latchkey-g1", "alice"], ["latchkey-g2"], []]
    with Stubber(client) as stub:
        for number, names in enumerate(pages):
            rows = [{"UserName": name, "Path": "/latchkey/", "UserPolicyList": []} for name in names]
            more = {"IsTruncated": True, "Marker": f"m{number}"} if number < 2 else {"IsTruncated": False}
            asked = {"Filter": ["User"], "MaxItems": 1000, **({"Marker": f"m{number - 1}"} if number else {})}
            stub.add_response("get_account_authorization_details", {"UserDetailList": rows, **more}, asked)
        assert set(users_seen(client, {"latchkey-g1", "latchkey-g2"})) == {"latchkey-g1", "latchkey-g2"}
        stub.assert_no_pending_responses()


def test_a_throttle_is_unreadable(aws: MotoAws) -> None:
    aws.aws.faults.throttle("GetAccountAuthorizationDetails", times=100)
    with pytest.raises(Unreadable):
        aws.iam.users_seen(ACCOUNT, {USER})


def test_another_spelling_of_the_same_policy_is_not_drift(aws: MotoAws) -> None:
    aws.mint()
    found = json.loads(policy(READ))
    found["Statement"][0] |= {"Sid": "Mine", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::reports/*"]}
    inline("latchkey-allow", json.dumps(found, indent=4))(aws.admin("iam"))
    assert kinds(aws) == []


def test_of_two_ends_of_a_lease_the_earlier_one_counts(aws: MotoAws) -> None:
    aws.mint()
    rows = [json.loads(lease_of(f"{year}-01-01T00:00:00Z"))["Statement"][0] for year in (2030, 2031)]
    rows[1]["Sid"] = "Second"
    inline("latchkey-deny", policy(*rows))(aws.admin("iam"))
    assert seen(aws).lease_until.year == 2030  # type: ignore[union-attr]
    assert kinds(aws) == [K.POLICY]


@pytest.mark.parametrize(
    "document",
    [
        policy({"Effect": "Deny", "Action": "*", "Resource": "*"}),
        lease_of("2030-01-01"),
        lease_of("2030-01-01T00:00:00Z").replace('"Resource": "*"', '"Resource": "arn:aws:s3:::other"'),
        lease_of("2030-01-01T00:00:00Z").replace("DateGreaterThan", "DateLessThan"),
    ],
)
def test_a_deny_without_the_lease_condition_is_not_a_lease_end(aws: MotoAws, document: str) -> None:
    aws.mint()
    inline("latchkey-deny", document)(aws.admin("iam"))
    assert seen(aws).lease_until is None
    assert kinds(aws) == [K.POLICY]


def test_aws_own_quarantine_is_not_drift_and_stays(aws: MotoAws) -> None:
    aws.mint()
    aws.admin("iam").attach_user_policy(UserName=USER, PolicyArn=QUARANTINE)
    aws.iam.repair(SPEC, K.POLICY, by=BOB)
    assert kinds(aws) == []
    attached = aws.admin("iam").list_attached_user_policies(UserName=USER)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [QUARANTINE]


def test_a_key_works_and_is_kept_within_its_policy_after_it_was_put_back(aws: MotoAws) -> None:
    key = aws.mint()
    inline("admin", WIDER)(aws.admin("iam"))
    assert aws.write(key) == "done"
    aws.iam.repair(SPEC, K.POLICY, by=BOB)
    assert (aws.read(key), aws.write(key)) == ("done", "AccessDenied")


def test_the_shape_of_policy_arns_and_of_each_denial(aws: MotoAws) -> None:
    rows = [
        entitlement("a"),
        entitlement("b", source_ips=("203.0.113.0/24",)),
        entitlement("c", may_assume=(f"arn:aws:iam::{ID}:role/x",)),
        entitlement("d", policy_arns=(POWER,), services=("s3",)),
    ]
    made = catalog(*rows)
    shapes = [shape_of(made, made.entitlements[EntitlementId(name)]) for name in "abcd"]
    assert len({json.dumps(dict(each.policies), sort_keys=True) for each in shapes}) == 4
    assert {each.boundary for each in shapes} == {BOUNDARY}
    assert set(shapes[3].policies) == {"latchkey-deny", POWER}
