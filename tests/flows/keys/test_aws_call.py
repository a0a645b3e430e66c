"""One call about one key, issued or found: announced before it is sent, and what each answer of AWS leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused, Doubtful, Throttled
from bot.domain.ids import CredentialId
from bot.domain.keys.pending_call import Call
from bot.flows import recipients
from bot.flows.keys.aws_call import own_call
from bot.flows.lifecycle import activation, retire_due
from tests.fakes import ALICE, BOB
from tests.flows.adopted.account import DELETER, Adopting
from tests.flows.during_aws_call import LOST, during
from tests.flows.world import World

DENIED = AwsRefused("UpdateAccessKey", "AccessDenied")
BUSY = Throttled("UpdateAccessKey", "Throttling")
MISSING = AwsRefused("UpdateAccessKey", "NoSuchEntity")
UNKNOWN = Doubtful("UpdateAccessKey", "InternalFailure")


@dataclass
class Case:
    """A key that is due for this call. `run` is the worker's turn, `port` the name of the call in the fakes."""

    world: World
    subject: str
    run: Callable[[], int]
    port: str

    def announced(self, call: Call) -> bool:
        with self.world.work.begin() as tx:
            return own_call(tx, self.subject, call) is not None


def issued(world: World, call: Call) -> Case:
    world.change(overlap=timedelta(days=1), undo=timedelta(days=1))
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    world.retire(old)
    run = lambda: activation.carry_out(world.context)  # noqa: E731
    if call is not Call.SWITCH_OFF:
        assert run() == 1
    if call is Call.SWITCH_ON:
        world.reactivate(old)
    if call is Call.DELETE:
        world.clock.advance(days=1)
        return Case(world, old, lambda: retire_due.delete_due(world.context), "delete_key")
    return Case(world, old, run, "set_active")


def adopted(world: World, call: Call) -> Case:
    a = Adopting(world)
    a.account(deleter_role_arn=DELETER)
    if call is Call.SWITCH_OFF:
        key = a.plant()
        a.retire(key)
        return Case(world, key, a.work, "switch_off")
    key = a.off()
    if call is Call.DELETE:
        world.clock.advance(world.catalog.hygiene.undo)
        return Case(world, key, a.work, "delete")
    a.reactivate(key, ALICE)
    a.reactivate(key, BOB)
    return Case(world, key, a.work, "switch_on")


@pytest.mark.parametrize("kind", [issued, adopted])
@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize(
    ("answer", "stays_announced"),
    [(DENIED, False), (BUSY, False), (LOST, True), (UNKNOWN, True)],
    ids=["refused", "throttled", "lost", "doubtful"],
)
def test_a_call_stays_announced_only_while_aws_may_have_done_it(
    world: World, kind: Callable[[World, Call], Case], call: Call, answer: Exception, stays_announced: bool
) -> None:
    case = kind(world, call)
    world.iam.fail_at(case.port, answer)
    assert case.run() == 0
    assert case.announced(call) is stays_announced
    world.iam.calls.clear()
    assert case.run() == 0
    assert world.iam.calls == [], "it waits, so that other keys go first"
    world.clock.advance(seconds=15)
    assert case.run() == 1
    assert not case.announced(call)


@pytest.mark.parametrize("kind", [issued, adopted])
@pytest.mark.parametrize("call", [Call.SWITCH_OFF, Call.SWITCH_ON])
def test_a_key_that_aws_no_longer_has_counts_as_deleted_outside_latchkey(
    world: World, kind: Callable[[World, Call], Case], call: Call
) -> None:
    case = kind(world, call)
    world.iam.fail_at(case.port, MISSING)
    assert case.run() == 0
    with world.work.begin() as tx:
        row = tx.credentials.get(CredentialId(case.subject)) or tx.adopted.get(case.subject)
    assert row is not None
    assert (row.state in {"deleted", "gone"}, row.why) == (True, "by-hand")
    assert not case.announced(call)


@pytest.mark.parametrize("kind", [issued, adopted])
@pytest.mark.parametrize("call", Call)
def test_the_call_is_announced_before_it_is_sent(
    world: World, kind: Callable[[World, Call], Case], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, seen = kind(world, call), list[bool]()
    before = world.iam._call

    def watched(name: str, subject: str, by: str | None = None) -> object:
        if name == case.port:
            seen.append(case.announced(call))
        return before(name, subject, by)

    monkeypatch.setattr(world.iam, "_call", watched)
    assert case.run() == 1
    assert seen
    assert all(seen)


def test_an_issued_key_isnt_reactivated_when_its_grant_ends_just_before_the_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the worker read key and grant, and before it asks who is to be notified."""
    case = issued(world, Call.SWITCH_ON)
    row = world.credential(CredentialId(case.subject))
    world.iam.calls.clear()
    during(recipients, "of_grant", lambda: world.give_back(row.grant), monkeypatch)
    assert case.run() == 0
    assert world.iam.count("set_active") == 0
    assert world.credential(row.id).state == "retiring"


def test_a_key_deactivated_outside_latchkey_after_a_refused_call_is_reported_as_that(world: World) -> None:
    """AWS throttled the call of the clock, so what AWS shows later isn't Latchkey's own doing."""
    world.change(overlap=timedelta(days=1))
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    world.clock.advance(days=1)
    world.iam.fail_at("set_active", BUSY)
    assert retire_due.retire_due(world.context) == 0
    world.iam.all_keys()[world.key(old)].active = False
    world.clock.advance(seconds=15)
    assert retire_due.retire_due(world.context) == 1
    assert world.credential(old).why == "by-hand"


def test_a_throttle_after_a_lost_answer_doesnt_make_it_someone_elses_doing(world: World) -> None:
    """The first call may have done it, whatever AWS says to the second."""
    world.change(overlap=timedelta(days=1))
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    world.clock.advance(days=1)
    world.iam.fail_at("set_active", LOST, after=True)
    assert retire_due.retire_due(world.context) == 0
    world.clock.advance(seconds=15)
    world.iam.fail_at("set_active", BUSY)
    assert retire_due.retire_due(world.context) == 0
    world.clock.advance(seconds=15)
    assert retire_due.retire_due(world.context) == 1
    assert (world.credential(old).state, world.credential(old).why) == ("retiring", None)
