"""Undo on a found key: two approvers who don't own it, an alarm, and no other way to Active."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason, Refused, Throttled, Unreadable
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import PENDING_LASTS
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.adopted.account import DELETER, Adopting
from tests.flows.world import World


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


ON = ("switch_on", f"{ALICE}+{BOB}")


def test_the_owner_asks_two_approvers_agree_and_the_admins_are_notified_of_it_twice(a: Adopting) -> None:
    key = a.off()
    assert a.reactivate(key, CAROL) == 2
    assert a.items("adopted:undo") == ["C01OPS", BOB], "the approvers' channel, and the admins"
    assert a.work() == 0
    assert a.reactivate(key, BOB) == 1
    assert a.work() == 0
    assert a.reactivate(key, ALICE) == 0
    assert a.active() is False, "a press touches nothing"
    assert a.work() == 1
    assert a.active()
    assert a.acts()[-1] == ON
    assert a.row(key).state is AdoptedState.ON
    assert set(a.items("adopted:on")) == {BOB, CAROL}
    assert a.tags(key)[2:] == ["adopted:undo-asked", "adopted:undo-agreed", "adopted:undo-agreed", "adopted:on"]


def test_an_account_with_a_channel_is_notified_of_it_there(a: Adopting) -> None:
    a.account(channel="C09MAIN")
    key = a.off()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    a.work()
    assert "C09MAIN" in a.items("adopted:on")


def test_the_owner_never_counts_though_an_approver(a: Adopting) -> None:
    group = a.world.catalog.approvers["platform"]
    more = {"platform": replace(group, users=(ALICE, BOB, CAROL))}
    a.world.catalog = replace(a.world.catalog, approvers=more)
    key = a.off()
    assert a.reactivate(key, CAROL) == 2
    assert a.reactivate(key, BOB) == 1
    with pytest.raises(Refused, match=Reason.ALREADY_VOTED):
        a.reactivate(key, BOB)
    assert a.reactivate(key, CAROL) == 1
    assert a.work() == 0
    assert a.reactivate(key, ALICE) == 0


def test_where_too_few_could_agree_no_one_is_asked(a: Adopting) -> None:
    key = a.off()
    group = a.world.catalog.approvers["platform"]
    a.world.catalog = replace(a.world.catalog, approvers={"platform": replace(group, users=(CAROL, BOB))})
    with pytest.raises(Refused, match=Reason.TWO_APPROVERS) as refusal:
        a.reactivate(key, CAROL)
    assert refusal.value.facts["able"] == {BOB}


def test_a_key_that_is_on_is_called_on_even_where_too_few_could_agree(a: Adopting) -> None:
    key = a.plant()
    group = a.world.catalog.approvers["platform"]
    a.world.catalog = replace(a.world.catalog, approvers={"platform": replace(group, users=(BOB,))})
    with pytest.raises(Refused, match=Reason.SOMEBODY_WAS_FIRST) as refusal:
        a.reactivate(key, CAROL)
    assert refusal.value.facts["state"] == "on"


def test_an_outsider_and_a_guest_agree_to_nothing(a: Adopting) -> None:
    key = a.off(owner=None, by=BOB)
    with pytest.raises(Refused, match=Reason.NOT_APPROVER):
        a.reactivate(key, CAROL)
    with pytest.raises(Refused, match=Reason.NOT_A_MEMBER):
        a.reactivate(key, DAVE)


def test_the_approval_of_a_former_approver_does_not_count(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, BOB)
    a.reactivate(key, ALICE)
    group = a.world.catalog.approvers["platform"]
    a.world.catalog = replace(a.world.catalog, approvers={"platform": replace(group, users=(BOB,))})
    assert a.work() == 0
    assert a.active() is False
    assert a.row(key).why == "two-approvers"


def test_who_agreed_and_has_left_does_not_count(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, BOB)
    a.reactivate(key, ALICE)
    people = a.world.people.people
    people[ALICE] = replace(people[ALICE], full_member=False)
    assert a.work() == 0
    assert a.active() is False


def test_while_slack_does_not_say_who_is_who_nothing_happens(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, BOB)
    a.reactivate(key, ALICE)
    a.world.people.readable = False
    assert a.work() == 0
    a.world.people.readable = True
    assert a.work() == 1


def test_an_old_yes_does_not_count_and_the_question_is_asked_anew(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, BOB)
    a.world.clock.advance(a.world.catalog.decide_within)
    assert a.reactivate(key, ALICE) == 1
    assert a.work() == 0
    assert a.reactivate(key, BOB) == 0
    assert a.work() == 1


def test_only_a_key_that_is_off_can_be_brought_back(a: Adopting) -> None:
    key = a.plant()
    with pytest.raises(Refused, match=Reason.SOMEBODY_WAS_FIRST):
        a.reactivate(key, BOB)


def test_what_agreed_to_the_last_time_does_not_count_the_next_time(a: Adopting) -> None:
    key = a.off()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    a.work()
    a.retire(key)
    assert a.work() == 1
    assert a.reactivate(key, BOB) == 1
    assert a.work() == 0


@pytest.mark.parametrize("call", ["keys_of", "switch_on"])
def test_an_unanswered_call_leads_to_no_action(a: Adopting, call: str) -> None:
    key = a.off()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    error = Unreadable("ListAccessKeys") if call == "keys_of" else Throttled("UpdateAccessKey")
    a.world.iam.fail_at(call, error)
    assert a.work() == 0
    a.world.clock.advance(PENDING_LASTS)
    assert a.work() == 0
    assert a.row(key).pending_action is None, "an hour later nobody expects it"
    assert a.active() is False


def test_switched_on_by_hand_is_an_alarm_as_well(a: Adopting) -> None:
    key = a.off()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    a.world.iam.all_keys()[a.key_id].active = True
    assert a.work() == 0
    assert (a.row(key).state, a.row(key).why) == (AdoptedState.ON, "by-hand")
    assert a.items("adopted:on")


def test_what_is_being_deleted_does_not_come_back(a: Adopting) -> None:
    a.account(deleter_role_arn=DELETER)
    key = a.off()
    a.world.clock.advance(a.world.catalog.hygiene.undo)
    with pytest.raises(Refused, match=Reason.UNDO_OVER):
        a.reactivate(key, CAROL)


def test_without_a_deleter_the_way_back_stays_open(a: Adopting) -> None:
    key = a.off()
    a.world.clock.advance(2 * a.world.catalog.hygiene.undo)
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    assert a.work() == 1
