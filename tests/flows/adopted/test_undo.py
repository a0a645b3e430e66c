"""Undo of a found key: who is notified and may press it, whose approval counts, and when it is impossible."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.lifecycle import AdoptedState
from bot.flows.ownership import claim
from bot.slack.text import adopted as words
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.adopted.account import USER, Adopting, replaced
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY
from tests.flows.world import World

GROUP = "subteam-S0NIGHT"


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


def approvers(a: Adopting, *people: str) -> None:
    group = a.world.catalog.approvers["platform"]
    changed = {"platform": replace(group, users=people, usergroups=())}
    a.world.catalog = replace(a.world.catalog, approvers=changed)


def off(a: Adopting, owner: str, by: Any) -> str:
    """Pressed twice if too few people could undo it; returns the row id."""
    key = a.plant(owner=owner)
    for anyway in (False, True):
        if a.active():
            a.retire(key, by, anyway=anyway)
            a.work()
    assert a.active() is False
    return key


def tagged(a: Adopting, owner: str, *, after: timedelta = timedelta(0)) -> None:
    """The IAM tag changes, and the next scan sees it."""
    a.world.clock.advance(after)
    a.reader.profiles[USER].tags = {"Slack": owner}
    a.look(a.world.catalog.accounts[MAIN.name])


# --- a key that a user group owns -------------------------------------------------------------------------------------


def test_everyone_in_a_group_is_notified_of_its_key_and_any_of_them_has_undo(a: Adopting) -> None:
    a.world.people.usergroups["S0NIGHT"] = frozenset({CAROL, DAVE})
    a.account(adopt=True, enforce=True)
    key = a.plant(owner=GROUP)
    assert a.enforce()
    assert a.work() == 1
    assert a.active() is False
    assert set(a.items("adopted:owner")) == {CAROL, DAVE}
    assert a.reactivate(key, CAROL) == 2


def test_a_member_of_the_group_who_switches_it_off_tells_the_others(a: Adopting) -> None:
    a.world.people.usergroups["S0NIGHT"] = frozenset({ALICE, CAROL})
    off(a, GROUP, CAROL)
    assert set(a.items("adopted:owner")) == {ALICE, CAROL}


def test_where_the_owner_has_left_or_the_group_is_empty_the_approvers_are_notified_of_it(a: Adopting) -> None:
    a.world.people.usergroups["S0NIGHT"] = frozenset({CAROL})
    a.account(adopt=True, enforce=True)
    a.plant(owner=GROUP)
    a.world.people.usergroups["S0NIGHT"] = frozenset()
    assert a.enforce()
    assert a.work() == 1
    assert a.items("adopted:owner") == ["C01OPS"]


def test_a_group_is_notified_that_its_key_is_on_again_and_that_it_can_be_deleted(a: Adopting) -> None:
    a.world.people.usergroups["S0NIGHT"] = frozenset({CAROL, DAVE})
    key = off(a, GROUP, CAROL)
    a.world.clock.advance(a.world.catalog.hygiene.undo)
    a.work()
    assert {CAROL, DAVE} <= set(a.items("adopted:end"))
    a.reactivate(key, BOB)
    a.reactivate(key, ALICE)
    a.work()
    assert {CAROL, DAVE} <= set(a.items("adopted:on"))


# --- whose approval counts --------------------------------------------------------------------------------------------


def test_the_owner_at_deactivation_does_not_count_after_a_transfer(a: Adopting) -> None:
    """Bob owns it and is an approver; then it becomes carol's, which makes bob an approver like any other."""
    key = off(a, BOB, BOB)
    tagged(a, CAROL)
    with pytest.raises(Refused, match=Reason.TWO_APPROVERS) as refusal:
        a.reactivate(key, BOB)
    assert refusal.value.facts["able"] == {ALICE}
    approvers(a, ALICE, BOB, CAROL, DAVE)
    a.world.people.people[DAVE] = replace(a.world.people.people[CAROL], id=DAVE)
    assert a.reactivate(key, BOB) == 2, "he may ask"
    assert a.reactivate(key, ALICE) == 1
    assert a.work() == 0
    assert a.reactivate(key, DAVE) == 0
    assert a.work() == 1
    assert a.acts()[-1][1] == f"{ALICE}+{DAVE}"


def test_a_claim_that_the_approvers_confirm_among_themselves_changes_nothing(a: Adopting) -> None:
    world = a.world
    key = off(a, ALICE, ALICE)
    asked = claim.ask(world.context, what=USER, by=CAROL, delivery=None)
    claim.decide(world.context, claim=asked.id, by=BOB, yes=True, delivery=None)
    with pytest.raises(Refused, match=Reason.TWO_APPROVERS):
        a.reactivate(key, ALICE)


@pytest.mark.parametrize(("ago", "counts"), [(89 * DAY, False), (91 * DAY, True)])
def test_who_owned_it_within_90_days_before_does_not_count(a: Adopting, ago: timedelta, counts: bool) -> None:
    approvers(a, ALICE, BOB)
    a.plant(owner=BOB)
    tagged(a, CAROL)
    a.world.clock.advance(ago)
    key = a.row_of(a.key_id)
    a.retire(key)
    a.work()
    if not counts:
        assert a.row(key).why == "no-undo"
        a.retire(key, anyway=True)
        a.work()
        with pytest.raises(Refused, match=Reason.TWO_APPROVERS):
            a.reactivate(key, BOB)
        return
    assert a.reactivate(key, BOB) == 1
    assert a.reactivate(key, ALICE) == 0
    assert a.work() == 1


def test_a_member_of_the_group_that_owned_it_does_not_count_after_leaving_the_group(a: Adopting) -> None:
    a.world.people.usergroups["S0NIGHT"] = frozenset({BOB, CAROL})
    key = off(a, GROUP, CAROL)
    a.world.people.usergroups["S0NIGHT"] = frozenset({CAROL})
    with pytest.raises(Refused, match=Reason.TWO_APPROVERS):
        a.reactivate(key, BOB)


def test_who_agreed_and_turns_out_to_have_owned_it_is_not_counted_by_the_worker(a: Adopting) -> None:
    key = a.off()
    a.reactivate(key, ALICE)
    a.reactivate(key, BOB)
    with a.world.work.begin() as tx:
        tx.owners.record_owners(MAIN.name, {USER: [BOB]}, a.world.clock.now() - DAY)
    assert a.work() == 0
    assert a.active() is False


# --- no Undo ----------------------------------------------------------------------------------------------------------


def test_where_no_one_could_undo_it_its_owner_is_asked_before_it_is_deactivated(a: Adopting) -> None:
    approvers(a, CAROL, BOB)
    key = a.plant()
    a.retire(key)
    assert a.work() == 0
    row = a.row(key)
    assert (row.state, row.why, row.undoers, a.active()) == (AdoptedState.ASKING, "no-undo", BOB, True)
    said = words.stands(row, a.world.clock.now(), deleter=False)
    assert f"takes 2 approvers who haven't owned the key in the last 90 days, and the catalog has <@{BOB}>" in said
    assert "still in use" not in said
    a.retire(key, anyway=True)
    assert a.work() == 1
    said = words.stands(a.row(key), a.world.clock.now(), deleter=False)
    assert "press Undo" not in said
    assert f"<@{BOB}>" in said


def test_what_is_in_use_and_could_not_come_back_says_both_at_once(a: Adopting) -> None:
    approvers(a, BOB)
    key = a.plant()
    a.used()
    a.retire(key)
    a.work()
    said = words.stands(a.row(key), a.world.clock.now(), deleter=False)
    assert "still in use with s3" in said
    assert "can't be undone in Slack" in said


def test_an_accounts_own_rule_switches_nothing_off_that_no_one_could_bring_back(a: Adopting) -> None:
    a.account(adopt=True, enforce=True)
    key = a.plant()
    approvers(a, BOB)
    assert not a.enforce()
    approvers(a, ALICE, BOB)
    assert a.enforce()
    approvers(a, BOB)
    assert a.work() == 0
    assert (a.active(), a.row(key).why) == (True, "no-undo")


def test_the_clock_of_a_replaced_key_asks_its_owner_where_no_one_could_undo_it(a: Adopting) -> None:
    key, _, _ = replaced(a)
    approvers(a, BOB)
    a.world.clock.advance(days=8)
    a.work()
    row = a.row(key)
    assert (a.active(), row.why) == (True, "no-undo")
    assert row.retire_at is not None
    assert row.retire_at > a.world.clock.now()


def test_while_slack_does_not_say_who_could_undo_it_nothing_is_deactivated(a: Adopting) -> None:
    key = a.plant()
    group = a.world.catalog.approvers["platform"]
    a.world.catalog = replace(a.world.catalog, approvers={"platform": replace(group, usergroups=("S0PLATFORM",))})
    a.retire(key)
    a.world.people.readable = False
    assert a.work() == 0
    assert a.active()
    a.world.people.readable = True
    a.world.clock.advance(seconds=15)
    assert a.work() == 1
