"""The calls to an account that doesn't answer are paused for as long as it kept us waiting; all others go on."""

from collections.abc import Iterator

import pytest

from bot.aws.accounts import Accounts
from bot.aws.circuit_breaker import CODE, LONGEST_SECONDS, WORTH_SECONDS, CircuitBreaker
from bot.aws.iam import AwsIam
from bot.domain.errors import AwsError, Doubtful, Throttled, Unreadable
from tests.aws.kit import ACCOUNT, IMPATIENT, MotoAws, spec
from tests.aws.test_accounts import FAR, USER, far
from tests.fakes import ALICE
from tests.fault_injection import WEATHER, felt_by

__all__ = ["far"]
HANGS = 200.0  # seconds: eight tries of a client that waits


class Tick:
    """Each unanswered call takes as long as `hangs` says."""

    def __init__(self) -> None:
        self.now, self.hangs = 1000.0, 0.0

    def __call__(self) -> float:
        self.now += self.hangs
        return self.now


@pytest.fixture
def tick() -> Tick:
    return Tick()


@pytest.fixture
def aws(far: MotoAws, tick: Tick) -> Iterator[MotoAws]:
    """An account behind roles, and the worker's own account."""
    far.accounts = Accounts(now=far.clock.now, patient=IMPATIENT, breaker=CircuitBreaker(tick))
    far.iam = AwsIam(far.catalog, far.clock, accounts=far.accounts, sleep=lambda _seconds: None)
    close = felt_by(far.accounts)
    far.iam.prepare(spec(account=FAR), by=ALICE)
    far.iam.users_under(FAR)
    far.iam.users_under(ACCOUNT)
    yield far
    close()


def hang(aws: MotoAws, tick: Tick, kind: str = "timed out, but done", seconds: float = HANGS) -> None:
    aws.aws.faults.plan("ListUsers", WEATHER[kind])
    tick.hangs = seconds
    with pytest.raises(Unreadable):
        aws.iam.users_under(FAR)
    tick.hangs = 0.0
    aws.aws.forget_calls()


@pytest.mark.parametrize("kind", ["timed out, but done", "lost on the way there"])
def test_after_a_call_that_hung_none_is_made_for_as_long(aws: MotoAws, tick: Tick, kind: str) -> None:
    hang(aws, tick, kind)
    with pytest.raises(Unreadable, match=CODE):
        aws.iam.keys_of(FAR, USER)
    with pytest.raises(Throttled, match=CODE):
        aws.iam.prepare(spec(account=FAR), by=ALICE)
    with pytest.raises(Throttled, match=CODE):  # not doubtful: nothing was sent
        aws.iam.create_key(FAR, USER, by=ALICE)
    assert aws.aws.calls == ()
    assert aws.iam.users_under(ACCOUNT) == (USER,), "the other account is asked"
    tick.now += HANGS
    assert aws.iam.users_under(FAR) == (USER,)


def test_it_is_asked_again_after_five_minutes_at_most(aws: MotoAws, tick: Tick) -> None:
    hang(aws, tick)
    tick.now += HANGS
    aws.aws.faults.plan("ListUsers", WEATHER["lost on the way there"])
    tick.hangs = 5000.0
    with pytest.raises(Unreadable):
        aws.iam.users_under(FAR)
    tick.hangs = 0.0
    tick.now += LONGEST_SECONDS
    assert aws.iam.users_under(FAR) == (USER,)


def test_a_connection_that_is_lost_at_once_does_not_open_the_circuit(aws: MotoAws, tick: Tick) -> None:
    hang(aws, tick, "lost on the way there", WORTH_SECONDS / 10)
    assert aws.iam.users_under(FAR) == (USER,)


@pytest.mark.parametrize("kind", ["access denied", "throttled", "broken", "not found"])
def test_an_error_response_does_not_open_the_circuit(aws: MotoAws, tick: Tick, kind: str) -> None:
    hang(aws, tick, kind)
    assert aws.iam.users_under(FAR) == (USER,)


def test_a_lost_answer_to_the_making_of_a_key_is_still_doubt(aws: MotoAws, tick: Tick) -> None:
    aws.aws.faults.plan("CreateAccessKey", WEATHER["timed out, but done"])
    tick.hangs = HANGS
    with pytest.raises(Doubtful):
        aws.iam.create_key(FAR, USER, by=ALICE)
    tick.hangs = 0.0
    tick.now += LONGEST_SECONDS
    assert len(aws.iam.keys_of(FAR, USER) or ()) == 1


def test_the_workers_own_account_falls_silent_without_the_others(aws: MotoAws, tick: Tick) -> None:
    aws.aws.faults.plan("ListUsers", WEATHER["timed out, but done"])
    tick.hangs = HANGS
    with pytest.raises(AwsError):
        aws.iam.users_under(ACCOUNT)
    tick.hangs = 0.0
    with pytest.raises(Unreadable, match=CODE):
        aws.iam.users_under(ACCOUNT)
    assert aws.iam.users_under(FAR) == (USER,)
