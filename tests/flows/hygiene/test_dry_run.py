"""Enforcement begins in an account that was scanned long ago: a dry run of two weeks, and only later notices count."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import Notice
from bot.domain.hygiene.finding import Step
from bot.flows.hygiene import dry_run, escalate
from tests.flows.catalog import MAIN
from tests.flows.hygiene.reminders import DAY, Minder, Road
from tests.flows.world import World


@pytest.fixture
def minder(world: World) -> Minder:
    made = Minder(world)
    made.first_read(world.clock.now() - timedelta(days=400))
    return made


def since(minder: Minder, *, found: bool = False) -> datetime | None:
    with minder.world.work.begin() as tx:
        return dry_run.since(tx, MAIN.name, found=found)


def at_the_end(minder: Minder) -> None:
    """No one answered, and no step follows, because the account doesn't enforce."""
    minder.pass_days(40)
    assert {each.step for each in minder.findings()} == {Step.OFF}
    assert minder.off == []


def test_a_key_is_deactivated_only_after_a_dry_run_with_notices_to_its_owner(minder: Minder) -> None:
    minder.key()
    at_the_end(minder)
    minder.account(enforce=True)
    began, digests = minder.world.clock.now(), minder.post.count(Notice.DIGEST)
    minder.pass_days(13.9)
    assert minder.off == []
    assert minder.post.count(Notice.DIGEST) == digests + 2, "both say that it is switched off"
    minder.pass_days(8)
    (off,) = minder.off
    assert off - began >= 14 * DAY


def test_the_first_run_after_a_start_notifies_an_owner_once(minder: Minder) -> None:
    """Enforcement is turned on while a first digest is due."""
    minder.key()
    minder.pass_days(5.1)
    assert minder.post.count(Notice.DIGEST) == 1
    minder.change(stage=1, step=Step.OWNER, due_at=minder.world.clock.now())
    minder.world.clock.advance(days=1)  # one digest each night
    minder.account(enforce=True)
    minder.world.clock.advance(datetime(2026, 11, 9, 12, tzinfo=UTC) - minder.world.clock.now())
    minder.run()
    assert minder.post.count(Notice.DIGEST) == 2
    minder.pass_days(1.5)
    assert minder.post.count(Notice.DIGEST) == 2


def test_what_would_go_off_is_shown_before_it_does(minder: Minder) -> None:
    minder.key()
    at_the_end(minder)
    minder.account(enforce=True)
    minder.pass_days(13.9)
    assert (minder.post.count(Notice.PREVIEW), minder.off) == (1, [])


def test_off_and_on_again_begins_anew(minder: Minder) -> None:
    minder.key()
    minder.account(enforce=True)
    minder.pass_days(13)
    assert minder.off == []
    minder.account(enforce=False)
    minder.pass_days(1)
    assert since(minder) is None
    minder.account(enforce=True)
    began = minder.world.clock.now()
    minder.pass_days(13.9)
    assert minder.off == []
    minder.pass_days(8)
    (off,) = minder.off
    assert off - began >= 14 * DAY


def test_a_worker_that_starts_again_goes_on(minder: Minder) -> None:
    minder.account(enforce=True)
    minder.run()
    first = since(minder)
    minder.pass_days(3)
    assert since(minder) == first
    assert first is not None


def test_an_account_that_leaves_the_catalog_begins_anew_when_it_returns(minder: Minder) -> None:
    minder.account(enforce=True)
    minder.run()
    with minder.world.work.begin() as tx:
        tx.set_flag(dry_run.ENFORCED, '{"own/second": "2026-01-01T00:00:00+00:00"}')
    minder.run()
    assert since(minder) == minder.world.clock.now()
    with minder.world.work.begin() as tx:
        assert "second" not in (tx.flag(dry_run.ENFORCED) or "")


def test_a_found_key_is_announced_anew_when_the_account_begins_to_adopt(minder: Minder) -> None:
    """It had enforced for long, but that said nothing to owners of keys it couldn't touch."""
    minder.retire_found = Road(minder)
    minder.account(enforce=True)
    minder.old_account()
    minder.foreign()
    minder.found.look()
    minder.old_account()
    at_the_end(minder)
    minder.account(enforce=True, adopt=True)
    began = minder.world.clock.now()
    minder.pass_days(13.9)
    assert minder.off == []
    minder.pass_days(8)
    (off,) = minder.off
    assert off - began >= 14 * DAY
    assert since(minder) is not None
    assert since(minder) != since(minder, found=True)


def test_an_unreported_finding_stays_at_its_step(minder: Minder) -> None:
    minder.key()
    minder.pass_days(2)
    minder.account(enforce=True)
    minder.run()
    assert {each.round for each in minder.findings()} <= {0}


def test_a_preview_of_hundreds_is_several_messages_that_slack_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message has 50 blocks, about 390 lines, and Slack would refuse one more forever."""
    monkeypatch.setattr("bot.domain.hygiene.escalation.was_heard", lambda _delivered, _now: True)
    minder = Minder(world, retire_found=lambda _key: True)
    minder.account(enforce=True, adopt=True, channel="C02MAIN")
    for number in range(250):
        minder.foreign(f"job-{number:03}")
    minder.found.look()
    world.clock.advance(hours=19)  # 9 o'clock
    dry_run.watch(world.context)
    minder.change(step=Step.OFF, stage=3, due_at=world.clock.now())
    for _ in range(5):
        minder.enforce()
        world.clock.advance(hours=1)
    minder.post.deliver()
    subjects = [each.subject for each in minder.post.taken if each.notice is Notice.PREVIEW]
    with world.work.begin() as tx:
        shown = [len(tx.findings.in_message(Notice.PREVIEW, each)) for each in subjects]
    assert sum(shown) == 250
    assert max(shown) == escalate.LINES_MOST
