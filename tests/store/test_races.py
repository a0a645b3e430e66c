"""Races on both databases, with barriers: one winner, no lost count, nothing done twice."""

from collections.abc import Callable

import pytest

from bot.domain.authorization import count
from bot.domain.errors import AlreadyDone
from bot.domain.events import Notice
from bot.domain.ids import CredentialId, DeliveryId, EnvelopeId, RequestId
from bot.domain.lifecycle import CredentialState, RequestState
from bot.domain.requests.request import Answer, Decision
from bot.store.work import SqlTransaction, SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, START
from tests.store.racing import race
from tests.store.rows import HOUR, PROOF, a_credential, a_grant, a_request, an_envelope, plant, plant_grants

THREADS = 16
ROUNDS = 60
C = CredentialState


def winners(work: SqlUnitOfWork, do: Callable[[SqlTransaction], bool], runners: int = THREADS) -> int:
    def one(_number: int) -> bool:
        with work.begin() as tx:
            return do(tx)

    got = race(runners, one)
    assert {type(each) for each in got} == {bool}, got
    return sum(got)


def test_an_envelope_is_handed_out_once(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(state=C.SEALED))
    for each in range(ROUNDS):
        name = EnvelopeId(f"e{each}")
        plant(work, an_envelope(name))
        assert winners(work, lambda tx, name=name: tx.envelopes.take(name, PROOF, START) is not None) == 1


def test_an_intent_is_claimed_once(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential())
    assert winners(work, lambda tx: tx.credentials.claim(CredentialId("c1"), "w1", START)) == 1


def test_a_double_click_makes_one_intent(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    names = iter(range(THREADS))
    assert winners(work, lambda tx: tx.credentials.add(a_credential(f"c{next(names)}"))) == 1


def test_a_request_is_moved_once(work: SqlUnitOfWork) -> None:
    plant(work, a_request())
    request, before = RequestId("r1"), RequestState.REQUESTED
    assert winners(work, lambda tx: tx.transition(request, before, RequestState.APPROVED, by=BOB, at=START)) == 1
    with work.begin() as tx:
        assert len(tx.audit.of(request)) == 1


def test_a_delivery_has_one_effect(work: SqlUnitOfWork) -> None:
    def click(_number: int) -> None:
        with work.begin(DeliveryId("trigger-1")) as tx:
            tx.set_flag("clicks", (tx.flag("clicks") or "") + "x")

    got = race(THREADS, click)
    assert sorted(str(type(each)) for each in got) == sorted([str(type(None))] + [str(AlreadyDone)] * (THREADS - 1))
    with work.begin() as tx:
        assert tx.flag("clicks") == "x"


@pytest.mark.parametrize("turn", range(10))
def test_two_approvers_do_not_each_count_only_themselves(work: SqlUnitOfWork, turn: int) -> None:
    """At READ COMMITTED, without the lock, both see one approval and the request waits forever."""
    plant(work, a_request())
    request, both = RequestId("r1"), (BOB, CAROL)

    def approve(number: int) -> bool:
        with work.begin() as tx:
            assert tx.requests.lock(request)
            assert tx.decisions.add(Decision(request, both[number], Answer.APPROVE, "", START))
            seen = count(tx.decisions.of(request), needed=2, parties=frozenset({ALICE}), approvers=frozenset(both))
            return seen.reached

    assert sorted(race(2, approve)) == [False, True]


def test_enqueueing_at_once_loses_no_revision(work: SqlUnitOfWork) -> None:
    def enqueue(tx: SqlTransaction) -> bool:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
        return True

    assert winners(work, enqueue) == THREADS
    with work.begin() as tx:
        (item,) = tx.outbox.due(START, 10)
        assert tx.outbox.wanted_revision(item.id) == THREADS


def test_an_outbox_row_has_one_sender(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.GRANT, "g1", ALICE)
        (item,) = tx.outbox.due(START, 10)
    assert winners(work, lambda tx: tx.outbox.claim(item.id, START, START + HOUR)) == 1


def test_once_is_once(work: SqlUnitOfWork) -> None:
    for moment in (START, START + HOUR):
        before = moment - HOUR / 4
        assert winners(work, lambda tx, now=moment, before=before: tx.once("told", now, before)) == 1
