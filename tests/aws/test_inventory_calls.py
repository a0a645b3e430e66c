"""AWS calls of an inventory: pages of users, and those with a finding, but never all of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.aws.accounts import Accounts
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
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
        seen = inventory.look(self.context, MAIN)
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
