"""Who may reactivate a key: its owner unless someone else deactivated it; an approver and an admin, always."""

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import CredentialId
from bot.domain.lifecycle import CredentialState as C
from bot.slack.ui import cards
from tests.fakes import ALICE, BOB
from tests.flows.world import World


def refused(world: World, key: CredentialId) -> None:
    with pytest.raises(Refused) as refusal:
        world.reactivate(key)
    assert (refusal.value.reason, refusal.value.facts["by"]) == (Reason.NOT_YOURS_TO_UNDO, BOB)


def buttons(world: World, key: CredentialId) -> str:
    with world.work.begin() as tx:
        row = tx.credentials.get(key)
        assert row is not None
        grant = tx.grants.get(row.grant)
        assert grant is not None
        return str(cards.grant(world.catalog, grant, tx.credentials.of(grant.id), world.clock.now()))


def test_the_owner_cannot_undo_an_approvers_switch_off(both: World) -> None:
    _, key = both.live()
    both.retire(key, BOB)
    refused(both, key)  # before the worker has done it
    both.sweep()
    assert both.credential(key).state is C.RETIRING
    refused(both, key)
    assert "credential:reactivate" not in buttons(both, key)
    both.reactivate(key, BOB)
    both.sweep()
    assert both.credential(key).state is C.LIVE
    assert both.credential(key).off_by is None


def test_the_owner_undoes_their_own(both: World) -> None:
    _, key = both.live()
    both.retire(key)
    both.sweep()
    assert "credential:reactivate" in buttons(both, key)
    both.reactivate(key)
    both.sweep()
    assert both.credential(key).state is C.LIVE


@pytest.mark.parametrize("press", [World.wait, World.retire])
def test_no_other_press_of_the_owners_withdraws_or_takes_over_an_approvers_switch_off(
    world: World, press: object
) -> None:
    grant, key = world.live()
    world.rotated(grant)
    world.retire(key, BOB)
    try:
        press(world, key)  # type: ignore[operator]
    except Refused as refusal:
        assert refusal.reason is Reason.NOT_YOURS_TO_UNDO  # noqa: PT017 - either answer is right
    world.sweep()
    assert (world.credential(key).state, world.credential(key).off_by) == (C.RETIRING, BOB)
    refused(world, key)


def test_an_approvers_deactivation_overrides_the_owners(world: World) -> None:
    _, key = world.live()
    world.retire(key)
    world.retire(key, BOB)
    world.sweep()
    refused(world, key)


def test_a_clocks_switch_off_is_the_owners_to_undo(world: World) -> None:
    grant, key = world.live(duration="30d")
    world.clock.advance(days=1)
    world.rotated(grant)
    world.clock.advance(days=7)
    for _ in range(3):
        world.beat()
        world.sweep()
    assert world.credential(key).state is C.RETIRING
    world.reactivate(key)


def test_a_withdrawn_switch_off_is_an_audit_event(both: World) -> None:
    grant, key = both.live()
    both.rotated(grant)
    both.retire(key)
    both.reactivate(key)
    both.retire(key)
    both.wait(key)
    with both.work.begin() as tx:
        events = [each for each in tx.audit.of(key) if each.tag is Tag.SWITCH_OFF_WITHDRAWN]
    assert [each.actor for each in events] == [ALICE, ALICE]
