"""Digests: in the owner's working hours, at most one a day, none lost or duplicated, even after a long outage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import retry
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.hygiene.finding import FindingKind, Step
from bot.domain.ids import SlackUserId
from bot.flows.hygiene import digest
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.hygiene.reminders import AROUND_THE_CLOCK, Minder

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GROUP = "subteam-S0PLATFORM"


def live_in(minder: Minder, person: SlackUserId, zone: str) -> None:
    people = minder.world.people.people
    people[person] = replace(people[person], time_zone=zone)


def heard(minder: Minder, to: str = ALICE) -> list[datetime]:
    return [each.at for each in minder.post.taken if each.notice is Notice.DIGEST and each.to == to]


def give(minder: Minder, owner: str) -> None:
    """The finding belongs to this person."""
    rows = minder.findings()
    with minder.world.work.begin() as tx:
        for each in rows:
            tx.findings.restart_escalation(each.id, minder.world.clock.now(), owner)


def test_it_comes_on_a_workday_of_the_companys_own_week(minder: Minder) -> None:
    """Found on Friday at midnight, in a company that works from Sunday to Thursday."""
    minder.world.change(workdays=frozenset({6, 0, 1, 2, 3}))
    minder.key()
    minder.pass_days(6.5)
    assert heard(minder) == [datetime(2026, 11, 8, 9, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("UTC", datetime(2026, 11, 6, 9, tzinfo=UTC)),  # found on Friday at midnight
        ("America/New_York", datetime(2026, 11, 6, 14, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2026, 11, 6, 0, tzinfo=UTC)),  # Thursday, 14:00
        ("Asia/Tokyo", datetime(2026, 11, 6, 0, tzinfo=UTC)),  # Friday, 9:00
        ("Pacific/Kiritimati", datetime(2026, 11, 6, 0, tzinfo=UTC)),  # Friday, 14:00
        ("Mars/Olympus", datetime(2026, 11, 6, 9, tzinfo=UTC)),
    ],
)
def test_it_comes_in_the_owners_working_hours(minder: Minder, zone: str, at: datetime) -> None:
    live_in(minder, ALICE, zone)
    minder.key()
    minder.pass_days(4.5, hours=AROUND_THE_CLOCK)
    assert heard(minder) == [at]


def test_each_of_the_owners_stages_once_and_then_others_are_notified(minder: Minder) -> None:
    minder.key()
    minder.pass_days(60)
    assert heard(minder) == [datetime(2026, 11, 6, 9, tzinfo=UTC), datetime(2026, 11, 13, 9, tzinfo=UTC)]
    (finding,) = minder.findings()
    assert (finding.stage, finding.step) == (3, Step.OFF)
    with minder.world.work.begin() as tx:
        told = [dict(each.facts)["rung"] for each in tx.audit.of(finding.id) if each.tag is Tag.FINDING_TOLD]
    assert told == ["owner", "owner", "approvers"]


def test_many_findings_are_one_digest(minder: Minder) -> None:
    minder.foreign()
    minder.foreign("billing")
    minder.found.look()
    minder.run()
    assert len(heard(minder)) == 1
    assert {each.stage for each in minder.findings()} == {1}


def test_what_is_found_later_on_the_same_day_waits_for_the_next(minder: Minder) -> None:
    minder.foreign()
    minder.found.look()
    minder.run()
    minder.foreign("billing")
    minder.found.look()
    minder.pass_days(1)
    assert heard(minder) == [datetime(2026, 11, 2, 14, tzinfo=UTC), datetime(2026, 11, 3, 9, tzinfo=UTC)]


def test_never_twice_in_one_day_and_never_too_late_for_the_next(minder: Minder) -> None:
    """Late on one day and early on the next are two days; early and late on one day is one."""
    moments = [datetime(2026, 11, day, *hour, tzinfo=UTC) for day in (3, 4, 5) for hour in ((9, 0), (16, 59))]
    for number, at in enumerate(moments):
        minder.until(at)
        minder.foreign(f"user-{number}")
        minder.found.look()
        minder.run()
    assert heard(minder) == moments[::2]
    minder.until(datetime(2026, 11, 6, 16, 59, tzinfo=UTC))
    minder.run()
    minder.foreign("late")
    minder.found.look()
    minder.until(datetime(2026, 11, 9, 9, tzinfo=UTC))
    minder.run()
    assert heard(minder)[3:] == [datetime(2026, 11, 6, 16, 59, tzinfo=UTC), datetime(2026, 11, 9, 9, tzinfo=UTC)]


def test_what_a_message_has_no_room_for_comes_the_next_day(minder: Minder) -> None:
    for number in range(digest.ENTRIES_MOST + 1):
        minder.foreign(f"user-{number:02}")
    minder.found.look()
    minder.run()
    assert [each.stage for each in minder.findings()].count(0) == 1
    minder.pass_days(1)
    assert len(heard(minder)) == 2
    assert {each.stage for each in minder.findings()} == {1}


@pytest.mark.parametrize("slept", [1, 9, 30])
def test_a_worker_that_slept_sends_one_digest_and_leaves_no_stage_out(minder: Minder, slept: int) -> None:
    minder.foreign()
    minder.found.look()
    minder.run()
    minder.world.clock.advance(days=slept)
    minder.pass_days(7.5 if slept == 1 else 1)
    assert len(heard(minder)) == 2
    assert minder.post.count(Notice.ESCALATED) == 0
    minder.pass_days(4)
    assert len(heard(minder)) == 2
    assert minder.post.count(Notice.ESCALATED) == 1


def test_whom_slack_does_not_tell_of_is_asked_about_again(minder: Minder) -> None:
    minder.foreign()
    minder.found.look()
    minder.world.people.readable = False
    minder.run()
    assert heard(minder) == []
    minder.world.people.readable = True
    minder.run()
    assert heard(minder) == [], "not at every run"
    minder.world.clock.advance(retry.wait(retry.OWNER_UNREADABLE))
    minder.run()
    assert len(heard(minder)) == 1


def test_people_who_are_not_full_members_are_not_notified(minder: Minder) -> None:
    minder.foreign(owner=DAVE)
    minder.found.look()
    minder.pass_days(10)
    assert heard(minder, DAVE) == []
    assert {each.stage for each in minder.findings() if each.kind is FindingKind.STALE} == {0}


def test_an_ownerless_finding_waits_for_an_owner(minder: Minder) -> None:
    minder.foreign(owner=None)
    minder.found.look()
    minder.pass_days(3)
    assert minder.post.count(Notice.DIGEST) == 0
    give(minder, CAROL)
    minder.pass_days(1)
    assert len(heard(minder, CAROL)) == 1


def test_a_user_groups_members_are_notified_who_are_at_work_and_had_none_today(minder: Minder) -> None:
    minder.world.people.usergroups["S0PLATFORM"] = frozenset({ALICE, BOB, CAROL, DAVE})
    live_in(minder, CAROL, "Pacific/Auckland")
    minder.foreign(owner=BOB)
    minder.found.look()
    minder.run()
    assert len(heard(minder, BOB)) == 1
    minder.foreign("billing", owner=None)
    minder.found.look()
    with minder.world.work.begin() as tx:
        for each in tx.findings.open_on(minder.world.catalog.accounts["main"].name, ["billing"]):  # type: ignore[index]
            tx.findings.restart_escalation(each.id, minder.world.clock.now(), GROUP)
    minder.run()
    assert len(heard(minder, ALICE)) == 1
    assert len(heard(minder, BOB)) == 1, "had one today"
    assert heard(minder, CAROL) == heard(minder, DAVE) == []


def test_a_groups_finding_is_kept_by_a_member_and_by_no_one_else(minder: Minder) -> None:
    minder.key()
    minder.pass_days(4)
    give(minder, GROUP)
    with pytest.raises(Refused) as refusal:
        minder.keep(30 * DAY, by=CAROL)
    assert refusal.value.reason is Reason.NOT_OWNER
    minder.keep(30 * DAY, by=BOB)


def test_what_is_kept_is_silent_until_its_day_and_then_begins_anew(minder: Minder) -> None:
    minder.key()
    minder.pass_days(12)
    assert len(heard(minder)) == 2
    minder.keep(20 * DAY)
    kept_until = minder.world.clock.now() + 20 * DAY
    minder.pass_days(40)
    later = heard(minder)[2:]
    assert len(later) == 2
    assert later[0] >= kept_until
    assert later[1] - later[0] >= 7 * DAY
    assert minder.post.count(Notice.ESCALATED) == 2, "the Keep, and what follows it"


def test_a_new_key_begins_anew(minder: Minder) -> None:
    key = minder.foreign()
    minder.found.look()
    minder.pass_days(8)
    (old,) = minder.findings()
    assert old.stage == 2
    account = minder.world.catalog.accounts[minder.found.keys("reporting")[0].account]
    del minder.world.iam.users[account.id, "reporting"].keys[key]
    minder.foreign()
    minder.found.look()
    (new,) = minder.findings()
    assert (new.id != old.id, new.stage, new.round) == (True, 0, 0)


def test_two_workers_send_one(minder: Minder) -> None:
    """The second saw the same owner as due, but was too late."""
    minder.foreign()
    minder.found.look()
    world = minder.world
    now = world.clock.now()
    assert digest._send(world.context, ALICE, now)
    assert not digest._send(world.context, ALICE, now)
    minder.post.deliver()
    assert len(heard(minder)) == 1
