"""Drift in the ledger, on both databases: one open row for each, pressed once, claimed by one worker."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.drift.difference import Difference, DifferenceKind
from bot.domain.ids import AccountName, GrantId
from bot.domain.lifecycle import GrantState
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, START
from tests.store.racing import race
from tests.store.rows import a_grant, plant_grants

MAIN = AccountName("main")
LATER = START + timedelta(minutes=5)


def a_difference(name: str = "d1", **changes: Any) -> Difference:
    made = Difference(name, GrantId("g1"), DifferenceKind.POLICY, "", "e1", {"extra": "admin"}, START)
    return replace(made, **changes)


@pytest.fixture
def ledger(work: SqlUnitOfWork) -> SqlUnitOfWork:
    active = {"state": GrantState.ACTIVE}
    plant_grants(
        work,
        a_grant(**active),
        a_grant("g2", "r2", **active),
        a_grant("g3", "r3", account=AccountName("other"), **active),
        a_grant("g4", "r4", state=GrantState.REVOKED),
    )
    return work


def test_the_same_is_open_once_on_a_grant_and_again_when_it_was_closed(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        assert tx.differences.add(a_difference())
        assert not tx.differences.add(a_difference("d2"))
        for number, other in enumerate(
            ({"grant": GrantId("g2")}, {"evidence": "e2"}, {"about": "AKIA1"}, {"kind": DifferenceKind.TAGS})
        ):
            assert tx.differences.add(a_difference(f"o{number}", **other))
        tx.differences.set("d1", closed_at=LATER)
        assert tx.differences.add(a_difference("d2", seen_at=LATER))
        assert [each.id for each in tx.differences.open_of(GrantId("g1"))] == ["o1", "o2", "o3", "d2"]
        assert tx.differences.get("d1") == a_difference(closed_at=LATER)


def test_unconfirmed_are_the_accounts_active_grants_seen_once_before_that_moment(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        for number, changes in enumerate(
            (
                {},
                {"grant": GrantId("g2"), "told_at": START},
                {"grant": GrantId("g3")},
                {"grant": GrantId("g4")},
                {"evidence": "e2", "closed_at": START},
            )
        ):
            tx.differences.add(a_difference(f"d{number}", **changes))
        assert [each.id for each in tx.differences.unconfirmed(MAIN, START, 9)] == ["g1"]
        assert tx.differences.unconfirmed(MAIN, START - timedelta(seconds=1), 9) == ()


def test_active_in_pages_over_the_grants_of_one_account(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        assert [each.id for each in tx.grants.active_in(MAIN, None, 1)] == ["g1"]
        assert [each.id for each in tx.grants.active_in(MAIN, GrantId("g1"), 9)] == ["g2"]


@pytest.mark.parametrize(
    ("changes", "pressed"),
    [
        ({"told_at": START}, True),
        ({}, False),
        ({"told_at": START, "closed_at": START}, False),
        ({"told_at": START, "repaired_at": START}, False),
        ({"told_at": START, "pressed_by": ALICE}, False),
    ],
    ids=["reported", "unreported", "closed", "repaired", "pressed"],
)
def test_which_repair_may_be_requested(ledger: SqlUnitOfWork, changes: dict[str, Any], pressed: bool) -> None:
    with ledger.begin() as tx:
        tx.differences.add(a_difference(stuck_on="AccessDenied", **changes))
        assert tx.differences.request_repair("d1", BOB, START) is pressed
        found = tx.differences.get("d1")
    assert found is not None
    assert (found.pressed_by == BOB, found.stuck_on is None) == (pressed, pressed)


def test_a_press_waits_for_its_time_and_is_one_workers(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        tx.differences.add(a_difference(told_at=START))
        assert tx.differences.repairs_due(START, 9) == ()
        tx.differences.request_repair("d1", BOB, START)
        assert [each.id for each in tx.differences.repairs_due(START, 9)] == ["d1"]
        assert tx.differences.claim("d1", START, LATER)
        assert not tx.differences.claim("d1", START, LATER)
        assert tx.differences.repairs_due(START, 9) == ()
        assert [each.id for each in tx.differences.repairs_due(LATER, 9)] == ["d1"]
        tx.differences.set("d1", repaired_at=LATER)
        assert not tx.differences.claim("d1", LATER, LATER + timedelta(minutes=5))
        assert tx.differences.repairs_due(LATER, 9) == ()


def test_of_many_who_press_at_once_one_does(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        tx.differences.add(a_difference(told_at=START))

    def press(_number: int) -> bool:
        with ledger.begin() as tx:
            return tx.differences.request_repair("d1", BOB, START)

    assert sum(race(8, press)) == 1
