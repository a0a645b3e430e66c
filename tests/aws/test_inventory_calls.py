"""AWS calls of an inventory: pages of users, and those with a finding, but never all of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.aws.accounts import Accounts
from bot.aws.credential_report import AwsReader
from bot.aws.doctor import warnings_of
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.domain.hygiene.finding import FindingKind
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.hygiene.scan import Outcome
from bot.flows.ownership import slack_presence
from bot.sandbox.aws import AwsStandIn
from bot.store.work import SqlUnitOfWork
from tests.aws.kit import IMPATIENT
from tests.bench import large_account
from tests.bench.inventory import CATALOG, MAIN
from tests.bench.large_account import DAY, FLAGGED, Turned
from tests.fakes import FixedEntropy
from tests.fakes.trail import FakeTrail


class Crowd:
    def __init__(self, aws: AwsStandIn, clock: Turned, work: SqlUnitOfWork) -> None:
        self.aws, self.clock = aws, clock
        accounts = Accounts(now=clock.now, patient=IMPATIENT)
        iam, reader = AwsIam(CATALOG, clock, accounts=accounts), AwsReader(accounts, sleep=lambda _: None)
        hands = AwsResponder(accounts), AwsReactivator(accounts)
        self.context = AwsContext(
            work, clock, FixedEntropy(), slack_presence.WithoutSlack(), CATALOG, iam, reader, *hands, FakeTrail()
        )

    def look(self) -> tuple[Outcome, list[str]]:
        self.aws.forget_calls()
        seen = inventory.read_account(self.context, MAIN)
        return seen, [each.action for each in self.aws.calls]


@pytest.fixture
def open_() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def crowded(stack: ExitStack, work: SqlUnitOfWork, users: int, second_keys: int = 0) -> Crowd:
    aws, clock = stack.enter_context(large_account.account(users, second_keys))
    stack.enter_context(large_account.as_administrator(aws))
    return Crowd(aws, clock, work)


def test_a_thousand_users_cost_a_handful_of_calls_and_one_for_each_that_is_flagged(
    open_: ExitStack, sqlite_work: SqlUnitOfWork
) -> None:
    made = crowded(open_, sqlite_work, 1000, 200)
    seen, calls = made.look()
    assert (seen.problem, seen.users, len(seen.keys), len(seen.findings)) == (None, 1000, 1200, FLAGGED)
    assert len(calls) == 37
    assert calls.count("ListAccessKeys") == FLAGGED
    assert "GetAccessKeyLastUsed" not in calls
    made.clock.advance(inventory.EVERY)
    again, calls = made.look()
    assert (again.opened, again.closed, len(again.findings)) == (0, 0, FLAGGED)
    assert len(calls) == 5
    assert "ListAccessKeys" not in calls


def test_the_cost_grows_with_pages_and_with_what_is_flagged_only(open_: ExitStack, sqlite_work: SqlUnitOfWork) -> None:
    made = crowded(open_, sqlite_work, 1400)
    _, calls = made.look()
    assert sorted(set(calls)) == [
        "GenerateCredentialReport", "GetAccountAuthorizationDetails", "GetCallerIdentity", "GetCredentialReport",
        "ListAccessKeys", "ListServiceSpecificCredentials",
    ]  # fmt: skip
    assert calls.count("GetAccountAuthorizationDetails") == 2
    assert calls.count("ListAccessKeys") == FLAGGED
    backend = made.aws._directory.backend
    for number in range(100, 110):  # ten more become old enough
        backend.users[f"user-{number}"].access_keys[0].create_date -= 70 * DAY
    made.clock.advance(inventory.EVERY)
    _, calls = made.look()
    assert calls.count("ListAccessKeys") == 10


def test_a_throttled_list_costs_the_others_nothing(open_: ExitStack, sqlite_work: SqlUnitOfWork) -> None:
    made = crowded(open_, sqlite_work, 100)
    made.aws.faults.throttle("ListAccessKeys", times=5)
    seen, _ = made.look()
    assert len(seen.findings) == FLAGGED - 5
    made.clock.advance(inventory.EVERY)
    again, calls = made.look()
    assert len(again.findings) == FLAGGED
    assert calls.count("ListAccessKeys") == 5


def test_administrators_and_service_credentials_are_found_and_a_missing_right_is_said(
    open_: ExitStack, sqlite_work: SqlUnitOfWork
) -> None:
    made = crowded(open_, sqlite_work, 40)
    iam = large_account.client(made.aws)
    iam.create_group(GroupName="ops")
    iam.attach_group_policy(GroupName="ops", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.add_user_to_group(GroupName="ops", UserName="user-35")
    bedrock = iam.create_service_specific_credential(UserName="user-36", ServiceName="bedrock.amazonaws.com")
    iam.create_service_specific_credential(
        UserName="user-36", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=29
    )
    seen, calls = made.look()
    found = {(each.kind, each.iam_user): each for each in seen.findings if each.kind is not FindingKind.STALE}
    assert found.keys() == {(FindingKind.ADMIN_POWER, "user-35"), (FindingKind.BEDROCK_KEY, "user-36")}
    admin, service = found[FindingKind.ADMIN_POWER, "user-35"], found[FindingKind.BEDROCK_KEY, "user-36"]
    assert admin.evidence == "AdministratorAccess through the group ops allows every change in IAM"
    assert admin.access_key_id.startswith("AKIA")
    assert service.access_key_id == bedrock["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    assert calls.count("ListServiceSpecificCredentials") == calls.count("GetAccountAuthorizationDetails") == 1
    assert calls.count("ListAccessKeys") == FLAGGED + 1
    made.aws.faults.deny("ListServiceSpecificCredentials", times=9)
    made.clock.advance(inventory.EVERY)
    again, _ = made.look()
    assert (again.problem, again.services, again.services_unread, again.closed) == (None, None, "AccessDenied", 0)
    (warning,) = warnings_of(CATALOG, MAIN, Accounts(now=made.clock.now, patient=IMPATIENT))
    assert "AWS refused ListServiceSpecificCredentials (AccessDenied)" in warning
