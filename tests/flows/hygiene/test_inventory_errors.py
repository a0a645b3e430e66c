"""A scan meets something unexpected: it continues, or reports it and releases the account."""

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.errors import Throttled
from bot.domain.hygiene.finding import FindingKind
from bot.domain.lifecycle import AdoptedState
from bot.flows.hygiene import inventory
from bot.slack.text.hygiene.findings import unread
from bot.store import tables
from tests.fakes import ALICE, BOB
from tests.flows.adopted.account import USER, Adopting
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, SECOND, Found
from tests.flows.world import World


@pytest.fixture
def found(both: World) -> Found:
    return Found(both)


def problem(found: Found) -> str | None:
    with found.world.work.begin() as tx:
        reading = tx.inventory.reading(MAIN.name)
    assert reading is not None
    return reading.problem


@pytest.mark.parametrize("named", [False, True])
def test_two_keys_that_change_their_slots_stay_the_same_keys(found: Found, named: bool) -> None:
    """Slot order is irrelevant: a key is identified by its creation time."""
    old, new = (found.reader.key(MAIN, "carol", age=days * DAY, idle=DAY) for days in (300 if named else 20, 10))
    found.look()
    before = {each.created_at: (each.id, each.access_key_id) for each in found.keys("carol")}
    found.reader.backwards.add("carol")
    found.world.clock.advance(hours=6)
    found.look()
    assert problem(found) is None
    assert {each.created_at: (each.id, each.access_key_id) for each in found.keys("carol")} == before
    assert {each.slot for each in found.keys("carol")} == {1, 2}
    assert {old, new} == set(found.world.iam.all_keys())


def test_a_key_that_takes_the_slot_of_one_that_is_gone_is_another(found: Found) -> None:
    found.reader.key(MAIN, "carol", age=20 * DAY, idle=DAY)
    found.look()
    (first,) = found.keys("carol")
    found.world.iam.users[MAIN.id, "carol"].keys.clear()
    found.reader.key(MAIN, "carol", age=DAY, idle=HOUR)
    found.world.clock.advance(hours=6)
    found.look()
    (second,) = found.keys("carol")
    assert (first.slot, second.slot) == (1, 1)
    assert first.id != second.id


def test_a_user_that_was_deleted_and_made_again_has_nothing_of_the_earlier_one(found: Found) -> None:
    """AWS's report is up to four hours old, and still has the earlier user's password and keys."""
    now = found.world.clock.now()
    found.reader.user(MAIN, "carol", tags={"Slack": BOB}, password=True, made_at=now - 400 * DAY)
    old = found.reader.key(MAIN, "carol", age=100 * DAY, idle=60 * DAY)
    found.look()
    assert {(each.kind, each.access_key_id) for each in found.open("carol")} == {
        (FindingKind.UNUSED, old),
        (FindingKind.NO_MFA, ""),
        (FindingKind.CONSOLE_AND_KEY, ""),
    }
    printed = found.reader.report(MAIN).content
    found.world.clock.advance(hours=2)
    found.world.iam.users[MAIN.id, "carol"].keys.clear()
    found.reader.user(MAIN, "carol", tags={"Slack": ALICE}, made_at=found.world.clock.now())
    new = found.reader.key(MAIN, "carol")
    found.reader.content = printed
    found.look()
    assert found.keys("carol") == (), "the report has not seen the new one's yet"
    assert not [each for each in found.open("carol") if each.access_key_id]
    found.reader.content = None
    found.world.clock.advance(hours=4)
    found.look()
    (key,) = found.keys("carol")
    assert key.created_at == found.world.iam.all_keys()[new].created_at
    assert not found.open("carol")


@pytest.mark.parametrize("where", ["write", "_transfer_findings"], ids=["before", "in the transaction"])
def test_any_error_is_reported_and_the_account_is_scanned_again(
    found: Found, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    found.with_accounts(MAIN, SECOND)
    found.reader.key(MAIN, "carol")
    users = found.reader.users

    def slow(account: Any) -> Any:
        found.world.clock.advance(seconds=1)
        return users(account)

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(found.reader, "users", slow)
        patched.setattr(f"bot.flows.hygiene.record.{where}", broken)
        with pytest.raises(ZeroDivisionError):
            found.look()
    said = problem(found)
    assert said is not None
    assert "Latchkey itself failed (ZeroDivisionError)" in said
    assert ("account:unread", BOB) in found.world.items()
    found.look()  # not Busy
    assert problem(found) is None


def test_an_account_that_always_fails_costs_the_others_nothing(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    found.with_accounts(MAIN, SECOND)
    users = found.reader.users

    def broken(account: Any) -> Any:
        if account.name == MAIN.name:
            raise ZeroDivisionError
        return users(account)

    monkeypatch.setattr(found.reader, "users", broken)
    for _ in range(2):
        with suppress(ZeroDivisionError):
            inventory.sweep(found.context)
    with found.world.work.begin() as tx:
        other = tx.inventory.reading(SECOND.name)
    assert other is not None
    assert other.read_at is not None


def test_a_second_failure_within_a_day_updates_the_message(found: Found) -> None:
    found.look()
    shown = list[str]()
    for failing in (True, False, True):
        found.world.clock.advance(hours=1)
        if failing:
            found.reader.faults["users"] = Throttled("GetAccountAuthorizationDetails", "Throttling")
        revision = _revision(found)
        found.look()
        with found.world.work.begin() as tx:
            reading = tx.inventory.reading(MAIN.name)
        assert reading is not None
        assert _revision(found) > revision, "the one message is drawn again"
        shown.append(unread(MAIN.name, reading, ()))
    assert ["couldn't read the keys" in each for each in shown] == [True, False, True]


def _revision(found: Found) -> int:
    with found.world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        mine = select(tables.outbox.c.wanted).where(tables.outbox.c.notice == "account:unread")
        return int(connection.execute(mine).scalar() or 0)


# --- adopted keys that someone deleted --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["on", "asking", "off"])
def test_an_adopted_key_that_the_inventory_saw_is_gone_is_gone_and_drawn_once(both: World, state: str) -> None:
    a = Adopting(both)
    key = a.plant()
    if state == "asking":
        a.used()
    a.retire(key)
    if state == "on":
        a.wait(key)
    a.work()
    assert a.row(key).state == state
    del both.iam.users[MAIN.id, USER].keys[a.key_id]
    both.clock.advance(hours=6)
    a.look(both.catalog.accounts[MAIN.name])
    row = a.row(key)
    assert (row.state, row.why) == (AdoptedState.GONE, "by-hand")
    assert row.gone_at == both.clock.now()
    events = len(a.tags(key))
    for _ in range(20):
        both.clock.advance(days=1)
        a.work()
        a.look(both.catalog.accounts[MAIN.name])
    assert len(a.tags(key)) == events
    with both.work.begin() as tx:
        assert tx.adopted.unresolved_gone(MAIN.name) == ()


def test_one_whose_whole_user_is_gone_is_gone_too(both: World) -> None:
    a = Adopting(both)
    key = a.off()
    del both.iam.users[MAIN.id, USER]
    both.clock.advance(hours=6)
    a.look(both.catalog.accounts[MAIN.name])
    assert a.row(key).state is AdoptedState.GONE
