"""Delete now: only an off key whose switch-over is proven, by those who may, with its last use read again."""

from datetime import timedelta

import pytest

from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused, Unreadable
from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import activation, delete_now, retire_due
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.copies import copies
from tests.flows.during_aws_call import during
from tests.flows.lifecycle.test_retire_due import rotated
from tests.flows.test_races import both_at_once
from tests.flows.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def used(world: World, key: CredentialId, ago: timedelta = timedelta(0)) -> None:
    world.iam.uses[world.key(key)] = LastUsed(world.clock.now() - ago, "s3", "eu-west-1")


def off(world: World, by: SlackUserId = ALICE) -> tuple[GrantId, CredentialId, CredentialId]:
    grant, old, new = rotated(world)
    world.retire(old, by)
    activation.carry_out(world.context)
    assert world.credential(old).state is C.RETIRING
    return grant, old, new


def proven(world: World, by: SlackUserId = ALICE) -> tuple[GrantId, CredentialId, CredentialId]:
    """The new key was used, and AWS was asked."""
    grant, old, new = off(world, by)
    used(world, new)
    world.clock.advance(3 * MINUTE)
    retire_due.check_switchovers(world.context)
    assert world.credential(new).first_used_at is not None
    return grant, old, new


def ask(world: World, key: CredentialId, by: SlackUserId = ALICE) -> Credential | Reason:
    try:
        return delete_now.ask(world.context, credential=key, by=by, delivery=None)
    except Refused as refused:
        return refused.reason


def work(world: World) -> int:
    return delete_now.carry_out(world.context)


@pytest.mark.parametrize("by", [ALICE, BOB])
def test_it_is_gone_within_seconds_and_its_slot_is_free(both: World, by: SlackUserId) -> None:
    grant, old, new = proven(both)
    assert isinstance(ask(both, old, by), Credential)
    assert both.key(old) in both.iam.all_keys(), "the press itself touches nothing"
    assert work(both) == 1
    row = both.credential(old)
    assert (row.state, row.gone_at) == (C.DELETED, both.clock.now())
    assert both.key(old) not in both.iam.all_keys()
    assert ("delete_key", both.key(old), by) in both.iam.acts
    third = both.rotate(grant).id
    assert both.mint(third)
    assert both.credential(new).state is C.LIVE


def test_nobody_else_may(world: World) -> None:
    _, old, _ = proven(world)
    assert ask(world, old, CAROL) is Reason.NOT_OWNER
    assert world.credential(old).delete_by is None


def test_a_new_key_that_nothing_has_used_proves_nothing(world: World) -> None:
    _, old, _ = off(world)
    assert ask(world, old) is Reason.NOT_PROVEN
    assert work(world) == 0


def test_without_a_newer_key_there_is_nothing_to_prove(world: World) -> None:
    _, only = world.live()
    world.retire(only)
    activation.carry_out(world.context)
    assert ask(world, only) is Reason.NOT_PROVEN


def test_a_key_that_is_on_is_not_deleted(world: World) -> None:
    _, old, new = rotated(world)
    assert ask(world, old) is Reason.SOMEBODY_WAS_FIRST
    assert ask(world, new) is Reason.SOMEBODY_WAS_FIRST


def test_an_old_key_that_was_used_after_the_new_one_stays(world: World) -> None:
    grant, old, new = rotated(world)
    used(world, new, HOUR)
    used(world, old, MINUTE)
    retire_due.check_switchovers(world.context)
    world.retire(old)
    activation.carry_out(world.context)
    assert ask(world, old) is Reason.NOT_PROVEN
    world.clock.advance(DAY)
    assert isinstance(ask(world, old), Credential), "a day later nothing uses it any more"
    assert world.grant(grant)


def test_the_worker_reads_its_last_use_again(world: World) -> None:
    _, old, _ = proven(world)
    assert isinstance(ask(world, old), Credential)
    used(world, old)
    assert work(world) == 0
    row = world.credential(old)
    assert (row.state, row.delete_by, row.why) == (C.RETIRING, None, "old-used")
    assert world.key(old) in world.iam.all_keys()


def test_an_unknown_last_use_deletes_nothing_and_is_asked_again(world: World) -> None:
    _, old, _ = proven(world)
    assert isinstance(ask(world, old), Credential)
    world.iam.uses[world.key(old)] = None
    assert work(world) == 0
    assert world.credential(old).delete_by == ALICE
    world.iam.uses[world.key(old)] = LastUsed(None)
    world.clock.advance(seconds=15)
    assert work(world) == 1


def test_an_answer_that_was_lost_is_settled_by_the_next_try(world: World) -> None:
    _, old, _ = proven(world)
    ask(world, old)
    world.iam.fail_at("delete_key", Unreadable("DeleteAccessKey"), after=True)
    assert work(world) == 0
    world.clock.advance(seconds=15)
    work(world)
    assert world.credential(old).state is C.DELETED


def test_one_that_was_reactivated_in_aws_counts_as_on(world: World) -> None:
    _, old, _ = proven(world)
    ask(world, old)
    world.iam.all_keys()[world.key(old)].active = True
    assert work(world) == 0
    row = world.credential(old)
    assert (row.state, row.delete_by) == (C.LIVE, None)


def test_undo_takes_it_back(world: World) -> None:
    _, old, _ = proven(world)
    ask(world, old)
    world.reactivate(old)
    assert work(world) == 0
    activation.carry_out(world.context)
    row = world.credential(old)
    assert (row.state, row.delete_by) == (C.LIVE, None)


def test_undo_while_its_last_use_is_read_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, old, _ = proven(world)
    ask(world, old)
    during(world.iam, "last_used", lambda: world.reactivate(old), monkeypatch)
    assert work(world) == 0
    assert world.key(old) in world.iam.all_keys()


def test_undo_while_aws_deletes_it_is_too_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, old, _ = proven(world)
    ask(world, old)
    got: list[Reason] = []

    def undo() -> None:
        with pytest.raises(Refused) as refused:
            world.reactivate(old)
        got.append(refused.value.reason)

    during(world.iam, "delete_key", undo, monkeypatch)
    assert work(world) == 1
    assert got == [Reason.UNDO_OVER]


def test_it_ends_with_its_grant(world: World) -> None:
    grant, old, _ = proven(world)
    ask(world, old)
    world.give_back(grant)
    assert work(world) == 0
    assert world.credential(old).delete_by is None


def test_the_bulk_limit_does_not_count_what_people_asked_for(world: World) -> None:
    grant, old, _ = proven(world)
    asked = [old, *(CredentialId(each[old]) for each in copies(world, grant, 20))]
    for each in asked:
        ask(world, each)
    assert sum(work(world) for _ in range(3)) == 21
    assert {world.credential(each).state for each in asked} == {C.DELETED}


def test_delete_now_and_undo_at_once_have_one_outcome(both: World) -> None:
    for _ in range(6):
        _, old, _ = proven(both)
        both_at_once(lambda old=old: ask(both, old), lambda old=old: both.reactivate(old))
        work(both)
        activation.carry_out(both.context)
        row = both.credential(old)
        there = both.key(old) in both.iam.all_keys()
        assert (row.state, there) in {(C.LIVE, True), (C.DELETED, False)}
        assert row.state is C.LIVE, "Undo was pressed before the worker looked, whichever came first"
