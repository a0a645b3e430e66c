"""Who may act on a found key: its owner if there is one, a user group's members, otherwise the account's approvers."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason, Refused
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.adopted.account import Adopting
from tests.flows.world import World


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


@pytest.mark.parametrize("by", [ALICE, BOB])
def test_while_it_has_an_owner_no_one_else_may(a: Adopting, by: object) -> None:
    key = a.plant()
    with pytest.raises(Refused, match=Reason.NOT_OWNER):
        a.retire(key, by)  # type: ignore[arg-type]


def test_a_guest_may_not_even_as_owner(a: Adopting) -> None:
    key = a.plant(owner=DAVE)
    with pytest.raises(Refused, match=Reason.NOT_A_MEMBER):
        a.retire(key, DAVE)


def test_unreadable_people_are_refused_access(a: Adopting) -> None:
    key = a.plant()
    a.world.people.readable = False
    with pytest.raises(Refused, match=Reason.PEOPLE_UNREADABLE):
        a.retire(key)


@pytest.mark.parametrize("owner", [None, CAROL])
def test_approvers_act_on_keys_without_an_owner_or_of_a_leaver(a: Adopting, owner: object) -> None:
    key = a.plant(owner=owner)  # type: ignore[arg-type]
    people = a.world.people.people
    people[CAROL] = replace(people[CAROL], full_member=False)
    with pytest.raises(Refused):
        a.retire(key, CAROL)
    a.retire(key, BOB)
    assert a.work() == 1
    assert a.acts() == [("switch_off", BOB)]


def test_an_outsider_gets_no_ones_key(a: Adopting) -> None:
    key = a.plant(owner=None)
    with pytest.raises(Refused, match=Reason.NOT_OWNER):
        a.retire(key, CAROL)


def test_a_key_of_a_user_group_is_its_members(a: Adopting) -> None:
    a.world.people.usergroups["S0DATA"] = frozenset({CAROL})
    key = a.plant(owner="subteam-S0DATA")
    with pytest.raises(Refused, match=Reason.NOT_OWNER):
        a.retire(key, BOB)
    a.retire(key, CAROL)
    assert a.work() == 1
