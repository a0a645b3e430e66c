"""Enforcement on found keys: only if the account adopts, through the flow for adopted keys, at most twenty at once."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.domain.bulk_limit import BulkAction, Verdict
from bot.domain.hygiene.finding import Step
from bot.domain.ids import AccessKeyId
from bot.flows.adopted import request
from bot.flows.hygiene import keep
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.during_aws_call import during
from tests.flows.hygiene.reminders import Minder, Road, enforcing
from tests.flows.lifecycle.test_bulk_limit import answer, asked
from tests.flows.world import World

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def minder(world: World) -> Minder:
    return enforcing(world)


def adopted(minder: Minder, count: int = 1) -> list[AccessKeyId]:
    """Alice's found keys at their last escalation step, in an account that enforces and adopts."""
    keys = [minder.foreign(f"user-{n:02}") for n in range(count)]
    minder.found.look()
    minder.old_account()
    minder.change(told_at=minder.world.clock.now())
    while any(each.step is not Step.OFF for each in minder.findings()):
        minder.pass_days(1)
    return keys


def test_a_found_key_is_deactivated_only_if_the_account_adopts(minder: Minder) -> None:
    road = Road(minder)
    minder.retire_found = road
    (key,) = adopted(minder)
    minder.pass_days(14)
    assert (minder.off, road.taken) == ([], []), "adopt is false"
    minder.account(enforce=True, adopt=True)
    minder.enforced_since(minder.world.clock.now() - 90 * DAY)
    minder.retire_found = None
    minder.pass_days(14)
    assert minder.off == []
    minder.retire_found = road
    minder.pass_days(7)
    assert (len(minder.off), road.taken) == (1, [key])
    assert minder.world.iam.count("set_active") == 0, "never by the Issuer"


def test_a_key_on_a_grants_own_user_that_the_ledger_does_not_know_is_no_found_key(minder: Minder) -> None:
    """It is an orphan: reported with Revoke, and otherwise left alone."""
    minder.account(enforce=True, adopt=True)
    road = minder.retire_found = Road(minder)
    grant, _ = minder.key()
    minder.found.reader.key(MAIN, minder.world.grant(grant).iam_user, age=100 * DAY, idle=10 * DAY)
    minder.found.look()
    minder.old_account()
    minder.pass_days(30)
    assert any(each.step is Step.OFF and each.credential is None for each in minder.findings())
    assert road.taken == []


def test_the_adopted_key_flow_takes_over_and_no_action_runs_twice(minder: Minder) -> None:
    """A pending action of the account's own rule, which the Responder carries out after its own check."""
    minder.account(enforce=True, adopt=True)
    world, asked = minder.world, list[bool]()

    def road(key: AccessKeyId) -> bool:
        asked.append(request.enforce(world.context, key=key))
        return asked[-1]

    minder.retire_found = road
    world.people.usergroups["S0PLATFORM"] = frozenset({BOB, CAROL})  # two people who could undo it
    (key,) = adopted(minder)
    minder.pass_days(8)
    assert asked[0] is True
    assert not any(asked[1:])
    with world.work.begin() as tx:
        (pending_action,) = tx.adopted.pending(world.clock.now(), 10, by_clock=True)
    assert pending_action.access_key_id == key
    assert world.iam.all_keys()[key].active, "not by this flow"


def test_a_refused_key_is_tried_again_the_next_day(minder: Minder) -> None:
    minder.account(enforce=True, adopt=True)
    road = Road(minder, takes=False)
    (key,) = adopted(minder)
    minder.retire_found = road
    minder.pass_days(14)
    assert set(road.taken) == {key}
    assert 1 < len(road.taken) <= 10
    assert minder.off == []


def many(minder: Minder, count: int = 25) -> Road:
    """Found keys that are all due, and the question asked where they are more than the bulk limit."""
    minder.account(enforce=True, adopt=True)
    adopted(minder, count)
    minder.retire_found = road = Road(minder)
    minder.pass_days(6)
    return road


def test_more_than_twenty_keys_in_one_account_wait_for_an_answer(minder: Minder) -> None:
    road = many(minder)
    assert (minder.off, road.taken) == ([], [])
    first = asked(minder.world, BulkAction.ENFORCE)
    assert first.many == 25
    answer(minder.world, Verdict.GO, action=BulkAction.ENFORCE)
    minder.pass_days(7)
    assert list(Counter(minder.off).values()) == [20, 5], "twenty in each run"
    assert len(road.taken) == 25
    assert asked(minder.world, BulkAction.ENFORCE).id == first.id, "no second question"


def test_twenty_keys_are_no_question(minder: Minder) -> None:
    road = many(minder, 20)
    assert (len(minder.off), len(road.taken)) == (20, 20)


def test_after_stop_they_stay_active_and_their_owners_are_reminded_from_the_start(minder: Minder) -> None:
    road = many(minder)
    answer(minder.world, Verdict.STOP, action=BulkAction.ENFORCE)
    minder.pass_days(7)
    assert (minder.off, road.taken) == ([], [])
    assert {each.step for each in minder.findings()}.isdisjoint({Step.OFF, None})
    assert {each.round for each in minder.findings()} == {1}


def test_a_keep_pressed_while_aws_is_read_outlasts_a_stop(minder: Minder, monkeypatch: pytest.MonkeyPatch) -> None:
    many(minder)
    answer(minder.world, Verdict.STOP, action=BulkAction.ENFORCE)
    kept, until = minder.findings()[0], minder.world.clock.now() + timedelta(days=30)

    def keep_it() -> None:
        keep.keep(minder.world.context, finding=kept.id, by=ALICE, until=until, justification="why", delivery=None)

    during(minder.world.iam, "last_used", keep_it, monkeypatch)
    minder.pass_days(7)
    with minder.world.work.begin() as tx:
        found = tx.findings.get(kept.id)
    assert found is not None
    assert (found.round, found.kept_until, found.told_at) == (1, until, kept.told_at), "nobody is reminded meanwhile"
