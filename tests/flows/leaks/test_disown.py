"""This wasn't me: its revoke and an incident that is contained at once, together or not at all."""

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.leaks.incident import Source, Whose
from bot.domain.lifecycle import CredentialState, GrantState, IncidentState
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.leaks.kit import Leaking
from tests.store.racing import race


def test_it_revokes_and_contains_at_once(leaking: Leaking) -> None:
    world = leaking.world
    grant, credential = world.live()
    world.disown(credential)
    found = leaking.incident(world.key(credential))
    assert world.grant(grant).state is GrantState.REVOKED
    assert (found.state, found.source, found.whose) == (IncidentState.CONTAINING, Source.DISOWNED, Whose.ISSUED)
    assert (found.contain_by, found.grant) == (ALICE, grant)
    assert leaking.told() == {ALICE, "C01OPS", BOB}


def test_it_joins_an_incident_that_somebody_reported(leaking: Leaking) -> None:
    world = leaking.world
    credential = world.live()[1]
    (made,) = leaking.report(world.key(credential), by=CAROL).incidents
    world.disown(credential)
    found = leaking.incident(world.key(credential))
    assert (found.id, found.state, found.contain_by) == (made.id, IncidentState.CONTAINING, ALICE)


def test_a_session_is_an_incident_too(leaking: Leaking) -> None:
    credential = leaking.world.live("reports-session", "8h")[1]
    leaking.world.disown(credential)
    found = leaking.incident(leaking.world.key(credential))
    assert (found.whose, found.state) == (Whose.SESSION, IncidentState.CONTAINING)


def test_without_a_key_there_is_only_the_revoke(leaking: Leaking) -> None:
    world = leaking.world
    grant = world.granted()
    made = world.collect(grant)
    world.disown(made.id)
    assert world.grant(grant).state is GrantState.REVOKED
    assert leaking.count() == 0


def test_only_its_owner_may(leaking: Leaking) -> None:
    credential = leaking.world.live()[1]
    with pytest.raises(Refused) as refusal:
        leaking.world.disown(credential, by=BOB)
    assert refusal.value.reason is Reason.NOT_OWNER
    assert leaking.count() == 0


def test_two_presses_at_once_are_one_incident(leaking_on_both: Leaking) -> None:
    world = leaking_on_both.world
    credential = world.live()[1]
    got = race(4, lambda _: world.disown(credential) and None)
    assert got == [None] * 4
    assert leaking_on_both.count() == 1
    assert world.credential(credential).state is CredentialState.LIVE  # the worker tears it down
