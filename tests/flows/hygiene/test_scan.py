"""Failed scans, dry runs, and which account is scanned next."""

import threading
from datetime import timedelta

import pytest

from bot.domain import retry
from bot.domain.errors import Unreadable
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccountName
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import inventory, record
from bot.flows.hygiene.inventory import Busy
from tests import credential_reports
from tests.fakes import BOB, START, Crash
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, SECOND, Found

BAD = {
    "stale": (lambda found: setattr(found.reader, "age", 5 * HOUR), "is stale"),
    "truncated": (lambda found: setattr(found.reader, "content", credential_reports.written()[:-9]), "is truncated"),
    "malformed": (lambda found: setattr(found.reader, "content", b"<html>"), "is malformed"),
    "partial": (lambda found: found.reader.hidden.add("carol"), "is partial"),
    "no report": (
        lambda found: found.reader.faults.update(report=Unreadable("GetCredentialReport", "Throttling")),
        "GetCredentialReport was refused or did not answer (Throttling)",
    ),
    "half the users": (
        lambda found: found.reader.faults.update(users=Unreadable("GetAccountAuthorizationDetails", "Throttling")),
        "GetAccountAuthorizationDetails was refused or did not answer (Throttling)",
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_failed_scan_is_reported_in_a_sentence_and_changes_nothing(found: Found, how: str) -> None:
    key = found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    found.look()
    before = found.keys("carol"), found.open("carol")
    found.world.clock.advance(6 * HOUR)
    found.world.iam.uses[key] = LastUsed(found.world.clock.now())
    found.reader.key(MAIN, "carol", age=50 * DAY)
    spoil, why = BAD[how]
    spoil(found)
    seen = found.look()
    assert seen.problem is not None
    assert why in seen.problem
    assert "othing was changed" in seen.problem
    assert (found.keys("carol"), found.open("carol")) == before
    with found.world.work.begin() as tx:
        reading = tx.inventory.reading(MAIN.name)
    assert reading is not None
    assert (reading.problem, reading.keys, reading.due_at) == (
        seen.problem,
        1,
        found.world.clock.now() + retry.wait(retry.READ_ACCOUNT),
    )
    assert ("account:unread", BOB) in found.world.items()


def test_a_problem_is_reported_once_a_day(found: Found) -> None:
    found.reader.content = b"<html>"
    told = []
    for _ in range(5):
        found.look()
        told.append([notice for notice, _ in found.world.items()].count("account:unread"))
        found.world.clock.advance(6 * HOUR)
    assert told == [1, 1, 1, 1, 2]


def test_an_accounts_first_reading_is_the_first_that_came_to_something(found: Found) -> None:
    firsts = []
    for content in (b"<html>", None, b"<html>", None):
        found.reader.content = content
        found.look()
        with found.world.work.begin() as tx:
            reading = tx.inventory.reading(MAIN.name)
        firsts.append(reading.first_read_at if reading else None)
        found.world.clock.advance(6 * HOUR)
    begun = found.world.clock.now() - 18 * HOUR
    assert firsts == [None, begun, begun, begun]


def test_a_dry_run_sees_the_same_and_writes_nothing(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=100 * DAY, idle=DAY)
    found.reader.root = credential_reports.ROOT_WITH_A_KEY
    dry = found.look(dry=True)
    assert found.keys("carol") == found.open("carol", ROOT) == ()
    assert found.world.items() == []
    with found.world.work.begin() as tx:
        assert tx.inventory.reading(MAIN.name) is None
    wet = found.look()
    assert [(each.kind, each.access_key_id) for each in dry.findings] == [
        (each.kind, each.access_key_id) for each in wet.findings
    ]


# --- which account is next ------------------------------------------------------------------------------------------


def test_accounts_take_turns_and_one_that_fails_costs_the_others_nothing(found: Found) -> None:
    found.with_accounts(MAIN, SECOND)
    found.reader.key(MAIN, "carol", age=DAY)
    found.reader.key(SECOND, "bob", age=DAY)
    found.reader.faults["report"] = Unreadable("GetCredentialReport", "AccessDenied")
    assert [inventory.sweep(found.context) for _ in range(2)] == [1, 0]
    assert {name for call, name in found.reader.calls if call == "report"} == {"main", "second"}
    found.world.clock.advance(retry.wait(retry.READ_ACCOUNT))
    assert inventory.sweep(found.context) == 1, "the one that failed is tried again in half an hour"
    assert inventory.sweep(found.context) == 0


def test_a_sweep_that_has_gone_on_for_long_leaves_the_next_account_to_the_next_one(found: Found) -> None:
    found.with_accounts(MAIN, SECOND)
    for account in (MAIN, SECOND):
        found.reader.key(account, "bob", age=DAY)
    slow = found.reader.users
    found.reader.users = lambda account: (found.world.clock.advance(inventory.AT_ONCE), slow(account))[1]  # type: ignore[method-assign]
    assert [inventory.sweep(found.context) for _ in range(3)] == [1, 1, 0]


def test_a_report_that_aws_is_making_is_waited_for_in_rows_and_reported_after_an_hour(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=DAY)
    told = []
    for _ in range(62):
        found.reader.faults["report"] = Unreadable("GetCredentialReport", "ReportInProgress")
        inventory.sweep(found.context)
        told.append(("account:unread", BOB) in found.world.items())
        found.world.clock.advance(retry.wait(retry.READ_REPORT))
    assert [called for called, _ in found.reader.calls].count("report") == 61, "every minute, then in half an hour"
    assert told == [False] * 60 + [True] * 2
    found.reader.faults.clear()
    found.world.clock.advance(retry.wait(retry.READ_ACCOUNT))
    assert inventory.sweep(found.context) == 1
    with found.world.work.begin() as tx:
        reading = tx.inventory.reading(MAIN.name)
    assert reading is not None
    assert (reading.problem, reading.asked_at) == (None, None)


def test_a_reading_that_dies_half_way_is_taken_up_when_its_claim_is_over(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.flows.hygiene.scan.BATCH", 2)
    keys = {found.reader.key(MAIN, f"user-{number}", age=100 * DAY, idle=DAY) for number in range(6)}
    found.world.iam.crash_at(4)
    with pytest.raises(Crash):
        inventory.sweep(found.context)
    names = [f"user-{number}" for number in range(6)]
    assert 0 < len(found.keys(*names)) < 6
    assert inventory.sweep(found.context) == 0, "another worker may still be reading"
    found.world.clock.advance(record.CLAIM)
    assert inventory.sweep(found.context) == 6
    stale = [key for kind, _, key in found.findings(*names) if kind is FindingKind.STALE]
    assert sorted(stale) == sorted(keys), "each once"


def test_a_reader_that_was_too_slow_writes_nothing_into_the_reading_of_the_next_one(found: Found) -> None:
    """It saw everything earlier: with its times, all users would count as gone when the next reader closes."""
    key = found.reader.key(MAIN, "user-1", age=100 * DAY, idle=DAY)
    written, over = threading.Event(), threading.Event()

    def before_closing(what: str, done: int, most: int) -> None:
        if what == "keys" and done == most:
            written.set()
            assert over.wait(30)

    second = threading.Thread(target=lambda: inventory.read_account(found.context, MAIN, tell=before_closing))

    def slow(what: str, done: int, _: int) -> None:
        if what == "keys" and done == 0:
            found.world.clock.advance(record.CLAIM)
            second.start()
            assert written.wait(30)

    try:
        with pytest.raises(Busy):
            inventory.read_account(found.context, MAIN, tell=slow)
    finally:
        over.set()
        second.join(30)
    assert [each.access_key_id for each in found.keys("user-1")] == [key]


def test_a_slow_reading_keeps_its_account(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.flows.hygiene.scan.BATCH", 1)
    for number in range(3):
        found.reader.key(MAIN, f"user-{number}", age=100 * DAY, idle=DAY)

    def slow(what: str, done: int, most: int) -> None:
        if what == "keys" and 0 < done < most:
            found.world.clock.advance(record.CLAIM - timedelta(seconds=1))
            with pytest.raises(Busy):
                found.look()

    assert inventory.read_account(found.context, MAIN, tell=slow).problem is None


def test_every_account_has_its_own_minute_and_comes_every_six_hours() -> None:
    names = [AccountName(f"account-{number}") for number in range(100)]
    turns = {each: inventory.turn_after(each, START) for each in names}
    assert all(timedelta(hours=3) <= at - START <= timedelta(hours=9) for at in turns.values())
    assert len({at.replace(second=0) for at in turns.values()}) > 60, "staggered over the six hours"
    for name, at in turns.items():
        assert inventory.turn_after(name, at) - at == inventory.EVERY
        assert inventory.turn_after(name, at + HOUR) - at == inventory.EVERY, "a late reading does not shift the next"


def test_an_account_that_is_being_read_is_left_to_its_worker(found: Found) -> None:
    with found.world.work.begin() as tx:
        tx.inventory.schedule_first([MAIN.name], found.world.clock.now())
        assert tx.inventory.claim(MAIN.name, found.world.clock.now(), found.world.clock.now() + record.CLAIM)
    with pytest.raises(Busy, match="account main is being read right now"):
        found.look()
    assert inventory.sweep(found.context) == 0
    assert found.look(dry=True).problem is None
    found.world.clock.advance(record.CLAIM)
    assert found.look().problem is None, "whoever claimed it is gone"
