"""Escalation: one message a day for a group of people, updated in place, by UTC, and only if there is news."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import Notice
from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.hygiene.finding_rules import RULES
from bot.flows import findings
from bot.flows.hygiene import escalate
from tests.fakes import ALICE, BOB, CAROL, START
from tests.flows.hygiene.reminders import Minder
from tests.flows.slack_inbox import Taken

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FRIDAY_EVENING = datetime(2026, 11, 6, 17, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 9, tzinfo=UTC)


def waiting(
    minder: Minder, name: str = "f1", kind: FindingKind = FindingKind.STALE, step: Step = Step.APPROVERS
) -> str:
    """A finding that waits for this step of its escalation."""
    stage, now = RULES[kind].escalation_steps.index(step), minder.world.clock.now()
    made = Finding(name, kind, None, ALICE, f"AKIA{name}", now, "old", account="main", iam_user=name)
    with minder.world.work.begin() as tx:
        assert tx.findings.open(replace(made, stage=stage, step=step, due_at=now))
    return name


def run(minder: Minder) -> int:
    world = minder.world
    done = escalate.escalate(world.context)
    minder.post.deliver()
    return done


def told(minder: Minder) -> list[Taken]:
    return [each for each in minder.post.taken if each.notice is Notice.ESCALATED]


def stage(minder: Minder, name: str = "f1") -> Step | None:
    with minder.world.work.begin() as tx:
        found = tx.findings.get(name)
    assert found is not None
    return found.step


def test_many_findings_are_one_message_in_the_approvers_channel(minder: Minder) -> None:
    for number in range(30):
        waiting(minder, f"f{number:02}")
    assert run(minder) == 1
    (message,) = told(minder)
    assert message.to == "C01OPS"
    with minder.world.work.begin() as tx:
        assert len(tx.findings.in_message(Notice.ESCALATED, message.subject)) == 30
    assert run(minder) == 0


def test_without_a_channel_each_approver_gets_one(minder: Minder) -> None:
    catalog = minder.world.catalog
    group = replace(catalog.approvers["platform"], channel=None, users=(BOB, CAROL))
    minder.world.catalog = replace(catalog, approvers={"platform": group})
    waiting(minder)
    waiting(minder, "f2")
    run(minder)
    assert sorted(each.to for each in told(minder)) == [BOB, CAROL]


def test_what_is_settled_changes_the_message_and_posts_none(minder: Minder) -> None:
    waiting(minder)
    run(minder)
    with minder.world.work.begin() as tx:
        finding = tx.findings.get("f1")
        assert finding is not None
        findings.close_finding(tx, finding, minder.world.clock.now())
        (item,) = tx.outbox.due(minder.world.clock.now(), 10)
    assert (item.notice, item.to) == (Notice.ESCALATED, "C01OPS")
    minder.post.deliver()
    assert len(told(minder)) == 1


def test_one_message_a_day_and_the_rest_on_the_next(minder: Minder) -> None:
    waiting(minder)
    run(minder)
    waiting(minder, "f2")
    assert run(minder) == 0
    assert stage(minder, "f2") is Step.APPROVERS, "postponed, and not left out"
    minder.until(START.replace(day=3, hour=9))
    assert run(minder) == 1
    assert len({each.subject for each in told(minder)}) == 2


def test_what_a_message_has_no_room_for_waits_a_day(minder: Minder) -> None:
    for number in range(escalate.LINES_MOST + 1):
        waiting(minder, f"f{number:03}")
    run(minder)
    run(minder)
    minder.until(START.replace(day=3, hour=9))
    run(minder)
    assert len(told(minder)) == 2
    with minder.world.work.begin() as tx:
        sizes = [len(tx.findings.in_message(Notice.ESCALATED, each.subject)) for each in told(minder)]
    assert sizes == [escalate.LINES_MOST, 1]


@pytest.mark.parametrize(
    ("at", "expected"),
    [(MONDAY - timedelta(seconds=1), 0), (MONDAY, 1), (FRIDAY_EVENING, 0), (FRIDAY_EVENING - HOUR, 1)],
)
def test_it_comes_in_working_hours(minder: Minder, at: datetime, expected: int) -> None:
    waiting(minder)
    minder.until(at)
    assert run(minder) == expected


PLACES = (
    (FindingKind.STALE, Step.APPROVERS, None, ["C01OPS"]),
    (FindingKind.NO_MFA, Step.ADMINS, "C02MAIN", [BOB]),
    (FindingKind.MORE_THAN_TWO, Step.CHANNEL, "C02MAIN", ["C02MAIN"]),
    (FindingKind.MORE_THAN_TWO, Step.CHANNEL, None, [BOB]),
)


@pytest.mark.parametrize(("kind", "step", "channel", "expected"), PLACES)
def test_each_step_has_its_recipients(
    minder: Minder, kind: FindingKind, step: Step, channel: str | None, expected: list[str]
) -> None:
    minder.account(channel=channel)
    waiting(minder, kind=kind, step=step)
    run(minder)
    assert [each.to for each in told(minder)] == expected


def test_admins_act_for_an_account_without_approvers(minder: Minder) -> None:
    minder.world.catalog = replace(minder.world.catalog, entitlements={})
    waiting(minder)
    run(minder)
    assert [each.to for each in told(minder)] == [BOB]


def test_a_slack_that_does_not_say_who_approves_loses_nothing(minder: Minder) -> None:
    catalog = minder.world.catalog
    group = replace(catalog.approvers["platform"], channel=None)
    minder.world.catalog = replace(catalog, approvers={"platform": group})
    waiting(minder)
    minder.world.people.readable = False
    assert run(minder) == 0
    minder.world.people.readable = True
    assert run(minder) == 1


def test_nothing_is_reported_of_an_account_that_the_catalog_does_not_know(minder: Minder) -> None:
    waiting(minder)
    minder.world.catalog = replace(minder.world.catalog, accounts={})
    assert run(minder) == 0


def test_latchkeys_own_key_is_put_before_those_who_approve_its_entitlement(minder: Minder) -> None:
    catalog = minder.world.catalog
    other = replace(catalog.approvers["platform"], name="other", channel="C03OTHER")
    asked = replace(catalog.entitlements["reports-read"], approvers="other")  # type: ignore[index]
    minder.world.catalog = replace(
        catalog,
        approvers={**catalog.approvers, "other": other},
        entitlements={**catalog.entitlements, asked.id: asked},
    )
    minder.key()
    minder.pass_days(15)
    assert [(each.to, each.at) for each in told(minder)] == [("C01OPS", datetime(2026, 11, 16, 9, tzinfo=UTC))]
