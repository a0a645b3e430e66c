"""A sweep with more than twenty keys in an account changes none until someone decides; other accounts continue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.bulk_limit import BulkAction, Halt, Verdict
from bot.domain.catalog import Account
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import AccountName, CredentialId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.issuing.issued_key import issued_keys
from bot.flows.lifecycle import activation, bulk_limit, retire_due
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.flows.copies import copies
from tests.flows.during_aws_call import during
from tests.flows.lifecycle.test_retire_due import DAY, rotated, run, soon, switched_off
from tests.flows.renewals import tags
from tests.flows.world import World

MANY = 22
ASKED = ("sweep:halted", BOB)


def overlapping(world: World, many: int) -> list[CredentialId]:
    """Old keys that were replaced at the same moment."""
    grant, old, _ = rotated(world)
    return [old, *(CredentialId(each[old]) for each in copies(world, grant, many - 1))]


@pytest.fixture
def many(world: World) -> list[CredentialId]:
    """Old keys in one account, and one in another, whose overlap has ended."""
    other = Account(AccountName("other"), "210987654321", boundary_arn=MAIN.boundary_arn)
    more = catalog(entitlement("other-read", account="other"))
    world.catalog = replace(more, accounts={**more.accounts, other.name: other})
    soon(world)
    olds = overlapping(world, MANY)
    olds.append(rotated(world, "other-read")[1])
    world.clock.advance(DAY)
    return olds


def asked(world: World, action: BulkAction = BulkAction.SWITCH_OFF) -> Halt:
    with world.work.begin() as tx:
        found = tx.halts.last(MAIN.name, action)
    assert found is not None
    return found


def answer(world: World, verdict: Verdict, by: str = BOB, action: BulkAction = BulkAction.SWITCH_OFF) -> Halt:
    return bulk_limit.settle(world.context, halt=asked(world, action).id, verdict=verdict, by=by, delivery=None)


def states(world: World, olds: list[CredentialId]) -> list[C]:
    return [world.credential(each).state for each in olds]


def off(world: World, olds: list[CredentialId]) -> int:
    return states(world, olds).count(C.RETIRING)


def next_minute(world: World) -> int:
    world.clock.advance(minutes=1)
    return run(world, retire_due.retire_due)


def test_none_of_them_before_someone_has_said_so_and_the_other_account_goes_on(
    world: World, many: list[CredentialId]
) -> None:
    assert run(world, retire_due.retire_due) == 1, "the other account's"
    assert states(world, many) == [C.LIVE] * MANY + [C.RETIRING]
    assert (asked(world).many, asked(world).verdict) == (MANY, None)
    assert [next_minute(world) for _ in range(3)] == [0, 0, 0]
    assert [each for each in world.items() if each[0] == "sweep:halted"] == [ASKED], "one question"
    assert tags(world, asked(world).id) == ["sweep:halted"]


def test_twenty_are_no_question(world: World) -> None:
    soon(world)
    olds = overlapping(world, 20)
    world.clock.advance(DAY)
    assert run(world, retire_due.retire_due) == 20
    assert off(world, olds) == 20
    with world.work.begin() as tx:
        assert tx.halts.last(MAIN.name, BulkAction.SWITCH_OFF) is None


def test_go_on_does_twenty_in_each_run_and_what_comes_due_later_is_another_question(
    world: World, many: list[CredentialId]
) -> None:
    run(world, retire_due.retire_due)
    answer(world, Verdict.GO)
    assert [next_minute(world) for _ in range(3)] == [20, 2, 0]
    assert off(world, many) == MANY + 1
    more = overlapping(world, MANY)
    world.clock.advance(DAY)
    assert run(world, retire_due.retire_due) == 0
    assert asked(world).verdict is None
    assert off(world, more) == 0


def test_go_on_does_not_affect_a_key_in_use(world: World, many: list[CredentialId]) -> None:
    run(world, retire_due.retire_due)
    world.iam.uses[world.key(many[0])] = LastUsed(world.clock.now(), "s3", "eu-central-1")
    answer(world, Verdict.GO)
    assert next_minute(world) + next_minute(world) == MANY - 1
    assert world.credential(many[0]).state is C.LIVE


def test_stop_leaves_them_and_their_clocks_begin_anew(world: World, many: list[CredentialId]) -> None:
    run(world, retire_due.retire_due)
    answer(world, Verdict.STOP)
    assert [next_minute(world) for _ in range(2)] == [0, 0]
    assert off(world, many) == 1
    waits = {world.credential(each).retire_at for each in many[:MANY]}
    assert waits == {world.clock.now() - timedelta(minutes=1) + DAY}
    world.clock.advance(DAY)
    assert run(world, retire_due.retire_due) == 0
    assert asked(world).verdict is None, "and it asks again"


def test_deletions_are_a_question_of_their_own(world: World, many: list[CredentialId]) -> None:
    run(world, retire_due.retire_due)
    answer(world, Verdict.GO)
    while off(world, many) < MANY + 1:
        next_minute(world)
    world.clock.advance(DAY)
    assert run(world, retire_due.delete_due) == 1, "the other account's"
    assert (asked(world, BulkAction.DELETE).many, asked(world, BulkAction.DELETE).verdict) == (MANY, None)
    answer(world, Verdict.STOP, action=BulkAction.DELETE)
    world.clock.advance(minutes=1)
    assert run(world, retire_due.delete_due) == 0
    assert states(world, many[:MANY]) == [C.RETIRING] * MANY, "off, and still to be brought back"
    world.clock.advance(DAY)
    assert run(world, retire_due.delete_due) == 0
    answer(world, Verdict.GO, action=BulkAction.DELETE)
    world.clock.advance(minutes=1)
    assert run(world, retire_due.delete_due) == 20


@pytest.mark.parametrize(("by", "reason"), [(ALICE, Reason.NOT_APPROVER), (CAROL, Reason.NOT_APPROVER)])
def test_only_approvers_and_admins_answer(world: World, many: list[CredentialId], by: str, reason: Reason) -> None:
    run(world, retire_due.retire_due)
    with pytest.raises(Refused) as refused:
        answer(world, Verdict.GO, by)
    assert refused.value.reason is reason
    assert asked(world).verdict is None


def test_an_approver_of_the_account_answers_and_a_deactivated_one_does_not(
    world: World, many: list[CredentialId]
) -> None:
    run(world, retire_due.retire_due)
    world.catalog = replace(world.catalog, admins=())
    world.people.people[BOB] = replace(world.people.people[BOB], full_member=False)
    with pytest.raises(Refused, match="not-a-member"):
        answer(world, Verdict.GO)
    world.people.people[BOB] = replace(world.people.people[BOB], full_member=True)
    answer(world, Verdict.GO)
    assert next_minute(world) == 20


def test_the_first_answer_counts(world: World, many: list[CredentialId]) -> None:
    run(world, retire_due.retire_due)
    first = asked(world).id
    answer(world, Verdict.STOP)
    with pytest.raises(Refused, match="already-decided"):
        answer(world, Verdict.GO)
    assert asked(world).verdict is Verdict.STOP
    assert tags(world, first) == ["sweep:halted", "sweep:stopped"]


def test_the_question_goes_to_the_accounts_channel(world: World, many: list[CredentialId]) -> None:
    accounts = {**world.catalog.accounts, MAIN.name: replace(MAIN, channel="C01OPS")}
    world.catalog = replace(world.catalog, accounts=accounts)
    run(world, retire_due.retire_due)
    assert ("sweep:halted", "C01OPS") in world.items()


def test_a_stop_that_another_worker_carries_out_meanwhile_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts the Undo period over while this worker reads AWS before it deletes the key."""
    _, old = switched_off(world)
    world.clock.advance(DAY)

    def start_over() -> None:
        with world.work.begin() as tx:
            tx.credentials.set(old, delete_at=world.clock.now() + DAY)

    during(world.iam, "keys_of", start_over, monkeypatch)
    assert run(world, retire_due.delete_due) == 0
    assert world.credential(old).state is C.RETIRING


@pytest.mark.parametrize("answered", [False, True])
def test_switch_off_now_is_carried_out_at_once_while_the_question_is_open(
    world: World, many: list[CredentialId], *, answered: bool
) -> None:
    run(world, retire_due.retire_due)
    if answered:
        answer(world, Verdict.STOP)
    world.retire(many[0])
    assert activation.carry_out(world.context) == 1
    assert world.credential(many[0]).state is C.RETIRING


def test_a_press_during_the_sweep_is_not_held_back(world: World) -> None:
    soon(world)
    _, old, _ = rotated(world)
    (key,) = issued_keys(world.context, (world.credential(old),))
    due = bulk_limit.of_key(key, Tag.CREDENTIAL_WAITED, retire_at=DAY)
    world.retire(old)
    with world.work.begin() as tx:
        due.hold_back(tx, world.clock.now() + timedelta(minutes=1))
    assert activation.carry_out(world.context) == 1
