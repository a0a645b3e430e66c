"""Someone changes their mind between the worker's check of AWS and its call: the answer "it stays on" is true."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.finding import Finding
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import ANSWER_LOST
from bot.domain.usage.last_used import LastUsed
from bot.flows.adopted import deactivate
from bot.flows.hygiene import keep
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import USER, Adopting, replaced
from tests.flows.during_aws_call import LOST, during
from tests.flows.hygiene.found_keys import DAY
from tests.flows.world import World
from tests.store.racing import race


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


def keep_all(a: Adopting, findings: Sequence[Finding] | None = None) -> None:
    world = a.world
    for each in a.open(USER) if findings is None else findings:
        keep.keep(
            world.context,
            finding=each.id,
            by=CAROL,
            until=world.clock.now() + 30 * DAY,
            justification="the yearly job",
            delivery=None,
        )


# --- between the check and the call ---------------------------------------------------------------------------------


@pytest.mark.parametrize("press", [Adopting.wait, lambda a, _: keep_all(a)], ids=["leave-it-on", "keep"])
def test_what_is_pressed_after_the_sweeps_read_stops_the_call(
    a: Adopting, press: Callable[[Adopting, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a.plant()
    a.retire(key)
    during(a.world.iam, "last_used", lambda: press(a, key), monkeypatch)
    assert a.work() == 0
    assert (a.acts(), a.active(), a.row(key).state) == ([], True, AdoptedState.ON)
    assert a.work() == 0
    assert a.active()


def test_what_is_kept_before_the_accounts_own_rule_acts_stays_on(a: Adopting) -> None:
    """Hygiene requests the deactivation; the worker carries it out up to a minute later."""
    a.account(adopt=True, enforce=True)
    key = a.plant()
    assert a.enforce()
    keep_all(a)
    assert a.work() == 0
    assert (a.active(), a.row(key).pending_action) == (True, None)


def test_what_is_settled_before_the_accounts_own_rule_acts_stays_on(a: Adopting) -> None:
    """A scan that saw the key in use closes the finding: no one kept it, and nothing is left to do."""
    a.account(adopt=True, enforce=True)
    key = a.plant()
    assert a.enforce()
    with a.world.work.begin() as tx:
        for each in tx.findings.open_on(a.world.catalog.accounts["main"].name, ["reporting"]):  # type: ignore[index]
            tx.findings.close(each.id, a.world.clock.now())
    assert a.work() == 0
    assert (a.active(), a.row(key).pending_action) == (True, None)
    assert a.tags(key)[-1] == "adopted:not-done"


def test_wait_pressed_after_the_clocks_read_stops_the_call(a: Adopting, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _, _ = replaced(a)
    a.world.clock.advance(days=8)
    during(a.world.iam, "last_used", lambda: a.wait(key), monkeypatch)
    a.work()
    assert (a.acts(), a.active()) == ([], True)


# --- during the call -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("press", [Adopting.wait, lambda a, _: keep_all(a)], ids=["leave-it-on", "keep"])
def test_a_press_during_the_call_is_answered_that_it_is_too_late(
    a: Adopting, press: Callable[[Adopting, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can stop that call, and only two approvers may reactivate the key, so no one is told that it stays on."""
    key, got = a.plant(), list[Refused]()
    a.retire(key)

    def pressed() -> None:
        with pytest.raises(Refused) as refusal:
            press(a, key)
        got.append(refusal.value)

    during(a.hand, "switch_off", pressed, monkeypatch)
    assert a.work() == 1
    assert [each.reason for each in got] == [Reason.SWITCHING_OFF]
    assert a.row(key).state is AdoptedState.OFF


@pytest.mark.parametrize("press", ["wait", "keep"])
def test_of_a_press_and_a_call_at_once_the_answer_is_always_true(both: World, press: str) -> None:
    """With a barrier, on both databases: "it stays on" and Inactive never occur together."""
    a = Adopting(both)
    for n in range(8):
        key = a.plant(user=f"user-{n}")
        a.retire(key)
        findings, barrier, ask = a.open(f"user-{n}"), threading.Barrier(2), both.iam.last_used

        def slow(*args: Any, barrier: threading.Barrier = barrier, ask: Any = ask) -> LastUsed:
            answer: LastUsed = ask(*args)
            barrier.wait(30)
            return answer

        def worker(_: str, __: Sequence[Finding]) -> bool:
            return deactivate.carry_out(a.context) == 1

        def person(key: str, findings: Sequence[Finding], barrier: threading.Barrier = barrier) -> bool:
            barrier.wait(30)
            try:
                keep_all(a, findings) if press == "keep" else a.wait(key)
            except Refused:
                return False
            return True

        both.iam.last_used = slow  # type: ignore[method-assign,assignment]
        who = (worker, person)
        got = race(2, lambda n, key=key, findings=findings, who=who: (n, who[n](key, findings)))
        both.iam.last_used = ask  # type: ignore[method-assign]
        assert all(isinstance(each, tuple) for each in got), got
        assert dict(got) == {0: not a.active(), 1: a.active()}


# --- a lost answer ----------------------------------------------------------------------------------------------------


def test_a_deactivation_without_an_answer_is_attributed_to_the_presser(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.fail_at("switch_off", LOST, after=True)
    a.work()
    with pytest.raises(Refused, match=Reason.SWITCHING_OFF):
        a.wait(key)
    a.world.clock.advance(seconds=15)
    a.work()
    row = a.row(key)
    assert (row.state, row.off_by, row.why) == (AdoptedState.OFF, CAROL, None), "not by hand"


def test_a_call_without_an_answer_that_was_not_carried_out_is_made_again(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.fail_at("switch_off", LOST)
    assert a.work() == 0
    a.world.clock.advance(seconds=15)
    assert a.work() == 1
    assert a.row(key).off_by == CAROL


def test_a_key_whose_switching_on_got_no_answer_is_on_by_the_two_who_agreed(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, CAROL)
    a.reactivate(key, BOB)
    a.reactivate(key, ALICE)
    a.world.iam.fail_at("switch_on", LOST, after=True)
    a.work()
    a.world.clock.advance(seconds=15)
    a.work()
    row = a.row(key)
    assert (row.state, row.why) == (AdoptedState.ON, None)
    with a.world.work.begin() as tx:
        event = tx.audit.of(key)[-1]
    assert (event.tag, event.facts["agreed"]) == ("adopted:on", "+".join(sorted((ALICE, BOB))))


def test_a_key_whose_deletion_got_no_answer_is_not_reported_as_deleted_by_hand(a: Adopting) -> None:
    a.account(adopt=True, deleter_role_arn="arn:aws:iam::123456789012:role/latchkey-deleter")
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo)
    a.world.iam.fail_at("delete", LOST, after=True)
    a.work()
    a.world.clock.advance(minutes=1)
    a.work()
    row = a.row(key)
    assert (row.state, row.why) == (AdoptedState.GONE, None)


def test_a_key_that_someone_switched_off_in_aws_is_reported_as_that(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.all_keys()[a.key_id].active = False
    a.work()
    assert a.row(key).why == "by-hand"


def test_a_press_is_not_refused_for_a_call_that_nobody_makes_again(a: Adopting) -> None:
    """It got no answer, the key was used meanwhile, and its owner is asked: whatever the answer, it is taken."""
    key = a.plant()
    a.retire(key)
    a.world.iam.fail_at("switch_off", LOST)
    a.work()
    a.used()
    a.world.clock.advance(seconds=15)
    a.work()
    assert a.row(key).state is AdoptedState.ASKING
    with pytest.raises(Refused, match=Reason.SWITCHING_OFF):
        a.wait(key)
    a.world.clock.advance(ANSWER_LOST)
    a.wait(key)
    assert (a.row(key).state, a.active()) == (AdoptedState.ON, True)
    with a.world.work.begin() as tx:
        assert tx.calls.on(key) is None


def test_a_press_is_refused_while_the_worker_that_would_call_again_is_down(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.fail_at("switch_off", LOST, after=True)
    a.work()
    a.world.clock.advance(ANSWER_LOST)
    with pytest.raises(Refused, match=Reason.SWITCHING_OFF):
        a.wait(key)
