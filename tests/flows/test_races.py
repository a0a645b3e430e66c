"""Races of whole flows on both databases, with barriers: one outcome, never a partial one."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import sealing
from bot.domain.errors import Reason, Refused
from bot.domain.ids import GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState, RequestState
from bot.flows.issuing import collect, intent, mint, recover, reveal
from bot.flows.issuing.reveal import Dead, Opened
from bot.flows.lifecycle import deadlines, teardown
from bot.flows.requests import ask
from bot.store.credentials import SqlCredentials
from bot.store.envelopes import SqlEnvelopes
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, DAVE, START, FakeClock
from tests.flows.world import World
from tests.store.racing import race

ROUNDS = 12
MILLISECOND = timedelta(milliseconds=1)


def both_at_once(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """The result of each, in this order; any error except Refused fails the test."""
    got: dict[int, Any] = {}

    def run(number: int) -> None:
        try:
            got[number] = (first, second)[number]()
        except Refused as refusal:
            got[number] = refusal

    assert race(2, run) == [None, None]
    return [got[0], got[1]]


def sealed(world: World) -> tuple[GrantId, Any]:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    return grant, credential


def test_of_sixteen_reveals_one_gets_the_secret(both: World) -> None:
    for _ in range(ROUNDS):
        grant, credential = sealed(both)
        link = both.link()
        got = race(16, lambda _, link=link: both.reveal(link))
        assert [type(each) for each in got].count(Opened) == 1, got
        assert [type(each) for each in got].count(Dead) == 15, got
        assert both.credential(credential).state is C.REVEALED
        with both.work.begin() as tx:
            assert [event.tag for event in tx.audit.of(credential)].count("credential:revealed") == 1  # type: ignore[comparison-overlap]
        both.give_back(grant)


@pytest.mark.parametrize("off", [-MILLISECOND, 0 * MILLISECOND, MILLISECOND])
def test_a_reveal_at_the_end_of_its_envelope_against_the_sweep(both: World, off: timedelta) -> None:
    for _ in range(ROUNDS // 3):
        grant, credential = sealed(both)
        link, until = both.link(), both.credential(credential).sealed_until
        assert until is not None
        page, swept = FakeClock(until + off), FakeClock(until)
        envelope, seed = link
        proof = sealing.proof_of(seed, envelope)
        opened, _ = both_at_once(
            lambda page=page, envelope=envelope, proof=proof: reveal.reveal(
                both.work, page, envelope=envelope, proof=proof, ip="203.0.113.7", browser="Chrome"
            ),
            lambda swept=swept: deadlines.discard_sealed(replace(both.context, clock=swept)),
        )
        won = isinstance(opened, Opened)
        assert not won or off < timedelta(0)
        with both.work.begin() as tx:
            tags = [event.tag.value for event in tx.audit.of(credential)]
        assert (tags.count("credential:revealed"), tags.count("credential:discarded")) == (won, not won)
        assert both.credential(credential).state is (C.REVEALED if won else C.DISCARDED)
        assert both.grant(grant).state is (GrantState.ACTIVE if won else GrantState.APPROVED)
        both.give_back(grant)


def test_a_revoke_and_a_reveal_agree_on_who_was_first(both: World) -> None:
    for _ in range(ROUNDS):
        grant, credential = sealed(both)
        link = both.link()
        opened, _ = both_at_once(lambda link=link: both.reveal(link), lambda grant=grant: both.give_back(grant))
        with both.work.begin() as tx:
            tags = [event.tag.value for event in tx.audit.of(credential)]
        assert ("credential:revealed" in tags) is isinstance(opened, Opened)
        assert both.credential(credential).state is (C.REVEALED if isinstance(opened, Opened) else C.DISCARDED)
        assert both.grant(grant).state is GrantState.REVOKED
        both.reconcile()
        assert both.iam.users == {}


@pytest.mark.parametrize("statement", ["take", "claim"])
def test_the_grant_is_locked_before_what_decides(
    postgres_work: SqlUnitOfWork, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """At READ COMMITTED a revoke that commits in between would hand out the secret of a revoked grant, and a Collect
    that takes an intent for unclaimed would create a second one during the mint. SQLite has one writer at a time.
    """
    world = World(postgres_work, clock)
    grant = world.granted()
    repository: Any = {"take": SqlEnvelopes, "claim": SqlCredentials}[statement]
    before, locked = getattr(repository, statement), threading.Event()

    def decide_(self: Any, *args: Any) -> Any:
        with postgres_work._engine.connect() as other, pytest.raises(OperationalError, match="could not obtain lock"):
            other.execute(text("SELECT id FROM grants WHERE id = :id FOR UPDATE NOWAIT"), {"id": grant})
        locked.set()
        return before(self, *args)

    monkeypatch.setattr(repository, statement, decide_)
    world.mint(world.collect(grant).id)
    assert isinstance(world.reveal(), Opened)
    assert locked.is_set()


@pytest.mark.parametrize("state", [C.DISCARDED, C.FAILED])
def test_a_secret_whose_credential_is_not_sealed_any_more_goes_nowhere(world: World, state: C) -> None:
    """However the ledger got there: the transitions decide, not the envelope."""
    _, credential = sealed(world)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE credential SET state = :state"), {"state": state.value})
    assert isinstance(world.reveal(), Dead)
    assert world.credential(credential).state is state


def test_of_two_approvers_at_once_both_count(both: World) -> None:
    from dataclasses import replace

    both.people.people[DAVE] = replace(both.people.people[DAVE], full_member=True)
    for _ in range(ROUNDS):
        asked = both.ask("reports-two")
        got = both_at_once(lambda asked=asked: both.approve(asked, BOB), lambda asked=asked: both.approve(asked, DAVE))
        states = sorted(each.request.state.value for each in got)
        assert states == [RequestState.APPROVED.value, RequestState.REQUESTED.value]
        with both.work.begin() as tx:
            assert tx.grants.of_request(asked) is not None


def test_the_second_press_gets_the_first_ones_decision(both: World) -> None:
    for _ in range(ROUNDS):
        asked = both.ask()
        got = both_at_once(
            lambda asked=asked: both.approve(asked, BOB),
            lambda asked=asked: ask.cancel(both.context, request=asked, by=ALICE, delivery=None),
        )
        (refusal,) = [each for each in got if isinstance(each, Refused)]
        first = RequestState.CANCELLED if refusal is got[0] else RequestState.APPROVED
        assert (refusal.reason, refusal.facts["state"]) == (Reason.ALREADY_DECIDED, first)


def test_of_sixteen_collects_one_intent_comes(both: World) -> None:
    both.beat()

    def press(grant: GrantId, number: int) -> str:
        return collect.begin(
            both.context, grant=grant, by=ALICE, window=intent.Window(f"V{number}", START), delivery=None
        ).id

    for _ in range(ROUNDS // 3):
        grant = both.granted()
        got = race(16, lambda number, grant=grant: press(grant, number))
        assert len(set(got)) == 1, got
        with both.work.begin() as tx:
            assert [each.id for each in tx.credentials.of(grant)] == [got[0]]


def test_two_workers_make_one_key(both: World) -> None:
    for _ in range(ROUNDS):
        grant = both.granted()
        credential = both.collect(grant).id
        minters = []
        for name in ("w1", "w2"):
            both.worker = name
            minters.append(both.minter)
        calls = both.iam.count("create_key")
        got = race(2, lambda number, minters=minters, credential=credential: mint.mint(minters[number], credential))
        assert sorted(got) == [False, True]
        assert both.iam.count("create_key") == calls + 1
        both.give_back(grant)


def test_a_collect_at_the_last_moment_against_the_sweep_that_lapses(both: World) -> None:
    for _ in range(ROUNDS // 3):
        grant = both.granted()
        late = both.grant(grant).collect_by
        in_time, swept = FakeClock(late - MILLISECOND), FakeClock(late)
        with both.work.begin() as tx:
            tx.beat("w1", late)
        got, lapsed = both_at_once(
            lambda grant=grant, in_time=in_time: collect.begin(
                replace(both.context, clock=in_time),
                grant=grant,
                by=ALICE,
                window=intent.Window("V", START),
                delivery=None,
            ),
            lambda swept=swept: deadlines.lapse_grants(replace(both.context, clock=swept)),
        )
        refused = isinstance(got, Refused)
        assert lapsed == int(refused)
        assert both.grant(grant).state is (GrantState.LAPSED if refused else GrantState.APPROVED)
        if refused:
            assert got.reason is Reason.GRANT_OVER
        else:
            both.give_back(grant)


def test_everything_that_ends_a_grant_at_once_ends_it_once(both: World) -> None:
    """Two workers' sweeps, the owner's press and the page, without an error or a deadlock."""
    for _ in range(ROUNDS // 3):
        grant, credential = both.live()
        fresh = both.rotate(grant).id
        both.mint(fresh)
        link = both.link()
        over = FakeClock(both.clock.now() + timedelta(days=7))
        acts: list[Callable[[], Any]] = [
            lambda over=over: deadlines.expire(replace(both.context, clock=over)),
            lambda over=over: deadlines.expire(replace(both.context, clock=over)),
            lambda grant=grant: both.give_back(grant),
            lambda link=link: (both.reveal(link), both.receipt(link)),
            lambda over=over: deadlines.discard_sealed(replace(both.context, clock=over)),
            lambda over=over: recover.abandoned(replace(both.context, clock=over)),
            lambda over=over: teardown.tear_down(replace(both.context, clock=over)),
            lambda credential=credential: both.retire(credential),
        ]
        got = race(len(acts), lambda number, acts=acts: acts[number]())
        wrong = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refused)]
        assert not wrong, wrong
        with both.work.begin() as tx:
            ends = [event for event in tx.audit.of(grant) if event.tag.value in {"grant:expired", "grant:revoked"}]
        assert len(ends) == 1
        teardown.tear_down(replace(both.context, clock=over))
        assert both.iam.users == {}
