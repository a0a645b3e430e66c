"""A renewal with concurrent writes on the grant's user: a mint with the old date, a worker believed dead."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.lifecycle import CredentialState
from tests.flows.renewals import approved, carry_out, in_aws, lease
from tests.flows.world import World

DAY = timedelta(days=1)


def test_a_renewal_waits_while_a_key_is_made(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    rotation = world.rotate(grant)
    with world.work.begin() as tx:
        assert tx.credentials.claim(rotation.id, "w2", world.clock.now())
    assert carry_out(world) == 0
    assert world.iam.count("extend") == 0
    world.clock.advance(minutes=5, seconds=1)
    world.sweep()
    assert world.credential(rotation.id).state is CredentialState.FAILED
    world.clock.advance(seconds=5)
    world.sweep()
    assert lease(world, grant) == in_aws(world, grant)
    assert lease(world, grant) > world.clock.now() + 29 * DAY


def test_a_key_minted_during_the_renewal_may_have_written_the_old_date(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant, _ = world.live()
    approved(world, grant)
    real = world.iam.extend

    def rotate_meanwhile(*args: Any, **words: Any) -> None:
        monkeypatch.undo()
        real(*args, **words)
        world.mint(world.rotate(grant).id)

    monkeypatch.setattr(world.iam, "extend", rotate_meanwhile)
    assert carry_out(world) == 0
    before = lease(world, grant)
    assert in_aws(world, grant) == before
    world.clock.advance(seconds=5)
    assert carry_out(world) == 1
    assert in_aws(world, grant) == lease(world, grant) > before


def test_a_worker_that_was_thought_gone_leaves_aws_with_the_ledgers_date(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant, _ = world.live()
    approved(world, grant, "14d")
    real = world.iam.extend

    def hang(*args: Any, **words: Any) -> None:
        monkeypatch.undo()
        world.clock.advance(minutes=3)
        approved(world, grant, "30d")
        assert carry_out(world) == 1  # another worker, with the longer one
        real(*args, **words)  # this worker's call arrives only now

    monkeypatch.setattr(world.iam, "extend", hang)
    assert carry_out(world) == 0
    longer = lease(world, grant)
    assert in_aws(world, grant) != longer
    carry_out(world)
    assert in_aws(world, grant) == lease(world, grant) == longer
    assert world.grant(grant).renew_until is None


def test_a_longer_one_approved_meanwhile_goes_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.live()
    approved(world, grant, "14d")
    real = world.iam.extend

    def decide_meanwhile(*args: Any, **words: Any) -> None:
        monkeypatch.undo()
        real(*args, **words)
        approved(world, grant, "30d")

    monkeypatch.setattr(world.iam, "extend", decide_meanwhile)
    assert carry_out(world) == 0
    assert carry_out(world) == 1
    assert in_aws(world, grant) == lease(world, grant) == world.clock.now() + 30 * DAY
