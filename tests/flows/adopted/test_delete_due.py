"""The end of an adopted key: only through the Deleter, after `undo`, and only if it wasn't used since."""

from datetime import timedelta

import pytest

from bot.domain.bulk_limit import BulkAction, Verdict
from bot.domain.errors import AwsRefused, Unreadable
from bot.domain.lifecycle import AdoptedState
from bot.domain.usage.last_used import LastUsed
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import DELETER, Adopting
from tests.flows.during_aws_call import during
from tests.flows.lifecycle.test_bulk_limit import answer
from tests.flows.world import World

SECOND = timedelta(seconds=1)


@pytest.fixture
def a(world: World) -> Adopting:
    made = Adopting(world)
    made.account(deleter_role_arn=DELETER)
    return made


def over(a: Adopting) -> None:
    a.world.clock.advance(a.world.catalog.hygiene.undo)


def test_it_is_deleted_when_undo_is_over_and_not_before(a: Adopting) -> None:
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo - SECOND)
    assert a.work() == 0
    a.world.clock.advance(SECOND)
    assert a.work() == 1
    assert a.active() is None
    assert a.acts() == [("switch_off", CAROL), ("delete", CAROL)]
    row = a.row(key)
    assert (row.state, row.why) == (AdoptedState.GONE, None)
    assert row.gone_at == a.world.clock.now()
    assert a.tags(key)[-1] == "adopted:gone"


def test_without_the_role_nothing_is_deleted_and_those_who_can_are_notified_once(a: Adopting) -> None:
    a.account(deleter_role_arn=None)
    key = a.off()
    over(a)
    assert a.work() == 0
    assert a.items("adopted:end") == ["C01OPS", CAROL]
    told = a.row(key).told_at
    a.world.clock.advance(days=1)
    a.work()
    assert a.row(key).told_at == told
    assert a.acts() == [("switch_off", CAROL)]
    a.world.iam.users.clear()
    a.world.clock.advance(days=1)
    a.work()
    assert (a.row(key).state, a.row(key).why) == (AdoptedState.GONE, "by-hand")


def test_a_key_that_was_used_since_is_not_deleted(a: Adopting) -> None:
    key = a.off()
    a.world.iam.uses[a.key_id] = LastUsed(a.world.clock.now() + SECOND, "s3", "eu-west-1")
    over(a)
    assert a.work() == 0
    assert a.active() is False
    assert a.row(key).why == "in-use"


def test_a_key_that_is_on_again_is_not_deleted_and_that_is_an_alarm(a: Adopting) -> None:
    key = a.off()
    a.world.iam.all_keys()[a.key_id].active = True
    over(a)
    assert a.work() == 0
    assert a.active()
    assert a.row(key).state is AdoptedState.ON
    assert a.items("adopted:on")


@pytest.mark.parametrize("call", ["keys_of", "last_used", "delete"])
def test_an_unanswered_call_leads_to_no_action_and_is_retried(a: Adopting, call: str) -> None:
    a.off()
    over(a)
    a.world.iam.fail_at(call, AwsRefused("DeleteAccessKey", "StillActive") if call == "delete" else Unreadable(call))
    assert a.work() == 0
    assert a.active() is False
    a.world.clock.advance(seconds=15)
    assert a.work() == 1


def test_while_an_undo_is_being_decided_nothing_is_deleted(a: Adopting) -> None:
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo - SECOND)
    a.reactivate(key, BOB)
    a.world.clock.advance(SECOND)
    assert a.work() == 0
    a.world.clock.advance(a.world.catalog.decide_within)
    assert a.work() == 1


def test_an_undo_that_was_agreed_in_time_comes_before_the_end(a: Adopting) -> None:
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo - SECOND)
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    a.world.clock.advance(minutes=5)
    assert a.work() == 1
    assert a.active()


def many(a: Adopting) -> list[str]:
    """Two more than the bulk limit, all at the end of their Undo period."""
    keys = [a.plant(user=f"user-{n}") for n in range(22)]
    for each in keys:
        a.retire(each)
    assert a.work() == 22
    over(a)
    return keys


def test_more_than_twenty_deletions_in_one_account_wait_for_an_answer(a: Adopting) -> None:
    many(a)
    assert [a.work(), a.work()] == [0, 0]
    assert a.items("sweep:halted") == [BOB], "one question"
    answer(a.world, Verdict.GO, action=BulkAction.FOUND_DELETE)
    a.world.clock.advance(minutes=1)
    assert [a.work(), a.work()] == [20, 2]


def test_after_stop_they_stay_and_their_undo_period_starts_over(a: Adopting) -> None:
    keys = many(a)
    a.work()
    answer(a.world, Verdict.STOP, action=BulkAction.FOUND_DELETE)
    a.world.clock.advance(minutes=1)
    assert a.work() == 0
    again = a.world.clock.now() + a.world.catalog.hygiene.undo
    assert {a.row(each).delete_at for each in keys} == {again}
    assert all(a.tags(each)[-1] == "adopted:left" for each in keys)


def test_without_a_deleter_nothing_is_asked(a: Adopting) -> None:
    a.account(deleter_role_arn=None)
    many(a)
    assert a.work() == 0
    assert a.items("sweep:halted") == []
    assert "adopted:end" in {notice for notice, _ in a.world.items()}


def test_a_stop_that_another_worker_carries_out_meanwhile_holds(a: Adopting, monkeypatch: pytest.MonkeyPatch) -> None:
    key = a.off()
    over(a)

    def start_over() -> None:
        with a.world.work.begin() as tx:
            tx.adopted.set(key, delete_at=a.world.clock.now() + a.world.catalog.hygiene.undo)

    during(a.world.iam, "last_used", start_over, monkeypatch)
    assert a.work() == 0
    assert a.row(key).state is AdoptedState.OFF


def test_undo_and_switch_off_are_carried_out_at_once_while_a_question_is_open(a: Adopting) -> None:
    keys = many(a)
    a.work()
    fresh = a.plant(user="another")
    a.retire(fresh)
    assert a.work() == 1
    assert a.row(keys[0]).state is AdoptedState.OFF
