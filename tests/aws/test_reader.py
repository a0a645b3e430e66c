"""The contract of ports.Reader for the fake and boto3, and how boto3 waits for a report."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.aws.credential_report import BRIEFLY, PATIENCE, AwsReader
from bot.domain.errors import Unreadable
from bot.domain.hygiene import credential_report
from bot.domain.hygiene.service_credential import BEDROCK, ServiceCredential, ServiceStatus
from bot.domain.usage.last_used import LastUsed
from bot.ports import Reader
from bot.sandbox.aws.faults import THROTTLED, Fault
from bot.sandbox.aws.service_credentials import CODECOMMIT, add
from bot.sandbox.aws.wire import Refusal
from tests.aws.fake import FakeAws
from tests.aws.kit import ACCOUNT, ADMIN, MotoAws
from tests.fakes import START, FakeClock
from tests.fakes.reader import FakeReader

DAY = timedelta(days=1)


@dataclass
class Side:
    """A reader with carol, who has a password, tags, a policy and two keys: one in use, the other deactivated."""

    reader: Reader
    clock: FakeClock


def fake(clock: FakeClock) -> Side:
    aws = FakeAws(clock)
    reader = FakeReader(aws.iam)
    reader.user(
        ACCOUNT, "carol", tags={"Slack": "U03CAROL"}, policies=("AWSDenyAll",), password=True, made_at=clock.now()
    )
    used = reader.key(ACCOUNT, "carol")
    clock.advance(DAY)
    aws.iam.uses[used] = LastUsed(clock.now(), "iam", "us-east-1")
    reader.key(ACCOUNT, "carol", active=False)
    return Side(reader, clock)


def real(aws: MotoAws) -> Side:
    iam = aws.admin("iam")
    iam.create_user(UserName="carol", Tags=[{"Key": "Slack", "Value": "U03CAROL"}])
    iam.create_login_profile(UserName="carol", Password="Long-enough-1!")
    iam.attach_user_policy(UserName="carol", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    key = iam.create_access_key(UserName="carol")["AccessKey"]
    aws.clock.advance(DAY)
    aws.outcome(aws.client("iam", key["AccessKeyId"], key["SecretAccessKey"]).list_users)
    second = iam.create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="carol", AccessKeyId=second, Status="Inactive")
    return Side(AwsReader(aws.accounts, sleep=lambda _: None), aws.clock)


@pytest.fixture(params=["fake", "boto3"])
def side(request: pytest.FixtureRequest, clock: FakeClock) -> Side:
    return fake(clock) if request.param == "fake" else real(request.getfixturevalue("aws"))


def test_the_report_can_be_read_and_shows_both_keys(side: Side) -> None:
    printed = side.reader.report(ACCOUNT)
    found = credential_report.read(printed.content, printed.made_at, side.clock.now())
    carol = found.lines["carol"]
    assert found.root is not None
    assert (carol.password, carol.mfa, carol.more) == (True, False, False)
    by_age = {each.made_at: each for each in carol.slots}
    assert by_age.keys() == {START, START + DAY}
    assert by_age[START].used is not None
    assert by_age[START].used.at == START + DAY
    assert by_age[START].used.service == "iam"
    assert (by_age[START + DAY].active, by_age[START + DAY].used) == (False, LastUsed(None))


def test_users_come_with_tags_and_the_names_of_their_policies(side: Side) -> None:
    (carol,) = [each for each in side.reader.users(ACCOUNT) if each.name == "carol"]
    assert (carol.created_at, carol.tags, carol.policies) == (START, {"Slack": "U03CAROL"}, ("AWSDenyAll",))


# --- what users may do ------------------------------------------------------------------------------------------------


def written(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ADMIN_OF_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READS = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}


def test_the_power_of_users_comes_by_what_is_attached_inline_and_through_groups_in_the_same_pages(aws: MotoAws) -> None:
    iam = aws.admin("iam")
    for name in ("attached", "inline", "of-aws", "in-a-group", "bounded", "reader", "was-admin", "no-policy"):
        iam.create_user(UserName=name)
    own = iam.create_policy(PolicyName="all", PolicyDocument=written(ADMIN_OF_ALL))["Policy"]["Arn"]
    reads = iam.create_policy(PolicyName="reads", PolicyDocument=written(READS))["Policy"]["Arn"]
    edited = iam.create_policy(PolicyName="edited", PolicyDocument=written(ADMIN_OF_ALL))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=edited, PolicyDocument=written(READS), SetAsDefault=True)
    iam.create_group(GroupName="ops")
    iam.put_group_policy(GroupName="ops", PolicyName="group-inline", PolicyDocument=written(READS))
    iam.attach_group_policy(GroupName="ops", PolicyArn=own)
    iam.add_user_to_group(GroupName="ops", UserName="in-a-group")
    iam.attach_user_policy(UserName="attached", PolicyArn=own)
    iam.attach_user_policy(UserName="was-admin", PolicyArn=edited)
    iam.attach_user_policy(UserName="of-aws", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.attach_user_policy(UserName="reader", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.put_user_policy(UserName="inline", PolicyName="a 100% inline", PolicyDocument=written(ADMIN_OF_ALL))
    iam.attach_user_policy(UserName="bounded", PolicyArn=own)
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=reads)
    aws.aws.forget_calls()
    found = {each.name: each.power for each in AwsReader(aws.accounts).users(ACCOUNT)}
    said = "allows every change in IAM"
    assert {name: found[name] for name in found if found[name]} == {
        "attached": (f"all {said}",),
        "inline": (f"a 100% inline {said}",),
        "of-aws": (f"AdministratorAccess {said}",),
        "in-a-group": (f"all through the group ops {said}",),
    }
    assert {found[name] for name in ("bounded", "reader", "was-admin", "no-policy")} == {()}
    assert calls(aws) == ["GetCallerIdentity", "GetAccountAuthorizationDetails"]


def test_service_specific_credentials_of_all_users_come_in_pages_with_age_end_and_status(aws: MotoAws) -> None:
    iam, backend = aws.admin("iam"), aws.aws._directory.backend
    ids = {}
    for name in ("carol", "dave"):
        iam.create_user(UserName=name)
        kind = {"ServiceName": BEDROCK, "CredentialAgeDays": 30} if name == "carol" else {"ServiceName": CODECOMMIT}
        made = iam.create_service_specific_credential(UserName=name, **kind)["ServiceSpecificCredential"]
        ids[name] = made["ServiceSpecificCredentialId"]
    iam.update_service_specific_credential(UserName="dave", ServiceSpecificCredentialId=ids["dave"], Status="Inactive")
    made_at = aws.clock.now()
    reader = AwsReader(aws.accounts)
    carols = ServiceCredential(ids["carol"], "carol", BEDROCK, ServiceStatus.ACTIVE, made_at, made_at + 30 * DAY)
    daves = ServiceCredential(ids["dave"], "dave", CODECOMMIT, ServiceStatus.INACTIVE, made_at, None)
    assert set(reader.service_credentials(ACCOUNT)) == {carols, daves}
    aws.clock.advance(30 * DAY)
    assert replace(carols, status=ServiceStatus.EXPIRED) in reader.service_credentials(ACCOUNT)
    for number in range(1000):
        add(aws.aws._directory, backend.create_user("eu-central-1", f"user-{number}"), CODECOMMIT)
    aws.aws.forget_calls()
    assert len(reader.service_credentials(ACCOUNT)) == 1002
    assert calls(aws) == ["ListServiceSpecificCredentials"] * 2
    aws.aws.faults.at(1, THROTTLED)  # the second page
    with pytest.raises(Unreadable):
        reader.service_credentials(ACCOUNT)


# --- boto3 alone ----------------------------------------------------------------------------------------------------


class Waiting:
    def __init__(self, aws: MotoAws, jitter: float = 1.0) -> None:
        self.slept = list[float]()
        self.reader = AwsReader(aws.accounts, sleep=self.slept.append, jitter=lambda: jitter)


def calls(aws: MotoAws) -> list[str]:
    return [each.action for each in aws.aws.calls]


def test_a_report_in_progress_is_polled_with_backoff(aws: MotoAws) -> None:
    aws.aws.report_takes(7)
    whole, half = Waiting(aws), Waiting(aws, jitter=0.0)
    whole.reader.report(ACCOUNT)
    assert whole.slept == [1, 2, 4, 8, 16, 20, 20]
    assert calls(aws) == ["GenerateCredentialReport", *["GetCredentialReport"] * 8]
    aws.clock.advance(hours=4)
    half.reader.report(ACCOUNT)
    assert half.slept == [each / 2 for each in whole.slept], "many accounts that wait do not ask in step"


def test_patience_ends_in_unknown(aws: MotoAws) -> None:
    aws.aws.report_takes(1000)
    waiting = Waiting(aws)
    with pytest.raises(Unreadable) as unknown:
        waiting.reader.report(ACCOUNT)
    assert unknown.value.code == "ReportInProgress"
    assert sum(waiting.slept) == PATIENCE.total_seconds() == 300
    assert waiting.slept[0] == 1


def test_a_worker_waits_briefly_and_comes_back(aws: MotoAws) -> None:
    aws.aws.report_takes(1000)
    slept = list[float]()
    reader = AwsReader(aws.accounts, sleep=slept.append, jitter=lambda: 1.0, patience=BRIEFLY)
    with pytest.raises(Unreadable):
        reader.report(ACCOUNT)
    assert slept == [1, 2, 4, 3]


def test_a_young_report_is_taken_as_it_is_and_an_old_one_is_made_anew(aws: MotoAws) -> None:
    reader = Waiting(aws).reader
    first = reader.report(ACCOUNT)
    aws.clock.advance(timedelta(hours=4) - timedelta(seconds=1))
    assert reader.report(ACCOUNT) == first
    aws.clock.advance(seconds=1)
    again = reader.report(ACCOUNT)
    assert again.made_at == aws.clock.now()


@pytest.mark.parametrize("code", ["ReportExpired", "ReportNotPresent"])
def test_a_report_that_ran_out_between_the_calls_is_asked_for_again(aws: MotoAws, code: str) -> None:

    aws.aws.report_takes(0)
    aws.aws.faults.at(1, Fault(Refusal(code, "Ran out.", 410)))
    waiting = Waiting(aws)
    waiting.reader.report(ACCOUNT)
    assert calls(aws) == ["GenerateCredentialReport", "GetCredentialReport"] * 2


@pytest.mark.parametrize("call", ["GenerateCredentialReport", "GetCredentialReport", "GetAccountAuthorizationDetails"])
def test_a_refusal_is_unknown_at_once(aws: MotoAws, call: str) -> None:
    aws.aws.faults.deny(call, times=9)
    waiting = Waiting(aws)
    ask: Any = waiting.reader.users if call.startswith("GetAccount") else waiting.reader.report
    with pytest.raises(Unreadable) as unknown:
        ask(ACCOUNT)
    assert (unknown.value.call, unknown.value.code, waiting.slept) == (call, "AccessDenied", [])


def test_the_user_that_the_worker_runs_on_is_marked(aws: MotoAws) -> None:
    marked = {each.arn: each.runs_latchkey for each in Waiting(aws).reader.users(ACCOUNT)}
    assert [arn for arn, ours in marked.items() if ours] == [ADMIN]


def test_users_come_in_pages_of_a_thousand(aws: MotoAws) -> None:
    backend = aws.aws._directory.backend
    for number in range(1500):
        backend.create_user("eu-central-1", f"user-{number}")
    assert len(Waiting(aws).reader.users(ACCOUNT)) == 1501
    assert calls(aws) == ["GetCallerIdentity", *["GetAccountAuthorizationDetails"] * 2]


def test_a_page_that_is_refused_leaves_no_half_of_the_users(aws: MotoAws) -> None:
    backend = aws.aws._directory.backend
    for number in range(1500):
        backend.create_user("eu-central-1", f"user-{number}")
    aws.aws.faults.at(2, THROTTLED)  # the second page
    with pytest.raises(Unreadable):
        Waiting(aws).reader.users(ACCOUNT)
