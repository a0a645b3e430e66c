"""Adopted keys in the ledger, on both databases: constraints, approvals, what is due, and what replaced them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.adopted import Adopted, PendingAction
from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId, RequestId
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, START
from tests.store.rows import DAY, HOUR, a_credential, a_grant, a_request, plant
from tests.store.test_inventory import MAIN, OTHER, a_key, a_user, store

A = AdoptedState
OFF: dict[str, Any] = {"state": A.OFF, "off_at": START, "delete_at": START + DAY}


def an_adopted(key: str = "k1", **changes: Any) -> Adopted:
    made = Adopted(key, MAIN, "carol", AccessKeyId(f"AKIA{key.upper()}"), A.ON, START)
    return replace(made, **changes)


def adopt(work: SqlUnitOfWork, *rows: Adopted) -> None:
    found = [a_key(each.id, f"user-{each.id}") for each in rows]
    store(work, [a_user(f"user-{each.id}") for each in rows], found)
    with work.begin() as tx:
        for each in rows:
            assert tx.adopted.add(each)


def test_a_row_is_kept_once_and_comes_back_as_it_was(work: SqlUnitOfWork) -> None:
    adopt(
        work,
        an_adopted(
            pending_action=PendingAction.OFF, pending_by=CAROL, pending_since=START, used_at=START, used_service="s3"
        ),
    )
    with work.begin() as tx:
        assert not tx.adopted.add(an_adopted())
        tx.adopted.set("k1", why="unread", next_try_at=START + HOUR)
        expected = an_adopted(
            pending_action=PendingAction.OFF, pending_by=CAROL, pending_since=START, used_at=START, used_service="s3",
            why="unread", next_try_at=START + HOUR,
        )  # fmt: skip
        assert tx.adopted.get("k1") == tx.adopted.lock("k1") == expected
        assert tx.adopted.get("k2") is tx.adopted.lock("k2") is None


def test_a_state_changes_only_by_a_transition_with_its_event_and_clears_the_pending_action(work: SqlUnitOfWork) -> None:
    adopt(work, an_adopted(pending_action=PendingAction.OFF, off_at=START, delete_at=START + DAY))
    with work.begin() as tx:
        with pytest.raises(ValueError, match=r"Transaction\.transition"):
            tx.adopted.set("k1", state=A.OFF)
        assert tx.transition("k1", A.ON, A.OFF, by=CAROL, at=START)
        assert not tx.transition("k1", A.ON, A.OFF, by=CAROL, at=START), "somebody was first"
        row = tx.adopted.get("k1")
        assert row is not None
        assert (row.state, row.pending_action) == (A.OFF, None)
        assert [each.tag.value for each in tx.audit.of("k1")] == ["adopted:off"]


@pytest.mark.parametrize(
    "row", [an_adopted(state=A.OFF), an_adopted(state=A.OFF, off_at=START), an_adopted("nobodys")],
    ids=["off without its moment", "off without its end", "no found key"],
)  # fmt: skip
def test_the_table_holds_the_laws(work: SqlUnitOfWork, row: Adopted) -> None:
    store(work, [a_user()], [a_key()])
    with pytest.raises(IntegrityError), work.begin() as tx:
        tx.adopted.add(row)


def test_one_yes_from_each_person_and_only_since_it_was_asked(work: SqlUnitOfWork) -> None:
    adopt(work, an_adopted())
    with work.begin() as tx:
        assert tx.adopted.agree("k1", BOB, START)
        assert not tx.adopted.agree("k1", BOB, START + HOUR)
        assert tx.adopted.agree("k1", ALICE, START + HOUR)
        assert tx.adopted.agreed("k1", START) == {ALICE, BOB}
        assert tx.adopted.agreed("k1", START + HOUR) == {ALICE}
        tx.adopted.forget_agreements("k1")
        assert tx.adopted.agreed("k1", START) == frozenset()


def test_what_is_due_comes_without_what_waits_and_without_what_aws_refused_a_moment_ago(work: SqlUnitOfWork) -> None:
    later = START + timedelta(seconds=1)
    adopt(
        work,
        an_adopted("p1", pending_action=PendingAction.OFF, pending_by=CAROL, pending_since=START),
        an_adopted("p2", pending_action=PendingAction.ON, pending_by=BOB, pending_since=START - HOUR, **OFF),
        an_adopted("p3", pending_action=PendingAction.OFF, pending_by=CAROL, pending_since=START, next_try_at=later),
        an_adopted("c1", pending_action=PendingAction.OFF, pending_by=LATCHKEY, pending_since=START),
        an_adopted("r1", retire_at=START, look_at=START),
        an_adopted("r2", retire_at=later, look_at=later),
        an_adopted(
            "r3",
            retire_at=START,
            pending_action=PendingAction.OFF,
            pending_by=LATCHKEY,
            pending_since=later,
            next_try_at=later,
        ),
        an_adopted("d1", **OFF | {"delete_at": START}),
        an_adopted("d2", **OFF | {"delete_at": later}),
        an_adopted("g1", state=A.GONE, look_at=START, retire_at=START),
    )
    with work.begin() as tx:
        due = {
            "people": tx.adopted.pending(START, 9, by_clock=False),
            "clock": tx.adopted.pending(START, 9, by_clock=True),
            "retire": tx.adopted.retire_due(START, 9),
            "delete": tx.adopted.delete_due(START, 9),
            "check": tx.adopted.check_due(START, 9),
        }
        assert len(tx.adopted.pending(START, 1, by_clock=False)) == 1
    assert {name: [each.id for each in rows] for name, rows in due.items()} == {
        "people": ["p2", "p1"], "clock": ["c1"], "retire": ["r1"], "delete": ["d1"], "check": ["r1"],
    }  # fmt: skip


def test_a_replacement_is_collected_when_its_key_is_live_and_once(work: SqlUnitOfWork) -> None:
    adopt(work, an_adopted(), an_adopted("k2"))
    _live(work, "g1", "r1", "k1", START)
    _live(work, "g2", "r2", "k1", START + HOUR)
    _live(work, "g3", "r3", None, START)
    _live(work, "g4", "r4", "k2", START, credential=CredentialState.SEALED)
    _live(work, "g5", "r5", "k2", START, state=GrantState.REVOKED)
    with work.begin() as tx:
        assert tx.adopted.replacements_collected(9) == (("k1", "r1"), ("k1", "r2"))
        tx.adopted.set("k1", request=RequestId("r1"))
        assert tx.adopted.replacements_collected(9) == (), "the first one stays"
        tx.transition("g1", GrantState.ACTIVE, GrantState.REVOKED, by=CAROL, at=START)
        assert tx.adopted.replacements_collected(9) == (("k1", "r2"),)


def test_a_replacement_that_has_taken_over_is_not_looked_at_again(work: SqlUnitOfWork) -> None:
    adopt(work, an_adopted())
    _live(work, "g1", "r1", "k1", START)
    with work.begin() as tx:
        tx.adopted.mark_taken_over(RequestId("r1"), START)
        assert tx.adopted.replacements_collected(9) == ()


def _live(
    work: SqlUnitOfWork, grant: str, request: str, replaces: str | None, at: Any, *,
    state: GrantState = GrantState.ACTIVE, credential: CredentialState = CredentialState.LIVE,
) -> None:  # fmt: skip
    row = a_request(request, state=RequestState.APPROVED, replaces=replaces, made_at=at)
    with work.begin() as tx:
        tx.requests.add(row)
        tx.grants.add(a_grant(grant, request, state=state))
    plant(work, a_credential(f"c-{grant}", grant, state=credential))


@pytest.mark.parametrize(
    ("state", "grant", "stands"),
    [
        (RequestState.REQUESTED, None, True),
        (RequestState.DECLINED, None, False),
        (RequestState.APPROVED, GrantState.APPROVED, True),
        (RequestState.APPROVED, GrantState.ACTIVE, True),
        (RequestState.APPROVED, GrantState.LAPSED, False),
        (RequestState.APPROVED, GrantState.REVOKED, False),
    ],
)
def test_whether_something_stands_or_is_asked_for_in_its_place(
    work: SqlUnitOfWork, state: RequestState, grant: GrantState | None, stands: bool
) -> None:
    with work.begin() as tx:
        tx.requests.add(a_request("r1", state=state, replaces="k1"))
        tx.requests.add(a_request("r2", replaces="k2"))
        if grant is not None:
            tx.grants.add(a_grant(state=grant))
        assert tx.adopted.replacing_request("k1") == ("r1" if stands else None)


def test_which_keys_were_switched_off_later_than_a_report(work: SqlUnitOfWork) -> None:
    adopt(
        work,
        an_adopted("k1", **OFF),
        an_adopted("k2", **OFF | {"off_at": START - HOUR}),
        an_adopted("k3", off_at=START),
    )
    with work.begin() as tx:
        assert tx.adopted.deactivated_since(MAIN, ["carol"], START - timedelta(seconds=1)) == {"k1"}
        assert tx.adopted.deactivated_since(MAIN, ["carol"], START) == frozenset()
        assert tx.adopted.deactivated_since(MAIN, ["dave"], START - HOUR) == frozenset()
        assert tx.adopted.deactivated_since(OTHER, ["carol"], START - HOUR) == frozenset()
