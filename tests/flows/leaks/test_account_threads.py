"""Many leaked keys at once: no account holds up another, every key is off before anything else is done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from bot.domain import batch_size
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.leaks.incident import Incident, Source
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import contain
from bot.flows.leaks.account_threads import AccountThreads
from bot.flows.leaks.decisions import listing
from bot.store.work import SqlUnitOfWork
from tests.fakes import BOB, START
from tests.flows.leaks.contained import issued
from tests.flows.world import World

SLOW, QUICK = AccountName("slow"), AccountName("quick")


def incident(id_: str, account: AccountName = QUICK) -> Incident:
    key = AccessKeyId(f"AKIA{id_.upper():A<16}")
    return Incident(id_, key, IncidentState.REPORTED, Source.COMMAND, START, BOB, account=account)


def test_an_account_that_does_not_answer_holds_up_no_other() -> None:
    threads, answers = AccountThreads(), Event()

    def act(mine: Sequence[Incident]) -> int:
        if mine[0].account == SLOW:
            assert answers.wait(30)
        return len(mine)

    slow = [incident("s1", SLOW), incident("s2", SLOW)]
    assert threads([*slow, incident("q1")], act) == 1
    assert threads([*slow, incident("q2"), incident("q3")], act) == 2
    answers.set()
    assert next(done for _ in iter(int, 1) if (done := threads((), act))) == 2


def test_what_an_account_raises_reaches_the_sweep_and_stops_no_other() -> None:
    threads = AccountThreads()

    def act(mine: Sequence[Incident]) -> int:
        if mine[0].account == SLOW:
            raise ZeroDivisionError
        return len(mine)

    with pytest.raises(ZeroDivisionError):
        threads([incident("s1", SLOW)], act)
    assert threads([incident("q1")], act) == 1


def test_all_keys_are_off_before_the_rest_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_size, "AWS_ROWS", 2)
    leaks = [issued(world) for _ in range(3)]
    world.iam.calls.clear()
    assert leaks[0].work() == 2
    assert [name for name, _ in world.iam.calls] == ["set_active"] * 3 + ["end_sessions"] * 2
    assert not any(each.active for each in leaks)
    world.clock.advance(seconds=contain.CLAIM.seconds)
    assert leaks[0].work() == 1
    assert {each.now.state for each in leaks} == {IncidentState.CONTAINED}


def test_an_old_open_one_is_listed_however_many_came_and_went_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS_MOST", 2)
    with world.work.begin() as tx:
        for number in range(4):
            at = START + timedelta(days=number)
            closed = {"state": IncidentState.CLOSED, "closed_at": at} if number else {}
            assert tx.incidents.add(replace(incident(f"i{number}"), opened_at=at, **closed))  # type: ignore[arg-type]
    assert [each.id for each in listing.page(world.context, by=BOB).incidents] == ["i0", "i3"]


def test_what_nobody_decided_about_comes_first(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        for number, state in enumerate((IncidentState.REPORTED, IncidentState.CONTAINED, IncidentState.REPORTED)):
            tx.incidents.add(replace(incident(f"i{number}"), state=state, opened_at=START + timedelta(days=number)))
        assert [each.id for each in tx.incidents.open_all()] == ["i2", "i0", "i1"]
        assert tx.incidents.newest([]) == {}
        key = incident("i1").access_key_id
        assert {each.id for each in tx.incidents.newest([key]).values()} == {"i1"}
