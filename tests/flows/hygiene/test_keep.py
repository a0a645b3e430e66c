"""Keep: at most a day for an owner, longer for an approver; approvers see each; a transfer restarts escalation once."""

from datetime import UTC, datetime

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.ids import SlackUserId
from bot.flows.hygiene import keep
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.hygiene.reminders import DAY, Minder
from tests.flows.world import World


@pytest.fixture
def minder(world: World) -> Minder:
    made = Minder(world)
    made.old_account()
    return made


def asked_about(minder: Minder) -> None:
    """One issued and one found key of alice's, in her digest."""
    minder.key()
    minder.foreign()
    minder.found.look()
    minder.pass_days(5)


def kept(minder: Minder, finding: Finding, days: int, by: SlackUserId = ALICE) -> Reason | None:
    world = minder.world
    try:
        keep.keep(
            world.context,
            finding=finding.id,
            by=by,
            until=world.clock.now() + days * DAY,
            justification="the yearly job",
            delivery=None,
        )
    except Refused as refused:
        return refused.reason
    return None


def test_an_owner_keeps_a_key_for_half_a_year_and_no_longer(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        assert kept(minder, each, 182) is Reason.KEPT_TOO_LONG
        assert kept(minder, each, 180) is None


def test_how_long_is_the_catalogs_to_say(minder: Minder) -> None:
    asked_about(minder)
    minder.world.change(keep_most=30 * DAY)
    assert kept(minder, minder.findings()[0], 32) is Reason.KEPT_TOO_LONG


def test_the_refusal_has_the_latest_date(minder: Minder) -> None:
    asked_about(minder)
    world = minder.world
    with pytest.raises(Refused) as refusal:
        keep.keep(
            world.context,
            finding=minder.findings()[0].id,
            by=ALICE,
            until=datetime.max.replace(tzinfo=UTC),
            justification="for ever",
            delivery=None,
        )
    assert refusal.value.facts["latest"] == world.clock.now() + 180 * DAY


def test_an_approver_keeps_it_longer(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        assert kept(minder, each, 400, by=BOB) is None


def test_an_approver_does_not_lift_the_limit_for_their_own_key(minder: Minder) -> None:
    minder.foreign(owner=BOB)
    minder.found.look()
    (finding,) = minder.findings()
    assert kept(minder, finding, 400, by=BOB) is Reason.KEPT_TOO_LONG
    assert kept(minder, finding, 170, by=BOB) is None


def test_no_one_else_keeps_it_at_all(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        assert kept(minder, each, 10, by=CAROL) is Reason.NOT_OWNER
        assert kept(minder, each, 10, by=DAVE) is Reason.NOT_A_MEMBER


def test_approvers_see_each_keep_in_their_next_daily_message_once(minder: Minder) -> None:
    asked_about(minder)
    before = minder.post.count(Notice.ESCALATED)
    for each in minder.findings():
        assert kept(minder, each, 100) is None
    minder.pass_days(3)
    assert minder.post.count(Notice.ESCALATED, "C01OPS") == before + 1
    subject = next(each.subject for each in minder.post.taken if each.notice is Notice.ESCALATED)
    with minder.world.work.begin() as tx:
        shown = tx.findings.in_message(Notice.ESCALATED, subject)
    assert {each.id for each in shown} == {each.id for each in minder.findings()}
    assert {each.kept_by for each in shown} == {ALICE}
    minder.pass_days(5)
    assert minder.post.count(Notice.ESCALATED) == before + 1


def test_a_keep_that_approvers_saw_is_no_notice_to_its_owner(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        kept(minder, each, 30)
    minder.pass_days(3)
    with minder.world.work.begin() as tx:
        assert [tx.findings.delivered(each) for each in minder.findings()] == [(), ()]


def test_a_transfer_restarts_escalation_once(minder: Minder) -> None:
    """Two colleagues who transfer a key back and forth don't stop the escalation."""
    minder.foreign()
    minder.found.look()
    minder.pass_days(10)
    (first,) = minder.findings()
    assert first.stage == 3
    stages = []
    for owner in (BOB, ALICE, BOB, None):
        with minder.world.work.begin() as tx:
            tx.findings.transfer(MAIN.name, ["reporting"], owner)
        (found,) = minder.findings()
        stages.append((found.owner, found.round, found.stage))
    assert stages == [(BOB, 1, 0), (ALICE, 1, 0), (BOB, 1, 0), (None, 1, 0)]


def test_later_owners_find_it_where_it_stands(minder: Minder) -> None:
    minder.foreign()
    minder.found.look()
    minder.pass_days(3)
    with minder.world.work.begin() as tx:
        tx.findings.transfer(MAIN.name, ["reporting"], BOB)
    minder.found.reader.profiles["reporting"].tags = {"Slack": BOB}
    minder.pass_days(12)
    (found,) = minder.findings()
    assert found.stage >= 2
    for owner in (ALICE, BOB):
        with minder.world.work.begin() as tx:
            tx.findings.transfer(MAIN.name, ["reporting"], owner)
        (after,) = minder.findings()
        assert (after.round, after.stage, after.step, after.due_at) == (
            found.round, found.stage, found.step, found.due_at
        )  # fmt: skip


def test_an_ownerless_finding_is_never_due_for_deactivation(minder: Minder) -> None:
    minder.foreign()
    minder.found.look()
    minder.change(owner=None, step=Step.OFF, due_at=minder.world.clock.now(), stage=3)
    with minder.world.work.begin() as tx:
        assert tx.findings.due((Step.OFF,), [MAIN.name], minder.world.clock.now() + DAY, 10) == ()


# --- ended ----------------------------------------------------------------------------------------------------------


def released(minder: Minder, finding: Finding, by: SlackUserId = ALICE) -> Reason | None:
    try:
        keep.release(minder.world.context, finding=finding.id, by=by, delivery=None)
    except Refused as refused:
        return refused.reason
    return None


def test_what_is_no_longer_kept_is_due_again_from_the_first_step(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        assert kept(minder, each, 100) is None
        assert released(minder, each) is None
    now = minder.world.clock.now()
    for each in minder.findings():
        assert (each.kept_until, each.kept_why, each.kept_by) == (None, None, None)
        assert (each.step, each.stage, each.due_at) == (Step.OWNER, 0, now)
        assert each.may_be_acted_on(now)


def test_a_keep_that_stands_no_longer_has_nothing_to_end(minder: Minder) -> None:
    asked_about(minder)
    first, *_ = minder.findings()
    assert released(minder, first) is Reason.NOT_KEPT
    assert kept(minder, first, 2) is None
    minder.world.clock.advance(days=3)
    assert released(minder, first) is Reason.NOT_KEPT


def test_who_may_keep_a_key_may_end_that_and_no_one_else(minder: Minder) -> None:
    asked_about(minder)
    for each in minder.findings():
        assert kept(minder, each, 100) is None
        assert released(minder, each, by=CAROL) is Reason.NOT_OWNER
        assert released(minder, each, by=DAVE) is Reason.NOT_A_MEMBER
        assert released(minder, each, by=BOB) is None
