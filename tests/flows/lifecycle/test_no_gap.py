"""Two measurements on the fake AWS: a rotation with a working key at every moment, and a burst of revokes.

`pytest tests/flows/lifecycle/test_no_gap.py -rP` prints them.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.domain import retry
from bot.domain.errors import AwsError
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import activation, retire_due, teardown
from tests.aws.kit import MotoAws
from tests.fakes.environment import Crash
from tests.flows.world import World

EVERY = 0.02  # seconds between two calls of the client
PHASE = 12  # minimum number of calls in each phase of the rotation
STORMS = [30, pytest.param(100, marks=pytest.mark.long)]  # grants
NECESSARY = {  # for a user with one key and its Allow and Deny, no other calls are necessary
    "ListAccessKeys": 1,
    "UpdateAccessKey": 1,
    "PutUserPolicy": 1,  # ends the sessions that the key obtained
    "ListUserPolicies": 1,
    "DeleteUserPolicy": 3,
    "DeleteAccessKey": 1,
    "DeleteUser": 1,
}


@pytest.fixture
def world(world_on_aws: World) -> World:
    return world_on_aws


# --- a client runs through a rotation -----------------------------------------------------------------------------


def read(s3: Any) -> None:
    with s3.get_object(Bucket="reports", Key="2026/q3.csv")["Body"] as body:
        body.read()


@dataclass
class Client:
    """Calls AWS every 20 ms with each key that it was given, and records which of them worked."""

    aws: MotoAws
    keys: dict[str, Any] = field(default_factory=dict)
    calls: list[dict[str, bool]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, name="client")

    def stop(self) -> None:
        self.over.set()
        self.thread.join()

    def give(self, name: str, opened: dict[str, str]) -> None:
        made = self.aws.client("s3", opened["access_key_id"], opened["secret_access_key"])
        self.keys = {**self.keys, name: made}

    def _run(self) -> None:
        due = time.monotonic()
        while not self.over.wait(max(due - time.monotonic(), 0)):
            if keys := self.keys:
                self.calls.append({name: self._works(each) for name, each in keys.items()})
            due += EVERY

    def _works(self, s3: Any) -> bool:
        return self.aws.outcome(read, s3) == "done"

    def phase(self) -> list[dict[str, bool]]:
        """The answers of the next calls."""
        begin = len(self.calls) + 1  # the current call may have begun before
        until = time.monotonic() + 30
        while len(self.calls) < begin + PHASE:
            assert time.monotonic() < until, "the client has stopped"
            threading.Event().wait(EVERY / 5)
        return self.calls[begin:]


@pytest.fixture
def client(aws: MotoAws) -> Iterator[Client]:
    made = Client(aws)
    made.thread.start()
    yield made
    made.stop()


def collected(world: World, client: Client, name: str, credential: CredentialId) -> None:
    world.mint(credential)
    client.give(name, world.open(world.reveal()))
    world.receipt()


def test_a_rotation_has_no_moment_without_a_working_key(world: World, client: Client, record_property: Any) -> None:
    grant = world.granted()
    old = world.collect(grant).id
    collected(world, client, "old", old)
    assert all(each == {"old": True} for each in client.phase())
    new = world.rotate(grant).id
    collected(world, client, "new", new)
    assert all(each == {"old": True, "new": True} for each in client.phase())
    retire_due.check_switchovers(world.context)
    assert world.credential(new).first_used_service == "s3", "the use is seen"
    for press, expected in ((world.retire, False), (world.reactivate, True), (world.retire, False)):
        press(old)
        assert activation.carry_out(world.context) == 1
        assert all(each == {"old": expected, "new": True} for each in client.phase())
    with world.work.begin() as tx:
        tx.credentials.set(old, delete_at=world.clock.now())
    assert retire_due.delete_due(world.context) == 1
    assert all(each == {"old": False, "new": True} for each in client.phase())
    client.stop()
    assert world.credential(old).state is C.DELETED
    without = [each for each in client.calls if not any(each.values())]
    assert without == []
    record_property("calls through a rotation", len(client.calls))
    print(
        f"\nrotation: {len(client.calls)} calls, one every {EVERY * 1000:.0f} ms, {len(without)} without a working key"
    )


# --- many revokes at once -----------------------------------------------------------------------------------------


class Dies:
    """The worker dies in its n-th tear-down, before or after AWS has done it."""

    def __init__(self, aws: MotoAws, at: int, *, after: bool) -> None:
        self._iam, self._at, self._after, self._count = aws.iam, at, after, 0

    def tear_down(
        self, grant: Grant, account: Any, *, keys: Sequence[AccessKeyId] = (), devices: Sequence[str] = (), by: str
    ) -> None:
        self._count += 1
        if self._count == self._at and not self._after:
            raise Crash("before")
        try:
            self._iam.tear_down(grant, account, keys=keys, devices=devices, by=by)
        except AwsError:
            self._at += self._count == self._at  # a throttle came first: it dies in the next one
            raise
        if self._count == self._at:
            raise Crash("after")


def storm(world: World, aws: MotoAws, many: int) -> tuple[GrantId, ...]:
    """As many grants with a key each, all revoked."""
    made = [world.live()[0] for _ in range(many)]
    aws.aws.forget_calls()
    for each in made:
        world.give_back(each)
    return tuple(made)


def tear_down(world: World, iam: Any) -> int:
    return teardown.tear_down(replace(world.context, iam=iam))


def asked(aws: MotoAws) -> Counter[str]:
    return Counter(each.action.rpartition(":")[2] for each in aws.aws.calls)


@pytest.mark.parametrize("many", STORMS)
def test_a_burst_of_revokes_ends_every_user_and_no_throttle_is_a_failure(
    world: World, aws: MotoAws, many: int, record_property: Any
) -> None:
    grants = storm(world, aws, many)
    faults = aws.aws.faults
    for action in ("GetUser", "ListAccessKeys", "UpdateAccessKey", "PutUserPolicy", "DeleteAccessKey", "DeleteUser"):
        for _ in range(many // 10):
            faults.throttle(action)
            faults.call_back(action, lambda: None, times=9)  # and nine that succeed
    for at, after in ((7, False), (11, True)):
        with pytest.raises(Crash):
            tear_down(world, Dies(aws, at, after=after))
        world.clock.advance(retry.wait(retry.AWS))
    runs = 0
    while any(world.grant(each).torn_down_at is None for each in grants):
        runs += 1
        assert runs < 100, "it does not come to an end"
        tear_down(world, aws.iam)
        world.clock.advance(retry.wait(retry.AWS))
    assert [aws.truth(world.grant(each).iam_user) for each in grants] == [None] * many
    assert not any(world.grant(each).stuck_on for each in grants)
    assert "grant:stuck" not in {notice for notice, _ in world.items()}
    storm_calls = asked(aws)
    throttled = sum(each.status == 400 for each in aws.aws.calls)
    last, _ = world.live()
    aws.aws.forget_calls()
    world.give_back(last)
    assert tear_down(world, aws.iam) == 1
    clean = asked(aws)
    assert clean.total() <= 2.5 * sum(NECESSARY.values())
    assert not [name for name, times in NECESSARY.items() if clean[name] < times]
    record_property("calls per grant", clean.total())
    print(
        f"\nstorm: {many} grants, {throttled} throttles, two deaths, {runs} runs; "
        f"{storm_calls.total() / many:.1f} calls per grant in the storm, {clean.total()} on a calm day, "
        f"{sum(NECESSARY.values())} necessary\n  {dict(clean)}"
    )
