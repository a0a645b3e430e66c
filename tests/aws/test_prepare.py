"""The user of a grant on real boto3: the order of its creation, what is waited for, what is removed again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aws.boundary import same
from bot.aws.policies import boundary
from bot.aws.users import VISIBLE_WITHIN
from bot.domain.errors import AwsRefused, BoundaryDiffers, ForeignUser, Throttled
from bot.domain.usage.last_used import LastUsed
from bot.sandbox.aws import faults
from tests.aws.kit import ACCOUNT, BOUNDARY, READ, MotoAws, catalog, entitlement, grant, policy, spec
from tests.fakes import ALICE

SPEC = spec()
USER = SPEC.grant.iam_user
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"


def test_first_the_user_then_what_it_may_not_then_what_it_may(aws: MotoAws) -> None:
    aws.iam.prepare(SPEC, by=ALICE)
    acts = [(call.action, call.params.get("PolicyName")) for call in aws.aws.calls]
    assert acts == [
        ("GetPolicy", None),
        ("GetPolicyVersion", None),
        ("CreateUser", None),
        ("PutUserPolicy", "latchkey-deny"),
        ("PutUserPolicy", "latchkey-allow"),
    ]
    user = aws.admin("iam").get_user(UserName=USER)["User"]
    assert user["Path"] == "/latchkey/"
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    assert {each["Key"]: each["Value"] for each in user["Tags"]} == {
        "latchkey:grant": "g1",
        "latchkey:owner": "U01ALICE",
        "latchkey:requester": "U01ALICE",
        "latchkey:approver": "U02BOB",
        "latchkey:entitlement": "reports-read",
        "latchkey:expires": "2026-11-02T22:00:00Z",
    }


def test_a_ticket_becomes_a_tag_as_iam_takes_it(aws: MotoAws) -> None:
    wanted = replace(spec(), ticket="FIN #212 (Q4)")
    aws.iam.prepare(wanted, by=ALICE)
    tags = aws.admin("iam").get_user(UserName=USER)["User"]["Tags"]
    assert {"Key": "latchkey:ticket", "Value": "FIN _212 _Q4_"} in tags


def test_every_attempt_that_dies_on_the_way_can_be_repeated(aws: MotoAws) -> None:
    for index in range(5):
        for fault in (faults.DENIED, faults.THROTTLED, faults.LOST_AFTER):
            wanted = spec(of=grant(f"g{index}"))
            aws.aws.faults.at(index, fault)
            with pytest.raises((AwsRefused, Throttled)):
                aws.iam.prepare(wanted, by=ALICE)
            aws.iam.prepare(wanted, by=ALICE)
            assert aws.read(aws.iam.create_key(ACCOUNT, wanted.grant.iam_user, by=ALICE)) == "done"
            aws.iam.tear_down(wanted.grant, ACCOUNT, by=ALICE)


def test_a_fresh_user_that_iam_does_not_show_yet_is_waited_for(aws: MotoAws) -> None:
    aws.aws.faults.delay_visibility("PutUserPolicy", times=3)
    aws.iam.prepare(SPEC, by=ALICE)
    assert aws.slept == [0.25, 0.5, 1.0]
    aws.aws.faults.delay_visibility("GetUser", times=2)
    aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert aws.creations() == 1


def test_it_is_waited_for_too_where_iam_denies_because_it_knows_no_path_of_it_yet(aws: MotoAws) -> None:
    aws.aws.faults.deny("PutUserPolicy", times=2)
    aws.aws.faults.delay_visibility("GetUser", times=2)
    aws.iam.prepare(SPEC, by=ALICE)
    assert aws.slept == [0.25, 0.5]
    aws.aws.faults.deny("GetUser")  # the Issuer's
    aws.aws.faults.delay_visibility("GetUser")  # the Reader's
    aws.iam.create_key(ACCOUNT, USER, by=ALICE)
    assert (aws.creations(), aws.slept) == (1, [0.25, 0.5, 0.25])


def test_it_is_waited_for_sixty_seconds_and_no_longer(aws: MotoAws) -> None:
    aws.aws.faults.delay_visibility("PutUserPolicy", times=100)
    with pytest.raises(AwsRefused, match="PutUserPolicy: NoSuchEntity"):
        aws.iam.prepare(SPEC, by=ALICE)
    assert sum(aws.slept) == VISIBLE_WITHIN.total_seconds() == 60


@pytest.mark.parametrize("what", ["path", "boundary", "tag"])
def test_a_user_that_is_not_this_grants_is_left_alone(aws: MotoAws, what: str) -> None:
    iam = aws.admin("iam")
    tag = [{"Key": "latchkey:grant", "Value": "g2" if what == "tag" else "g1"}]
    bounded = {} if what == "boundary" else {"PermissionsBoundary": BOUNDARY}
    iam.create_user(UserName=USER, Path="/" if what == "path" else "/latchkey/", Tags=tag, **bounded)
    with pytest.raises(ForeignUser):
        aws.iam.prepare(SPEC, by=ALICE)
    assert iam.list_user_policies(UserName=USER)["PolicyNames"] == []


def test_a_name_that_is_not_a_grants_is_refused_without_a_call(aws: MotoAws) -> None:
    aws.aws.forget_calls()
    with pytest.raises(ForeignUser):
        aws.iam.create_key(ACCOUNT, "alice", by=ALICE)
    assert aws.aws.calls == ()


def test_a_throttle_or_a_refusal_is_not_taken_for_a_boundary_that_differs(aws: MotoAws) -> None:
    for plan, error in ((aws.aws.faults.throttle, Throttled), (aws.aws.faults.deny, AwsRefused)):
        plan("GetPolicy")
        with pytest.raises(error) as raised:
            aws.iam.prepare(SPEC, by=ALICE)
        assert not isinstance(raised.value, BoundaryDiffers)


def test_an_account_without_a_boundary_makes_no_user(aws: MotoAws) -> None:
    with pytest.raises(BoundaryDiffers, match="NotNamed"):
        aws.iam.prepare(spec(account=replace(ACCOUNT, boundary_arn=None)), by=ALICE)
    assert aws.truth(USER) is None


def test_a_longer_lease_is_written_into_the_deny_and_the_tag(aws: MotoAws) -> None:
    key = aws.mint()
    aws.iam.prepare(spec(of=grant(lasts=timedelta(days=2))), by=ALICE)
    tags = aws.admin("iam").get_user(UserName=USER)["User"]["Tags"]
    assert {"Key": "latchkey:expires", "Value": "2026-11-04T14:00:00Z"} in tags
    aws.clock.advance(hours=9)
    assert aws.read(key) == "done"


def test_what_the_catalog_no_longer_allows_is_taken_back(aws: MotoAws) -> None:
    broad = entitlement(policy_arns=(FULL, READ_ONLY), services=("s3",))
    key = aws.mint(spec(broad))
    iam = aws.admin("iam")
    iam.attach_user_policy(UserName=USER, PolicyArn=QUARANTINE)
    assert aws.write(key) == "done"

    aws.iam.prepare(spec(entitlement(policy_arns=(READ_ONLY,), services=("s3",))), by=ALICE)
    attached = {each["PolicyArn"] for each in iam.list_attached_user_policies(UserName=USER)["AttachedPolicies"]}
    assert attached == {READ_ONLY, QUARANTINE}
    assert aws.write(key) == "AccessDenied"

    aws.iam.prepare(SPEC, by=ALICE)
    assert set(iam.list_user_policies(UserName=USER)["PolicyNames"]) == {"latchkey-allow", "latchkey-deny"}
    aws.iam.prepare(spec(broad), by=ALICE)
    assert iam.list_user_policies(UserName=USER)["PolicyNames"] == ["latchkey-deny"]


def test_without_a_fixed_lease_nothing_is_made_at_all(aws: MotoAws) -> None:
    aws.aws.forget_calls()
    with pytest.raises(ValueError, match="fixed lease"):
        aws.iam.prepare(spec(of=replace(grant(), lease_until=None)), by=ALICE)
    assert aws.aws.calls == ()


def test_all_keys_and_all_users_are_read_page_by_page(aws: MotoAws) -> None:
    names = [f"g{number}" for number in range(3)]
    for name in names:
        aws.mint(spec(of=grant(name)))
    aws.iam.create_key(ACCOUNT, "latchkey-g0", by=ALICE)
    aws.aws.list_in_pages_of(1)
    assert len(aws.iam.keys_of(ACCOUNT, "latchkey-g0") or ()) == 2
    assert aws.iam.users_under(ACCOUNT) == tuple(f"latchkey-{name}" for name in names)
    assert aws.aws.count("ListUsers") == 3


def test_the_last_use_names_service_and_region(aws: MotoAws) -> None:
    key = aws.mint()
    aws.clock.advance(hours=1)
    aws.read(key)
    assert aws.iam.last_used(ACCOUNT, key.id) == LastUsed(aws.clock.now(), "s3", "eu-central-1")


def test_a_boundary_is_compared_by_what_it_means() -> None:
    wanted = boundary(catalog(), ACCOUNT)
    rows = [{key: value for key, value in row.items() if key != "Sid"} for row in reversed(wanted["Statement"])]
    rows[-1]["Action"] = rows[-1]["Action"][0]
    assert same({"Version": "2012-10-17", "Statement": rows}, wanted)
    for other in (policy(READ), "no policy", {}, {"Version": "2012-10-17", "Statement": rows[1:]}, None, []):
        assert not same(other, wanted)
    assert not same({"Version": "2008-10-17", "Statement": rows}, wanted)
