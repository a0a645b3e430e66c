"""The documents of a grant, evaluated by real calls through the stand-in and by its evaluator."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.aws import policies
from bot.sandbox.aws import Network
from bot.sandbox.aws.evaluate import Request, evaluate
from tests.aws.kit import ACCOUNT, ID, READ, MotoAws, catalog, entitlement, grant, policy, spec
from tests.fakes import START, FakeClock

LEASE_UNTIL = START + timedelta(hours=8)
JUMP, OTHER = (f"arn:aws:iam::{ID}:role/{name}" for name in ("jump", "other"))
HOP = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def statements(document: policies.Document, effect: str) -> list[dict[str, Any]]:
    return [each for each in document["Statement"] if each["Effect"] == effect]


def allowed(document: policies.Document, action: str, resource: str = "*", **context: str) -> bool:
    """Whether this boundary, or this policy of Denies, allows what an administrator requests."""
    found = {key.replace("_", ":"): value for key, value in context.items()}
    return evaluate(Request(action, resource, found), [{"Statement": [EVERYTHING]}], document, None).allowed


def denied(document: policies.Document, **context: str) -> bool:
    """Whether a grant's Denies refuse a call from there."""
    found = {key.replace("_", ":"): value for key, value in context.items()}
    request = Request("s3:GetObject", "arn:aws:s3:::reports/x", found)
    return evaluate(request, [{"Statement": [EVERYTHING]}, document], None, None).explicit


# --- a minted key, by real calls ----------------------------------------------------------------------------------


def test_a_minted_key_does_what_its_entitlement_says_and_nothing_else(aws: MotoAws) -> None:
    key = aws.mint()
    assert aws.read(key) == "done"
    assert aws.write(key) == "AccessDenied"
    for service, call in (("iam", "list_users"), ("sns", "list_topics"), ("sts", "get_federation_token")):
        client = aws.holder(service, key)
        words = {"Name": "alice"} if service == "sts" else {}
        assert aws.outcome(lambda client=client, call=call, words=words: getattr(client, call)(**words)) != "done"


def test_even_administrator_rights_stay_inside_the_boundary(aws: MotoAws) -> None:
    key = aws.mint()
    aws.admin("iam").put_user_policy(
        UserName=spec().grant.iam_user, PolicyName="by-hand", PolicyDocument=policy(EVERYTHING)
    )
    assert aws.write(key) == "done"
    iam, sts = aws.holder("iam", key), aws.holder("sts", key)
    escape = lambda: iam.delete_user_permissions_boundary(UserName=spec().grant.iam_user)  # noqa: E731
    for call in (iam.list_users, escape, aws.holder("sns", key).list_topics):
        assert aws.outcome(call) == "AccessDenied"
    assert aws.outcome(lambda: sts.get_federation_token(Name="alice")) == "AccessDenied"


def test_the_lease_ends_by_iam_alone(aws: MotoAws) -> None:
    """No Latchkey runs between the mint and the refusal: only the clock moves."""
    key = aws.mint()
    session = aws.holder("sts", key).get_session_token(DurationSeconds=36 * 3600)["Credentials"]
    of_session = aws.client("s3", session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    aws.aws.forget_calls()
    aws.clock.advance(LEASE_UNTIL - START)
    assert aws.read(key) == "done"
    aws.clock.advance(seconds=1)
    assert aws.read(key) == "AccessDenied"
    assert aws.outcome(lambda: of_session.get_object(Bucket="reports", Key="2026/q3.csv")) == "AccessDenied"
    assert {call.service for call in aws.aws.calls} == {"s3"}


@pytest.mark.parametrize(
    ("where", "inside"),
    [
        ({"source_ips": ("203.0.113.0/24",)}, {"203.0.113.7": True, "198.51.100.1": False, "vpce-1": False}),
        ({"source_vpces": ("vpce-1",)}, {"203.0.113.7": False, "vpce-1": True, "vpce-2": False}),
        (
            {"source_ips": ("203.0.113.0/24", "2001:db8::/32"), "source_vpces": ("vpce-1", "vpce-3")},
            {"203.0.113.7": True, "2001:db8::7": True, "198.51.100.1": False, "vpce-3": True, "vpce-2": False},
        ),
        ({}, {"203.0.113.7": True, "vpce-2": True}),
    ],
)
def test_a_key_works_from_where_it_may_and_from_nowhere_else(
    aws: MotoAws, where: dict[str, tuple[str, ...]], inside: dict[str, bool]
) -> None:
    key = aws.mint(spec(entitlement(**where)))
    for place, works in inside.items():
        aws.aws.network = Network(source_vpce=place) if place.startswith("vpce") else Network(source_ip=place)
        assert (place, aws.read(key)) == (place, "done" if works else "AccessDenied")


def test_a_service_that_calls_on_in_the_holders_name_is_let_through() -> None:
    found = policies.denies(entitlement(source_ips=("203.0.113.0/24",)), LEASE_UNTIL, [])
    now, outside = START.isoformat(), "198.51.100.1"
    assert denied(found, aws_CurrentTime=now, aws_SourceIp=outside, aws_ViaAWSService="false")
    assert not denied(found, aws_CurrentTime=now, aws_SourceIp=outside, aws_ViaAWSService="true")
    assert denied(found, aws_CurrentTime=now, aws_SourceIp=outside), "a request that does not say is the holder's own"
    late = (LEASE_UNTIL + timedelta(seconds=1)).isoformat()
    assert denied(found, aws_CurrentTime=late, aws_SourceIp=outside, aws_ViaAWSService="true")


def test_a_key_assumes_the_roles_of_its_entitlement_only(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    one = entitlement("one", may_assume=(JUMP,), policy=policy(READ, HOP))
    two = entitlement("two", may_assume=(OTHER,), policy=policy(READ, HOP))
    none = entitlement("none")
    aws = MotoAws(clock, monkeypatch, catalog(one, two, none))
    try:
        # A trust policy that names everyone: only the explicit Denies can stop a key there.
        anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        for name in ("jump", "other", "third"):
            aws.admin("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(anybody))
        reach = {}
        for each in (one, two, none):
            sts = aws.holder("sts", aws.mint(spec(each, of=grant(each.id, each))))
            for name in ("jump", "other", "third"):
                words = {"RoleArn": f"arn:aws:iam::{ID}:role/{name}", "RoleSessionName": "alice"}
                reach[each.id, name] = aws.outcome(lambda sts=sts, words=words: sts.assume_role(**words))
        assert {pair for pair, outcome in reach.items() if outcome == "done"} == {("one", "jump"), ("two", "other")}
        assert set(reach.values()) == {"done", "AccessDenied"}
    finally:
        aws.close()


# --- the boundary --------------------------------------------------------------------------------------------------

WIDE = catalog(
    entitlement("a", policy=policy({"Effect": "Allow", "Action": ["S3:GetObject", "sqs:*"], "Resource": "*"})),
    entitlement("b", policy=policy(READ, {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::reports/secret"})),
    entitlement("c", policy=policy(READ, {"Effect": "Deny", "Action": ["iam:*", "ec2:*"], "Resource": "*"})),
    entitlement("d", policy=policy(READ, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})),
    entitlement("e", policy_arns=("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",), services=("dynamodb",)),
    entitlement("f", may_assume=(JUMP, JUMP), policy=policy(READ, HOP)),
)


def test_the_boundary_allows_the_services_that_the_catalog_names_and_never_a_star() -> None:
    found = policies.boundary(WIDE, ACCOUNT)
    actions = [each["Action"] for each in statements(found, "Allow")]
    assert actions == [["dynamodb:*", "s3:*", "sqs:*"], "sts:AssumeRole"]
    for action in ("s3:GetObject", "sqs:SendMessage", "dynamodb:GetItem"):
        assert allowed(found, action)
    for action in ("ec2:RunInstances", "sns:Publish", "sts:GetAccessKeyInfo"):
        assert not allowed(found, action)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateUser",
        "iam:PassRole",
        "organizations:LeaveOrganization",
        "account:CloseAccount",
        "sso:CreatePermissionSet",
        "sts:GetFederationToken",
    ],
)
def test_what_could_reach_beyond_is_denied_and_not_only_not_allowed(action: str) -> None:
    found = policies.boundary(WIDE, ACCOUNT)
    assert evaluate(Request(action, "*"), [{"Statement": [EVERYTHING]}], found, None).explicit


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"])
def test_roles_outside_the_union_of_may_assume_are_denied(action: str) -> None:
    for found in (policies.boundary(WIDE, ACCOUNT), policies.boundary(catalog(), ACCOUNT)):
        assert evaluate(Request(action, OTHER), [{"Statement": [EVERYTHING]}], found, None).explicit
    assert allowed(policies.boundary(WIDE, ACCOUNT), "sts:AssumeRole", JUMP)


def test_a_boundary_for_an_account_without_keys_has_no_allow() -> None:
    found = policies.boundary(catalog(entitlement("s", policy=None, policy_arns=())), ACCOUNT)
    assert statements(found, "Allow") == []
    for action in ("s3:GetObject", "iam:CreateUser", "sts:AssumeRole"):
        assert evaluate(Request(action, "*"), [{"Statement": [EVERYTHING]}], found, None).explicit


@pytest.mark.parametrize("action", ["kms:Decrypt", "sns:Publish", "ec2:RunInstances", "lambda:InvokeFunction"])
def test_what_a_resource_policy_opens_to_everyone_is_denied_and_not_only_not_allowed(action: str) -> None:
    """A boundary without an Allow doesn't limit a resource policy that names the user; its Deny does."""
    for found in (policies.boundary(WIDE, ACCOUNT), policies.boundary(catalog(), ACCOUNT)):
        assert evaluate(Request(action, "*"), [{"Statement": [EVERYTHING]}], found, None).explicit


@pytest.mark.parametrize("action", ["s3:GetObject", "sts:GetCallerIdentity", "sts:GetSessionToken"])
def test_the_boundary_denies_nothing_that_the_catalog_names_or_a_key_with_mfa_starts_with(action: str) -> None:
    for found in (policies.boundary(WIDE, ACCOUNT), policies.boundary(catalog(), ACCOUNT)):
        assert not evaluate(Request(action, "*"), [{"Statement": [EVERYTHING]}], found, None).explicit


# --- times and sizes ------------------------------------------------------------------------------------------------


def test_a_lease_is_written_in_utc_and_never_later_than_it_ends() -> None:
    there = LEASE_UNTIL.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=999_999)
    condition = policies.after(there)["Condition"]
    assert condition == {"DateGreaterThan": {"aws:CurrentTime": "2026-11-02T22:00:00Z"}}


def test_denies_and_the_longest_policy_fit_into_what_iam_gives() -> None:
    addresses = tuple(f"203.0.113.{n}/32" for n in range(4))
    widest = entitlement(source_ips=addresses, source_vpces=("vpce-0a1b2c3d4e5f67890",), may_assume=(JUMP,))
    ours = policies.inline_size(policies.denies(widest, datetime.max.replace(tzinfo=UTC), [JUMP, OTHER]))
    assert ours <= 800
    assert policies.inline_size(policies.denies(entitlement(), LEASE_UNTIL, [])) < 200
    assert policies.inline_size({"Sid": "with blanks", "Statement": []}) == len('{"Sid":"withblanks","Statement":[]}')
    assert ours + policies.inline_size(json.loads(policy(READ))) < policies.INLINE_CHARACTERS


def test_the_session_policy_fits_and_ends_with_the_lease() -> None:
    found = policies.session_policy(spec().entitlement, LEASE_UNTIL)
    assert len(policies.compact(found)) < 2048
    assert [each["Effect"] for each in found["Statement"]] == ["Allow", "Deny"]
    everything = policies.session_policy(entitlement("s", policy=None, source_ips=("203.0.113.0/24",)), LEASE_UNTIL)
    assert [each["Effect"] for each in everything["Statement"]] == ["Allow", "Deny", "Deny"]


def test_a_session_policy_for_one_act_reaches_one_user() -> None:
    found = policies.one_user(ACCOUNT, "latchkey-g1")
    mine, other = (f"arn:aws:iam::{ID}:user/latchkey/latchkey-{name}" for name in ("g1", "g2"))
    assert allowed(found, "iam:CreateAccessKey", mine)
    assert not allowed(found, "iam:CreateAccessKey", other)
    assert not allowed(found, "iam:CreateAccessKey", f"arn:aws:iam::{ID}:user/latchkey-g1")
    assert allowed(found, "iam:DeleteVirtualMFADevice", f"arn:aws:iam::{ID}:mfa/latchkey/x")
    assert not allowed(found, "s3:GetObject")


def test_what_denies_is_known() -> None:
    assert policies.only_denies("arn:aws:iam::aws:policy/AWSDenyAll")
    assert policies.only_denies("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2")
    assert not policies.only_denies("arn:aws:iam::aws:policy/AdministratorAccess")
    assert not policies.only_denies(f"arn:aws:iam::{ID}:policy/AWSDenyAll")
