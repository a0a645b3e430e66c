"""Give back a found key: a pending action, a last check in AWS, Inactive in the presser's name; and what stops it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused, Reason, Refused, Throttled, Unreadable
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import IN_USE_WITHIN, PENDING_LASTS
from bot.flows.hygiene import digest
from tests.fakes import CAROL
from tests.flows.adopted.account import USER, Adopting
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR
from tests.flows.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


def test_a_press_is_queued_and_the_worker_carries_it_out_in_the_pressers_name(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    assert a.active(), "the press itself touches nothing"
    assert a.work() == 1
    assert a.active() is False
    assert a.acts() == [("switch_off", CAROL)]
    row = a.row(key)
    assert (row.state, row.pending_action, row.off_by) == (AdoptedState.OFF, None, CAROL)
    assert row.delete_at == a.world.clock.now() + a.world.catalog.hygiene.undo
    assert a.tags(key) == ["adopted:wished", "adopted:off"]
    assert a.work() == 0


def test_its_findings_are_settled_and_an_older_report_does_not_open_them_again(a: Adopting) -> None:
    key = a.plant()
    assert a.open(USER)
    assert digest.digest(a.world.context) == 1
    a.retire(key)
    a.work()
    assert not [each for each in a.open(USER) if each.access_key_id]
    a.world.iam.all_keys()[a.key_id].active = True  # as in the report of an hour ago
    a.world.clock.advance(minutes=10)
    a.reader.age = HOUR
    a.look(a.world.catalog.accounts[MAIN.name])
    assert not [each for each in a.open(USER) if each.access_key_id]
    a.reader.age = timedelta(0)
    a.look(a.world.catalog.accounts[MAIN.name])
    assert [each for each in a.open(USER) if each.access_key_id], "a report of later is believed"


# --- in use: the owner is asked first ------------------------------------------------------------------------------


@pytest.mark.parametrize("ago", [MINUTE, IN_USE_WITHIN - timedelta(seconds=1)])
def test_a_key_that_was_used_lately_is_not_switched_off_before_its_owner_said_so_once_more(
    a: Adopting, ago: timedelta
) -> None:
    key = a.plant()
    a.used(ago)
    a.retire(key)
    assert a.work() == 0
    row = a.row(key)
    assert (row.state, row.pending_action, row.used_service, row.used_region) == (
        AdoptedState.ASKING,
        None,
        "s3",
        "eu-west-1",
    )
    assert a.work() == 0
    assert a.acts() == []
    a.retire(key, anyway=True)
    assert a.work() == 1
    assert a.acts() == [("switch_off", CAROL)]


def test_a_use_of_a_day_ago_needs_no_question(a: Adopting) -> None:
    key = a.plant()
    a.used(IN_USE_WITHIN)
    a.retire(key)
    assert a.work() == 1


def test_all_the_same_needs_the_question_before(a: Adopting) -> None:
    key = a.plant()
    with pytest.raises(Refused, match=Reason.SOMEBODY_WAS_FIRST):
        a.retire(key, anyway=True)


def test_give_back_pressed_again_is_no_answer_to_the_question(a: Adopting) -> None:
    key = a.plant()
    a.used()
    for _ in range(2):
        a.retire(key)
        assert a.work() == 0
        assert a.row(key).state is AdoptedState.ASKING


def test_leave_it_on_ends_the_question_and_cancels_the_pending_action(a: Adopting) -> None:
    key = a.plant()
    a.used()
    a.retire(key)
    a.work()
    a.wait(key)
    assert a.row(key).state is AdoptedState.ON
    a.retire(key)
    a.wait(key)
    assert a.work() == 0
    assert a.acts() == []


# --- unknown use leads to no action ---------------------------------------------------------------------------------


def unreadable_use(a: Adopting) -> None:
    a.world.iam.uses[a.key_id] = None


def unreadable_keys(a: Adopting) -> None:
    a.world.iam.fail_at("keys_of", Unreadable("ListAccessKeys", "Throttling"))


def refusing(a: Adopting) -> None:
    a.world.iam.fail_at("switch_off", AwsRefused("UpdateAccessKey", "AccessDenied"))


def busy(a: Adopting) -> None:
    a.world.iam.fail_at("switch_off", Throttled("UpdateAccessKey", "Throttling"))


@pytest.mark.parametrize("spoil", [unreadable_use, unreadable_keys, refusing, busy])
def test_an_unanswered_call_leads_to_no_action_and_is_retried_later(
    a: Adopting, spoil: Callable[[Adopting], None]
) -> None:
    key = a.plant()
    a.retire(key)
    spoil(a)
    assert a.work() == 0
    assert a.active()
    assert a.row(key).why in {"unread", "refused"}
    assert a.work() == 0, "not at once"
    a.used(60 * DAY)
    a.world.clock.advance(seconds=15)
    assert a.work() == 1


def test_a_pending_action_that_failed_for_an_hour_is_dropped(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    unreadable_use(a)
    a.work()
    a.used(60 * DAY)
    a.world.clock.advance(PENDING_LASTS)
    assert a.work() == 0
    row = a.row(key)
    assert (row.state, row.pending_action, row.why) == (AdoptedState.ON, None, "unread")
    assert a.tags(key)[-1] == "adopted:not-done"
    a.retire(key)
    assert a.work() == 1


def test_a_key_that_is_gone_or_off_by_hand_needs_no_action(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.all_keys()[a.key_id].active = False
    assert a.work() == 0
    assert (a.row(key).state, a.row(key).why) == (AdoptedState.OFF, "by-hand")
    other = a.plant(user="laptop")
    a.retire(other)
    a.world.iam.users[MAIN.id, "laptop"].keys.clear()
    assert a.work() == 0
    assert a.row(other).state is AdoptedState.GONE
    assert a.acts() == []


def test_the_same_id_with_another_birthday_is_another_key(a: Adopting) -> None:
    key = a.plant()
    a.retire(key)
    a.world.iam.all_keys()[a.key_id].created_at += DAY
    assert a.work() == 0
    assert a.row(key).why == "other-key"
    assert a.acts() == []


def test_a_key_on_another_user_than_the_one_that_was_found_is_not_touched(a: Adopting) -> None:
    """The user was deleted, and AWS lists no key with this id under its name."""
    key = a.plant()
    a.retire(key)
    a.world.iam.users[MAIN.id, "somebody-else"] = a.world.iam.users.pop((MAIN.id, USER))
    assert a.work() == 0
    assert a.active()


# --- hygiene's own deactivation --------------------------------------------------------------------------------------


def test_hygiene_acts_only_where_the_account_enforces(a: Adopting) -> None:
    a.plant()
    assert not a.enforce()
    a.account(enforce=True)
    assert a.enforce()
    assert not a.enforce(), "once"
    assert a.work() == 1
    assert a.acts() == [("switch_off", "latchkey")]
    assert not a.enforce(), "it is off"


def test_hygiene_asks_no_one_about_a_key_in_use_and_leaves_it_on(a: Adopting) -> None:
    a.account(enforce=True)
    key = a.plant()
    a.used()
    assert a.enforce()
    assert a.work() == 0
    row = a.row(key)
    assert (row.state, row.pending_action, row.why) == (AdoptedState.ON, None, "in-use")


def test_an_act_of_hygiene_that_misses_its_hour_is_reported_once_a_day_at_most(a: Adopting) -> None:
    """Two findings on one key are due at different times of the same day."""
    a.account(enforce=True)
    key = a.plant()
    assert a.enforce()
    for _ in range(6):
        unreadable_use(a)
        a.world.clock.advance(PENDING_LASTS)
        a.work()
        a.enforce()
    assert a.row(key).why == "unread"
    assert (a.tags(key).count("adopted:not-done"), len(a.items("adopted:owner"))) == (1, 1)
    a.used(60 * DAY)
    a.world.clock.advance(DAY)
    assert a.enforce()
    assert a.work() == 1


def test_what_people_asked_for_is_not_counted_by_the_bulk_limit(a: Adopting) -> None:
    keys = [a.plant(user=f"user-{n}") for n in range(23)]
    for each in keys:
        a.retire(each)
    assert a.work() == 23
