"""Who may deactivate, reactivate and end a key: the full table of people and actions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.catalog import Approvers
from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.leaks import disown
from bot.flows.lifecycle import revoke
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, TEAM
from tests.flows.world import World

EVE = SlackUserId("U05EVE")  # an admin, and no approver


@pytest.fixture
def company(world: World) -> World:
    world.catalog = replace(
        world.catalog, admins=(EVE,), approvers={"platform": Approvers("platform", users=(BOB,), channel="C01OPS")}
    )
    world.people.people[EVE] = Person(id=EVE, team=TEAM, full_member=True, name="eve")
    return world


def off(world: World, grant: GrantId, key: CredentialId, by: SlackUserId) -> None:
    world.retire(key, by)
    world.sweep()
    assert world.credential(key).state is C.RETIRING


def on(world: World, grant: GrantId, key: CredentialId, by: SlackUserId) -> None:
    world.retire(key)
    world.sweep()
    world.reactivate(key, by)
    world.sweep()
    assert world.credential(key).state is C.LIVE


def wait(world: World, grant: GrantId, key: CredentialId, by: SlackUserId) -> None:
    world.wait(key, by)


def end(world: World, grant: GrantId, key: CredentialId, by: SlackUserId) -> None:
    revoke.revoke(world.context, grant=grant, by=by, justification="", delivery=None)
    world.sweep()
    assert world.credential(key).state is C.DELETED


def not_me(world: World, grant: GrantId, key: CredentialId, by: SlackUserId) -> None:
    disown.disown(world.context, credential=key, by=by, delivery=None)
    world.sweep()
    assert world.grant(grant).state is GrantState.REVOKED
    assert not world.iam.users


ALL = {ALICE, BOB, EVE}
TABLE = [(off, ALL), (on, ALL), (wait, ALL), (end, ALL), (not_me, {ALICE})]


@pytest.mark.parametrize(("act", "allowed"), TABLE, ids=[act.__name__ for act, _ in TABLE])
@pytest.mark.parametrize("by", [ALICE, BOB, EVE, CAROL])
def test_who_may(company: World, act: Callable[..., None], allowed: set[SlackUserId], by: SlackUserId) -> None:
    grant, key = company.live()
    if by in allowed:
        act(company, grant, key, by)
        return
    with pytest.raises(Refused) as refusal:
        act(company, grant, key, by)
    assert refusal.value.reason is Reason.NOT_OWNER
    assert company.grant(grant).state is GrantState.ACTIVE
    assert company.iam.all_keys()[company.key(key)].active is (act is not on)


@pytest.mark.parametrize("act", [off, on, wait])
def test_no_one_can_deactivate_a_key_of_an_ended_grant(company: World, act: Callable[..., None]) -> None:
    grant, key = company.live()
    company.give_back(grant)
    with pytest.raises(Refused) as refusal:
        act(company, grant, key, ALICE)
    assert refusal.value.reason is Reason.GRANT_OVER


@pytest.mark.parametrize("act", [off, wait])
def test_a_session_is_not_switched(company: World, act: Callable[..., None]) -> None:
    grant, key = company.live("reports-session", "8h")
    with pytest.raises(Refused):
        act(company, grant, key, ALICE)
