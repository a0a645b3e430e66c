"""The ends of a grant: given back, revoked, disowned, expired."""

import pytest

from bot.domain.errors import Reason, Refused, Throttled
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.leaks import disown
from bot.flows.lifecycle import revoke
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.world import World


def do_revoke(world: World, grant: object, by: object) -> None:
    revoke.revoke(world.context, grant=grant, by=by, justification="no longer needed", delivery=None)  # fmt: skip


@pytest.mark.parametrize(("by", "allowed"), [(ALICE, True), (BOB, True), (CAROL, False)])
def test_who_may_revoke(world: World, by: object, allowed: bool) -> None:
    grant, credential = world.live()
    if not allowed:
        with pytest.raises(Refused) as refusal:
            do_revoke(world, grant, by)
        assert refusal.value.reason is Reason.NOT_OWNER
        return
    do_revoke(world, grant, by)
    world.reconcile()
    assert world.iam.all_keys() == {}
    assert world.credential(credential).state is C.DELETED
    assert ("grant:ended", ALICE) in world.items()
    with pytest.raises(Refused) as refusal:
        do_revoke(world, grant, by)
    assert refusal.value.reason is Reason.GRANT_OVER


def test_a_tear_down_that_aws_refuses_is_tried_again(world: World) -> None:
    grant, _ = world.live()
    world.iam.fail_at("tear_down", Throttled("DeleteUser", "Throttling"))
    world.give_back(grant)
    world.reconcile()
    assert world.grant(grant).torn_down_at is None
    world.clock.advance(seconds=15)
    world.reconcile()
    assert world.grant(grant).torn_down_at is not None
    assert world.iam.users == {}


def test_this_was_not_me_ends_it_and_tells_the_approvers(world: World) -> None:
    grant, credential = world.live()
    disown.disown(world.context, credential=credential, by=ALICE, delivery=None)
    assert world.grant(grant).state is GrantState.REVOKED
    told = [to for notice, to in world.items() if notice == "credential:disowned"]
    assert told == ["C01OPS", BOB]


def test_the_lease_expires_after_one_notice_a_day_before(world: World) -> None:
    grant, credential = world.live()
    world.clock.advance(days=6)
    world.sweep()
    world.sweep()
    assert [notice for notice, _ in world.items()].count("grant:ending") == 1
    world.clock.advance(days=1)
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.GRANT_OVER
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED
    assert world.credential(credential).state is C.DELETED
    assert world.iam.users == {}


def test_a_worker_that_was_down_sends_exactly_one_notice(world: World) -> None:
    world.live()
    world.clock.advance(days=6, hours=23)
    world.sweep()
    assert [notice for notice, _ in world.items()].count("grant:ending") == 1
