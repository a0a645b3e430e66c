"""Two people act on an adopted key at once, on both databases: one outcome, and no approval is lost."""

from bot.domain.adopted import PendingAction
from bot.domain.errors import Reason, Refused
from bot.domain.lifecycle import AdoptedState
from bot.flows.adopted import deactivate
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import Adopting
from tests.flows.test_races import both_at_once
from tests.flows.world import World

ROUNDS = 6


def test_two_approvers_who_agree_at_once_are_two(both: World) -> None:
    a = Adopting(both)
    for n in range(ROUNDS):
        key = a.off(user=f"user-{n}")
        a.reactivate(key, CAROL)
        got = both_at_once(lambda key=key: a.reactivate(key, BOB), lambda key=key: a.reactivate(key, ALICE))
        assert sorted(got) == [0, 1]
        assert a.row(key).pending_action is PendingAction.ON
        assert a.work() == 1


def test_two_workers_at_once_write_one_event(both: World) -> None:
    a = Adopting(both)
    for n in range(ROUNDS):
        key = a.plant(user=f"user-{n}")
        a.retire(key)
        both_at_once(lambda: deactivate.carry_out(a.context), lambda: deactivate.carry_out(a.context))
        assert a.row(key).state is AdoptedState.OFF
        assert a.tags(key).count("adopted:off") == 1


def test_the_first_press_of_two_makes_the_row_and_the_second_finds_it(both: World) -> None:
    a = Adopting(both)
    for n in range(ROUNDS):
        key = a.plant(user=f"user-{n}")
        got = both_at_once(lambda key=key: a.retire(key), lambda key=key: a.retire(key))
        assert {type(each).__name__ for each in got} == {"Adopted"}
        assert a.work() == 1


def test_of_two_who_ask_for_a_replacement_at_once_one_is_refused(both: World) -> None:
    """Two members of the group that owns the key, both of whom read before either wrote."""
    a = Adopting(both)
    both.people.usergroups["S0NIGHT"] = frozenset({ALICE, CAROL})
    for n in range(ROUNDS):
        key = a.plant(user=f"user-{n}", owner="subteam-S0NIGHT")
        got = both_at_once(lambda key=key: a.rotate(key, by=ALICE), lambda key=key: a.rotate(key, by=CAROL))
        refused = [each for each in got if isinstance(each, Refused)]
        assert [each.reason for each in refused] == [Reason.REPLACED_ALREADY], got
