"""Whole lives of a key and a session by a worker that has only what `latchkey iam` prints, with and without roles."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.aws.credential_report import AwsReader
from bot.aws.doctor import check_account
from bot.aws.roles import iam_documents
from bot.domain.catalog import Account, Catalog
from bot.domain.drift.difference import DifferenceKind
from bot.domain.errors import AwsRefused, LatchkeyError, Unreadable
from bot.domain.hygiene import credential_report
from tests.aws.kit import (
    ACCOUNT,
    ID,
    READ,
    READ_REPORTS,
    SESSION,
    MotoAws,
    catalog,
    elsewhere,
    entitlement,
    grant,
    policy,
    spec,
)
from tests.aws.test_teardown import certificate, hang_everything_on_it
from tests.fakes import ALICE, BOB, FakeClock

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

__all__ = ["certificate"]

WORKER = f"arn:aws:iam::{ID}:user/service/worker"
CODED = entitlement("coded", mfa=True)
BY_ARN = entitlement("by-arn", policy_arns=("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",), services=("s3",))


class Lives:
    """A worker that is a plain IAM user with the printed policy Worker, and roles if the account has them."""

    def __init__(self, aws: MotoAws, account: Account, made: Catalog) -> None:
        self.aws, self.account, self.catalog = aws, account, made
        printed = iam_documents(made, "main", WORKER)
        iam = aws.admin("iam")
        iam.create_user(UserName="worker", Path="/service/")
        arn = iam.create_policy(PolicyName="worker", PolicyDocument=json.dumps(printed["Worker"]))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="worker", PolicyArn=arn)
        trusted = json.dumps(printed["Trust"])
        if account.reader_role_arn:
            for name in ("Reader", "Issuer", "Responder"):
                role = f"latchkey-{name.lower()}"
                iam.create_role(RoleName=role, AssumeRolePolicyDocument=trusted)
                iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(printed[name]))
        iam.update_assume_role_policy(RoleName="reports-session", PolicyDocument=json.dumps(printed["SessionTrust"]))
        key = iam.create_access_key(UserName="worker")["AccessKey"]
        self.key: str = key["AccessKeyId"]
        aws.be(key["AccessKeyId"], key["SecretAccessKey"])
        aws.aws.forget_calls()

    def spec(self, wanted: Any = READ_REPORTS, name: str = "g1") -> Any:
        return spec(wanted, account=self.account, of=grant(name, wanted))


@pytest.fixture(params=["own credentials", "three roles"])
def lives(request: pytest.FixtureRequest, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lives]:
    account = ACCOUNT if request.param == "own credentials" else elsewhere()
    made = catalog(READ_REPORTS, SESSION, BY_ARN, CODED, account=account)
    aws = MotoAws(clock, monkeypatch, made)
    yield Lives(aws, account, made)
    aws.close()


@pytest.mark.parametrize("wanted", [READ_REPORTS, BY_ARN], ids=["inline policy", "policy_arns"])
def test_a_whole_life_of_a_key(lives: Lives, wanted: Any) -> None:
    aws, account, made = lives.aws, lives.account, lives.spec(wanted)
    user = made.grant.iam_user
    first = aws.mint(made)
    assert aws.read(first) == "done"
    assert aws.iam.last_used(account, first.id).service == "s3"
    second = aws.mint(made)  # rotate
    assert aws.read(second) == "done"
    aws.iam.set_active(account, user, first.id, active=False, by=ALICE)
    assert aws.read(first) == "InvalidAccessKeyId"
    aws.iam.set_active(account, user, first.id, active=True, by=ALICE)
    assert {key.id for key in aws.iam.keys_of(account, user) or ()} == {first.id, second.id}
    aws.iam.delete_key(account, user, first.id, by=ALICE)
    assert aws.iam.users_under(account) == (user,)
    aws.iam.tear_down(made.grant, account, by=BOB)
    assert aws.truth(user) is None
    assert aws.read(second) == "InvalidAccessKeyId"


def test_a_whole_life_of_a_key_with_a_device(lives: Lives) -> None:
    aws, account, made = lives.aws, lives.account, lives.spec(CODED)
    user, serial = made.grant.iam_user, aws.iam.device_serial(account, "latchkey-c1")
    aws.iam.prepare(made, by=ALICE)
    for _ in range(2):  # the first one is discarded
        seed = aws.iam.create_device(account, user, serial, by=ALICE)
        aws.iam.enable_device(account, user, serial, seed, by=ALICE)
        aws.iam.drop_device(account, user, serial, by=ALICE)
    left = aws.iam.device_serial(account, "latchkey-c2")
    aws.iam.create_device(account, user, left, by=ALICE)
    key = aws.iam.create_key(account, user, by=ALICE)
    assert aws.read(key) == "AccessDenied"
    aws.iam.tear_down(made.grant, account, devices=(serial, left), by=BOB)
    assert (aws.truth(user), aws.devices()) == (None, {})


def test_a_device_beyond_our_path_or_on_a_foreign_user_is_out_of_reach(lives: Lives) -> None:
    aws = lives.aws
    aws.admin("iam").create_user(UserName="alice")
    mine = aws.client("iam", os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    assert aws.outcome(lambda: mine.create_virtual_mfa_device(VirtualMFADeviceName="d")) == "AccessDenied"
    theirs = aws.iam.device_serial(lives.account, "latchkey-c1")
    words = {"SerialNumber": theirs, "AuthenticationCode1": "111111", "AuthenticationCode2": "222222"}
    assert aws.outcome(lambda: mine.enable_mfa_device(UserName="alice", **words)) == "AccessDenied"
    assert aws.outcome(lambda: mine.deactivate_mfa_device(UserName="alice", SerialNumber=theirs)) == "AccessDenied"


def test_a_whole_life_of_a_session(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec(SESSION)
    session = aws.iam.assume(made, aws.iam.session_seconds(made, aws.clock.now()), name="latchkey-g1-c1", by=ALICE)
    assert aws.read(session) == "done"
    assert aws.write(session) == "AccessDenied"


def test_an_inventory_of_an_account(lives: Lives) -> None:
    aws, account = lives.aws, lives.account
    key = aws.mint(lives.spec())
    reader = AwsReader(aws.accounts, sleep=lambda _seconds: None)
    printed = reader.report(account)
    lines = credential_report.read(printed.content, printed.made_at, aws.clock.now()).lines
    users = {each.name: each for each in reader.users(account)}
    user = lives.spec().grant.iam_user
    assert lines.keys() == users.keys() | {credential_report.ROOT}
    assert users[user].tags["latchkey:owner"] == ALICE
    assert [each.made_at for each in lines[user].slots] == [key.created_at]


def test_the_doctor_finds_all_well(lives: Lives) -> None:
    said = check_account(lives.catalog, lives.account, lives.aws.accounts)
    assert "2 of 5000 IAM users" in said
    assert "boundary" in said


def test_everything_that_hangs_on_a_user_goes_but_groups_are_not_ours(lives: Lives, certificate: str) -> None:
    aws, made = lives.aws, lives.spec()
    aws.mint(made)
    hang_everything_on_it(aws, certificate, made.grant.iam_user)
    with pytest.raises(AwsRefused) as refused:
        aws.iam.tear_down(made.grant, lives.account, by=ALICE)
    assert (refused.value.call, refused.value.code) == ("RemoveUserFromGroup", "AccessDenied")
    assert aws.truth(made.grant.iam_user) == {}
    aws.admin("iam").remove_user_from_group(GroupName="readers", UserName=made.grant.iam_user)
    aws.iam.tear_down(made.grant, lives.account, by=ALICE)
    assert aws.truth(made.grant.iam_user) is None


def test_a_boundary_taken_off_calls_the_responder_and_the_tear_down_goes_on(lives: Lives) -> None:
    aws, made = lives.aws, lives.spec()
    user = made.grant.iam_user
    key = aws.mint(made)
    aws.admin("iam").delete_user_permissions_boundary(UserName=user)
    aws.aws.faults.deny("DeleteAccessKey")
    with pytest.raises(AwsRefused):
        aws.iam.tear_down(made.grant, lives.account, by=ALICE)
    attached = aws.admin("iam").list_attached_user_policies(UserName=user)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [DENY_ALL]
    aws.iam.tear_down(made.grant, lives.account, by=ALICE)
    assert aws.truth(user) is None
    assert aws.read(key) == "InvalidAccessKeyId"


def test_foreign_users_are_out_of_reach_of_the_rights_too(lives: Lives) -> None:
    aws = lives.aws
    iam = aws.admin("iam")
    iam.create_user(UserName="latchkey-g1", Path="/")
    key = iam.create_access_key(UserName="latchkey-g1")["AccessKey"]["AccessKeyId"]
    attempts: list[Callable[[], object]] = [
        lambda: aws.iam.prepare(lives.spec(), by=ALICE),
        lambda: aws.iam.create_key(lives.account, "latchkey-g1", by=ALICE),
        lambda: aws.iam.delete_key(lives.account, "latchkey-g1", key, by=ALICE),
        lambda: aws.iam.tear_down(lives.spec().grant, lives.account, by=ALICE),
    ]
    for attempt in attempts:
        with pytest.raises((AwsRefused, Unreadable, LatchkeyError)):
            attempt()
    assert aws.truth("latchkey-g1") == {key: True}


def test_what_the_worker_itself_may_not(lives: Lives) -> None:
    aws = lives.aws
    mine = aws.client("iam", os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    for call, words in (
        ("create_access_key", {"UserName": "worker"}),
        ("create_user", {"UserName": "alice"}),
        ("create_user", {"UserName": "alice", "Path": "/latchkey/"}),
        ("put_user_policy", {"UserName": "worker", "PolicyName": "x", "PolicyDocument": policy(READ)}),
        ("attach_user_policy", {"UserName": "worker", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("update_access_key", {"UserName": "worker", "AccessKeyId": lives.key, "Status": "Inactive"}),
    ):
        assert aws.outcome(lambda call=call, words=words: getattr(mine, call)(**words)) == "AccessDenied", call


def test_a_service_users_key_can_still_be_looked_at(lives: Lives) -> None:
    (seen,) = lives.aws.iam.keys_of(lives.account, "worker") or ()
    assert seen.id == lives.key
    assert lives.aws.iam.last_used(lives.account, seen.id).at is not None


@pytest.mark.parametrize("wanted", [READ_REPORTS, BY_ARN], ids=["inline policy", "policy_arns"])
def test_a_user_is_compared_and_put_back_by_what_is_printed(lives: Lives, wanted: Any) -> None:
    aws, made = lives.aws, lives.spec(wanted)
    user, key = made.grant.iam_user, aws.mint(made)
    before = aws.iam.users_seen(lives.account, {user})[user]
    admin = aws.admin("iam")
    admin.put_user_policy(UserName=user, PolicyName="more", PolicyDocument=policy({**READ, "Action": "s3:*"}))
    admin.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    admin.delete_user_permissions_boundary(UserName=user)
    admin.tag_user(UserName=user, Tags=[{"Key": "latchkey:owner", "Value": "U03CAROL"}])
    for kind in (DifferenceKind.BOUNDARY, DifferenceKind.POLICY, DifferenceKind.TAGS):
        aws.iam.repair(made, kind, by=BOB)
    assert aws.iam.users_seen(lives.account, {user})[user] == before
    assert aws.read(key) == "done"
