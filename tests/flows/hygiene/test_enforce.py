"""Enforcement: which keys are deactivated, when, in which accounts, and the previews of a dry run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.events import Notice, Tag
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import Step
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import ANSWER_LOST
from bot.flows.lifecycle import activation
from bot.store import tables
from tests.fakes import ALICE
from tests.flows.during_aws_call import LOST
from tests.flows.hygiene.reminders import AROUND_THE_CLOCK, DUE, MORNING_AND_AFTERNOON, Minder, Road, enforcing
from tests.flows.world import World

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def minder(world: World) -> Minder:
    return enforcing(world)


def state(minder: Minder, credential: CredentialId) -> CredentialState:
    return minder.world.credential(credential).state


def test_a_key_that_no_one_answered_for_is_deactivated_with_undo(
    minder: Minder, held: tuple[GrantId, CredentialId]
) -> None:
    grant, credential = held
    minder.pass_days(1 / 24)
    row = minder.world.credential(credential)
    assert minder.off == [DUE]
    assert (row.state, row.why, row.delete_at) == (CredentialState.RETIRING, "hygiene", DUE + 7 * DAY)
    assert not minder.world.iam.all_keys()[minder.world.key(credential)].active
    assert minder.findings() == []
    (notice,) = [each for each in minder.post.taken if each.notice is Notice.ENFORCED]
    assert (notice.to, notice.subject) == (ALICE, f"{credential}/2026-11-25")
    with minder.world.work.begin() as tx:
        events = [each for each in tx.audit.of(credential) if each.tag is Tag.FINDING_ENFORCED]
    assert [dict(each.facts)["kind"] for each in events] == ["never-used"]
    assert minder.world.grant(grant).state == "active"


def test_an_answer_that_was_lost_leaves_no_key_deactivated_without_a_message(
    minder: Minder, held: tuple[GrantId, CredentialId]
) -> None:
    _, credential = held
    minder.world.iam.fail_at("set_active", LOST, after=True)
    minder.pass_days(1 / 24)
    assert minder.off == []
    minder.world.clock.advance(ANSWER_LOST)
    activation.keep_active(minder.world.context)
    assert minder.world.iam.all_keys()[minder.world.key(credential)].active
    minder.pass_days(1 / 24)
    assert (len(minder.off), state(minder, credential)) == (1, CredentialState.RETIRING)
    assert minder.post.count(Notice.ENFORCED, ALICE) == 1


def test_undo_brings_it_back_and_everything_begins_anew(minder: Minder, held: tuple[GrantId, CredentialId]) -> None:
    _, credential = held
    minder.pass_days(1)
    minder.world.reactivate(credential)
    minder.world.sweep()
    assert state(minder, credential) is CredentialState.LIVE
    minder.pass_days(10)
    assert minder.off == [DUE]
    minder.pass_days(10)
    assert len(minder.off) == 2
    assert minder.post.count(Notice.ENFORCED, ALICE) == 2, "each time is told"
    assert minder.post.count(Notice.DIGEST, ALICE) == 4


def test_an_account_that_does_not_say_enforce_switches_nothing_off(
    minder: Minder, held: tuple[GrantId, CredentialId]
) -> None:
    minder.account(enforce=False)
    minder.pass_days(20)
    assert minder.off == []
    minder.account(enforce=True)
    minder.pass_days(13)
    assert minder.off == [], "what was told until then did not say so"
    minder.pass_days(8)
    assert len(minder.off) == 1


# --- notices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deaf", [{ALICE}, {ALICE, "C01OPS"}])
def test_an_owner_who_was_not_reached_keeps_the_key(minder: Minder, deaf: set[str]) -> None:
    """Queued isn't delivered, and the approvers' notice alone isn't enough."""
    minder.post.deaf = deaf
    _, credential = minder.key()
    minder.pass_days(45)
    (finding,) = minder.findings()
    assert finding.step is Step.OFF
    assert state(minder, credential) is CredentialState.LIVE
    assert minder.off == []


def test_a_first_notice_of_less_than_a_week_ago_is_too_young(
    minder: Minder, held: tuple[GrantId, CredentialId]
) -> None:
    with minder.world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(tables.message).values(posted_at=DUE - 7 * DAY + SECOND))
    minder.pass_days(1 / 24)
    assert minder.off == []
    minder.pass_days(1)
    assert minder.off == [DUE + DAY]


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "Pacific/Honolulu", "Europe/Vienna"])
def test_never_on_friday_to_monday_and_only_in_the_owners_working_hours(minder: Minder, zone: str) -> None:
    """Due on a Thursday evening in UTC, which is Friday in Auckland and within working hours in Honolulu."""
    minder.world.people.people[ALICE] = replace(minder.world.people.people[ALICE], time_zone=zone)
    minder.account(enforce=False)
    minder.key()
    minder.pass_days((datetime(2026, 11, 26, 18, tzinfo=UTC) - minder.world.clock.now()) / DAY, hours=AROUND_THE_CLOCK)
    minder.change(due_at=minder.world.clock.now())
    minder.account(enforce=True)
    minder.enforced_since(minder.world.clock.now() - 60 * DAY)
    minder.pass_days(6, every=HOUR)
    (local,) = (each.astimezone(escalation.zone_of(zone)) for each in minder.off)
    assert local.weekday() == (3 if zone == "Pacific/Honolulu" else 1)
    assert 9 <= local.hour < 17


# --- dry run --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_read", "expected"),
    [(DUE - 14 * DAY + SECOND, []), (DUE - 14 * DAY, [DUE]), (DUE - 14 * DAY - SECOND, [DUE]), (None, [])],
)
def test_an_account_is_dry_for_a_fortnight_and_while_it_was_never_read(
    minder: Minder, held: tuple[GrantId, CredentialId], first_read: datetime | None, expected: list[datetime]
) -> None:
    minder.first_read(first_read)
    minder.pass_days(1 / 24)
    assert minder.off == expected
    assert minder.post.count(Notice.PREVIEW) == (not expected)


@pytest.mark.parametrize(("channel", "places"), [("C02MAIN", ["C02MAIN"]), (None, ["C01OPS"])])
def test_while_it_is_dry_what_would_go_off_is_shown_once_and_then_it_does(
    minder: Minder, held: tuple[GrantId, CredentialId], channel: str | None, places: list[str]
) -> None:
    minder.account(enforce=True, channel=channel)
    minder.first_read(DUE - 7 * DAY)
    minder.pass_days(6.9, hours=MORNING_AND_AFTERNOON)
    previews = [each for each in minder.post.taken if each.notice is Notice.PREVIEW]
    assert [each.to for each in previews] == places
    with minder.world.work.begin() as tx:
        (shown,) = tx.findings.in_message(Notice.PREVIEW, previews[0].subject)
    assert (shown.step, shown.due_at) == (Step.OFF, DUE + 7 * DAY)
    assert minder.off == []
    assert minder.world.iam.count("set_active") == 0
    minder.pass_days(1)
    assert minder.off == [DUE + 7 * DAY]


@pytest.mark.parametrize("day", range(7))
def test_a_fresh_account_sees_its_preview_before_anything_is_deactivated(minder: Minder, day: int) -> None:
    """On whatever day it is first scanned: the escalation is shorter than the dry run."""
    minder.account(enforce=True, adopt=True)
    minder.retire_found = Road(minder)
    minder.world.clock.advance(days=day)
    minder.foreign()
    minder.found.look()
    minder.first_read(minder.world.clock.now())
    minder.pass_days(13.9, hours=MORNING_AND_AFTERNOON)
    assert (minder.off, minder.post.count(Notice.PREVIEW)) == ([], 1)
    minder.pass_days(7)
    assert len(minder.off) == 1


@pytest.mark.parametrize("unreadable", ["use", "exemption"])
def test_what_cannot_be_acted_on_is_not_shown_either(
    minder: Minder, held: tuple[GrantId, CredentialId], unreadable: str
) -> None:
    minder.first_read(DUE - DAY)
    if unreadable == "use":
        minder.world.iam.uses[minder.world.key(held[1])] = None
    else:
        minder.change(kept_why="until when?")
    minder.pass_days(6)
    assert minder.post.count(Notice.PREVIEW) == 0
