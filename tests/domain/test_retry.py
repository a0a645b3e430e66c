"""Each wait between attempts: doubles up to a maximum, is shortened by jitter, and stops after a total time."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import retry
from bot.domain.retry import Policy, next_attempt, wait, waits

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
POLICIES = {name: each for name, each in vars(retry).items() if isinstance(each, Policy)}
DOUBLING = Policy(timedelta(seconds=2), timedelta(seconds=9))


def seconds(policy: Policy, attempts: int = 5) -> list[float]:
    return [wait(policy, each).total_seconds() for each in range(1, attempts + 1)]


def test_a_wait_doubles_up_to_its_longest() -> None:
    assert seconds(DOUBLING) == [2, 4, 8, 9, 9]
    assert seconds(Policy(timedelta(seconds=15))) == [15] * 5
    assert next_attempt(NOW, DOUBLING, 2) == NOW + timedelta(seconds=4)
    assert next_attempt(NOW, DOUBLING) == NOW + timedelta(seconds=2)


def test_jitter_takes_up_to_half_of_a_wait() -> None:
    assert [wait(DOUBLING, 2, each).total_seconds() for each in (0.0, 0.5, 1.0)] == [2, 3, 4]


def test_waits_add_up_to_the_patience() -> None:
    assert [each.total_seconds() for each in waits(DOUBLING, timedelta(seconds=10))] == [2, 4, 4]
    assert list(waits(DOUBLING, timedelta(0))) == []
    halved = [each.total_seconds() for each in waits(DOUBLING, timedelta(seconds=4), lambda: 0.0)]
    assert halved == [1, 2, 1]


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_policy_waits_and_stays_within_its_longest_however_often_it_failed(name: str) -> None:
    policy = POLICIES[name]
    assert timedelta(0) < policy.first <= (policy.longest or policy.first)
    assert wait(policy, 10**9) == (policy.longest or policy.first)


def test_slack_and_sessions_back_off_to_five_minutes() -> None:
    assert seconds(retry.SLACK_MESSAGE, 10) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert seconds(retry.SESSION_REVOCATION, 8) == [5, 10, 20, 40, 80, 160, 300, 300]
    assert seconds(retry.SOCKET_MODE, 7) == [1, 2, 4, 8, 16, 30, 30]
