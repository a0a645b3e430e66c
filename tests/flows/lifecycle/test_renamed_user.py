"""An IAM user renamed by hand: its keys aren't gone, and every way to end them still works."""

from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.lifecycle import CredentialState as C
from tests.flows.catalog import MAIN
from tests.flows.drift.kit import compare, console_user, one, told
from tests.flows.world import World

NAME = "reports"


def test_it_is_not_reported_as_deleted_and_stays_in_the_ledger(world: World) -> None:
    who = console_user(world)
    world.iam.rename(MAIN, world.grant(who.grant).iam_user, NAME)
    assert compare(world) == 1
    assert one(world, K.PATH).facts == {"name": NAME}
    with world.work.begin() as tx:
        assert [each.state for each in tx.credentials.of(who.grant)] == [C.LIVE]


def test_another_user_under_the_old_name_hides_nothing(world: World) -> None:
    who = console_user(world)
    user = world.grant(who.grant).iam_user
    world.iam.rename(MAIN, user, NAME)
    world.iam.plant_key(MAIN, user)
    compare(world)
    assert [each.kind for each in told(world)] == [K.PATH]


def test_a_grant_that_ends_takes_the_renamed_user_along(world: World) -> None:
    who = console_user(world)
    world.iam.rename(MAIN, world.grant(who.grant).iam_user, NAME)
    world.give_back(who.grant)
    world.sweep()
    assert world.iam.users == {}
    assert world.grant(who.grant).torn_down_at
