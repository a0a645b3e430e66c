"""Ninety days of an account with a hundred people on an injected clock, with a worker that is down for nine of them."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.events import Notice
from bot.domain.hygiene.escalation import WAITS, off_days
from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.schedule import WORKDAYS
from bot.store import tables
from bot.store.engine import make_engine
from bot.store.rows import many
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.simulation.company import DAY, DEAF, HOUR, LEAVER, OUTAGE, Company
from tests.flows.world import World

DAYS = 90
SLACK = 4 * DAY  # a weekend, a step of the clock, and a digest that was already sent that day
LEFT, UNREACHED = f"U{LEAVER:04}", f"U{DEAF:04}"


@dataclass(frozen=True)
class Told:
    finding: str
    round: int
    stage: int
    step: Step
    notice: Notice
    subject: str
    at: datetime


@dataclass(frozen=True)
class Lived:
    company: Company
    findings: dict[str, Finding]
    told: dict[tuple[str, int], list[Told]]  # by finding and round, in order of steps


def live(world: World) -> Lived:
    company = Company(world)
    company.live(DAYS)
    rows = defaultdict[tuple[str, int], list[Told]](list)
    with world.work._engine.connect() as connection:  # type: ignore[attr-defined]
        findings = many(connection, Finding, select(tables.finding))
        for each in many(connection, Told, select(tables.told).order_by(tables.told.c.at)):
            if each.notice is not Notice.PREVIEW and each.stage >= 0:  # a Keep is no step
                rows[each.finding, each.round].append(each)
    return Lived(company, {each.id: each for each in findings}, dict(rows))


@pytest.mark.long
def test_ninety_days_of_a_hundred_people(world: World) -> None:
    lived = live(world)
    enough_happened(lived)
    every_finding_reached_its_owner_once_for_each_stage(lived)
    nobody_got_more_than_one_digest_a_day(lived)
    nothing_in_use_was_switched_off(lived)
    the_outage_lost_no_stage(lived)
    what_is_weekly_came_once_a_week(lived)


def what_is_weekly_came_once_a_week(lived: Lived) -> None:
    weeks = Counter(
        each.at.isocalendar()[:2] for each in lived.company.minder.post.taken if each.notice is Notice.REPORT
    )
    assert set(weeks.values()) == {1}
    assert DAYS // 7 - 1 <= len(weeks) <= DAYS // 7 + 2
    with lived.company.world.work._engine.connect() as connection:  # type: ignore[attr-defined]
        crowded = select(tables.outbox.c.wanted).where(tables.outbox.c.notice == Notice.CROWDED)
        assert DAYS // 7 - 1 <= connection.execute(crowded).scalar_one() <= DAYS // 7 + 2


def enough_happened(lived: Lived) -> None:
    """The simulation must contain every case."""
    kinds = Counter(each.kind for each in lived.findings.values())
    wanted = {FindingKind.STALE, FindingKind.UNUSED, FindingKind.NEVER_USED, FindingKind.TWO_ACTIVE}
    assert wanted <= kinds.keys(), kinds
    steps = Counter(each.step for rows in lived.told.values() for each in rows)
    assert steps[Step.OWNER] > 100, steps
    assert steps[Step.APPROVERS] > 40, steps
    assert len(lived.company.off) > 15
    assert any(number > 0 for _, number in lived.told), "some were kept, and begun anew"
    assert lived.company.minder.post.count(Notice.PREVIEW, "C02MAIN") > 0


def every_finding_reached_its_owner_once_for_each_stage(lived: Lived) -> None:
    posts = Counter((each.notice, each.subject, each.to) for each in lived.company.minder.post.taken)
    for (name, _), rows in lived.told.items():
        finding = lived.findings[name]
        escalation_steps = RULES[finding.kind].escalation_steps
        assert [each.stage for each in rows] == list(range(len(rows))), "no repeat, no gap"
        assert [each.step for each in rows] == list(escalation_steps[: len(rows)])
        owner = finding.owner or LEFT  # a leaver's keys have no owner now
        for each in rows:
            if each.step is Step.OWNER and owner != UNREACHED:
                assert posts[each.notice, each.subject, owner] == 1
    now = lived.company.world.clock.now()
    for finding in lived.findings.values():
        if RULES[finding.kind].reported_by is ReportedBy.DIGEST and finding.owner not in {LEFT, None}:
            in_time(lived, finding, now)


def in_time(lived: Lived, finding: Finding, now: datetime) -> None:
    """No step came too early, and none was later than weekends and the outage explain."""
    begins = {0: finding.opened_at}
    if finding.round:  # after a Keep; otherwise enforcement began, or Slack first named the owner, within hours
        begins[finding.round] = finding.kept_until or finding.opened_at
    for number, since in begins.items():
        rows, last = lived.told.get((finding.id, number), []), since
        for each in rows:
            wait = timedelta(0) if each.stage == 0 else WAITS[min(each.stage, len(WAITS)) - 1]
            assert each.at - last >= wait
            assert each.at - last <= wait + SLACK + away(lived, last, each.at), (finding, rows)
            last = each.at
        if number == finding.round and finding.closed_at is None and finding.step in {Step.OWNER, Step.APPROVERS}:
            wait = WAITS[min(len(rows), len(WAITS)) - 1] if rows else timedelta(0)
            assert now - last <= wait + SLACK + away(lived, last, now), finding


def away(lived: Lived, since: datetime, until: datetime) -> timedelta:
    """How much of this span the worker was down."""
    begin, end = (lived.company.start + each for each in OUTAGE)
    return max(min(until, end) - max(since, begin), timedelta(0))


def nobody_got_more_than_one_digest_a_day(lived: Lived) -> None:
    company, days = lived.company, Counter[Any]()
    for each in company.minder.post.taken:
        if each.notice is Notice.DIGEST:
            local = company.local(each.at, each.to)
            assert local.weekday() < 5
            assert 9 <= local.hour < 17
            days[each.to, local.date()] += 1
    assert max(days.values()) == 1
    places = Counter((each.to, each.at.date()) for each in company.minder.post.taken if each.notice is Notice.ESCALATED)
    assert max(places.values()) == 1


def nothing_in_use_was_switched_off(lived: Lived) -> None:
    company = lived.company
    whose = {each.key: each for each in company.owners.values()}
    for each in company.off:
        assert each.used is None or each.at - each.used >= DAY
        assert each.at - company.start >= 14 * DAY, "a dry run"
    keys = company.world.iam.all_keys()
    busy = [
        each for each in company.owners.values() if each.habit in {"busy", "rotates", "own-rotates", "two", "young"}
    ]
    assert all(keys[each.key].active for each in busy)
    by_hygiene = [(each, whose[each.key]) for each in company.off if each.key in whose]
    assert UNREACHED not in {owner.id for _, owner in by_hygiene}
    for each, owner in by_hygiene:
        local = company.local(each.at, owner.id)
        assert local.weekday() in off_days(WORKDAYS), (owner, each)
        assert 9 <= local.hour < 17
        heard = [one for one in company.minder.post.taken if one.notice is Notice.DIGEST and one.to == owner.id]
        assert len([one for one in heard if one.at < each.at]) >= 2
        assert each.at - heard[0].at >= 7 * DAY
    assert {owner.habit for _, owner in by_hygiene} >= {"idle", "own-idle"}


def the_outage_lost_no_stage(lived: Lived) -> None:
    company = lived.company
    begin, end = (company.start + each for each in OUTAGE)
    assert not [each for each in company.minder.post.taken if begin <= each.at < end]
    assert len(company.overdue) > 5, "something fell due meanwhile"
    for each in company.overdue:
        told = [one.at for one in lived.told[each.id, each.round] if one.stage == each.stage]
        if each.owner != LEFT:
            assert len(told) == 1
            assert end <= told[0] <= end + SLACK
    first = Counter(
        each.to
        for each in company.minder.post.taken
        if each.notice is Notice.DIGEST and end <= each.at < end + DAY - HOUR
    )
    assert first
    assert max(first.values()) == 1


@pytest.fixture(scope="module")
def five_days(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    ledger = shutil.copy(_sqlite_template, tmp_path_factory.mktemp("five-days") / "ledger.db")
    engine, clock = make_engine(f"sqlite:///{ledger}"), FakeClock()
    company = Company(World(SqlUnitOfWork(engine, clock), clock))
    company.live(5)
    yield company
    engine.dispose()


@pytest.mark.parametrize("planted", ["a second digest", "a repeat", "a key in use"])
def test_the_simulations_checks_can_fail(five_days: Company, planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its four checks fails when its condition is violated."""
    company, post = five_days, five_days.minder.post
    monkeypatch.setattr(post, "taken", list(post.taken))
    monkeypatch.setattr(company, "off", list(company.off))
    lived = Lived(company, {}, {})
    if planted == "a second digest":
        post.taken.append(next(each for each in post.taken if each.notice is Notice.DIGEST))
        with pytest.raises(AssertionError):
            nobody_got_more_than_one_digest_a_day(lived)
    elif planted == "a repeat":
        row = Told("f1", 0, 0, Step.OWNER, Notice.DIGEST, "m1", company.start)
        finding = Finding("f1", FindingKind.STALE, None, company.owners[next(iter(company.owners))].id, "A", row.at, "")
        with pytest.raises(AssertionError):
            every_finding_reached_its_owner_once_for_each_stage(
                Lived(company, {"f1": finding}, {("f1", 0): [row, row]})
            )
    else:
        key = next(each.key for each in company.owners.values() if each.habit == "busy")
        company._note(key)
        with pytest.raises(AssertionError):
            nothing_in_use_was_switched_off(lived)
