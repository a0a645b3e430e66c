"""An orphan pass while a key is being created: its id is in AWS before it is in the ledger."""

import pytest

from bot.domain.ids import AccessKeyId
from bot.flows.issuing import orphans
from tests.flows.issuing.test_orphans import doubtful
from tests.flows.world import World


@pytest.mark.parametrize("after", [15, 400], ids=["within 5 min of the doubtful mint", "later"])
def test_a_pass_during_the_next_mint_leaves_its_key_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """CreateAccessKey has answered, and the key's id isn't in the ledger yet."""
    grant = world.granted()
    doubtful(world, grant, made=False)
    world.pass_time(after)
    create = world.iam.create_key

    def pass_meanwhile(*args: object, **words: object) -> object:
        made = create(*args, **words)  # type: ignore[arg-type]
        with world.work.begin() as tx:
            tx.grants.try_again_at(grant, world.clock.now())
        orphans.orphans(world.context)
        return made

    monkeypatch.setattr(world.iam, "create_key", pass_meanwhile)
    world.mint(world.collect(grant).id)
    key = world.open(world.reveal())["access_key_id"]
    assert world.iam.all_keys()[AccessKeyId(key)].active
    world.pass_time(120, every=15)
    assert set(world.iam.all_keys()) == {key}
    assert [notice for notice, _ in world.items() if notice == "orphan:found"] == []
