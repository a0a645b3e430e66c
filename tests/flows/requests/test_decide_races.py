"""Two presses on one request at once, on both databases, by barriers: one outcome, and everybody is told of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Answer, Decision
from bot.flows.lifecycle import deadlines
from bot.flows.requests import approval_reminders, ask, decide, questions
from tests.fakes import ALICE, BOB, DAVE, FakeClock
from tests.flows.test_races import MILLISECOND, ROUNDS, both_at_once
from tests.flows.world import World
from tests.forget_limits import forget_limits

DAY = timedelta(days=1)
CARD, RECEIPT, OUTCOME, GRANT = "request:approval", "request:receipt", "request:outcome", "grant:owner"


@pytest.fixture
def pair(both: World) -> World:
    """Bob and dave can both approve."""
    both.people.people[DAVE] = replace(both.people.people[DAVE], full_member=True)
    return both


def asked(world: World, what: str = "reports-read") -> RequestId:
    """A request whose first messages Slack already shows."""
    forget_limits(world.work._engine)  # type: ignore[attr-defined]
    found = world.ask(what)
    shown(world)
    return found


def shown(world: World) -> None:
    """Slack shows every message as it is now."""
    with world.work.begin() as tx:
        for each in tx.outbox.due(world.clock.now(), 1000):
            tx.outbox.mark_delivered(each.id, tx.outbox.wanted_revision(each.id), world.clock.now())


def outcome(world: World, of: RequestId) -> tuple[RequestState, tuple[Decision, ...], Grant | None]:
    with world.work.begin() as tx:
        found = tx.requests.get(of)
        assert found is not None
        return found.state, tx.decisions.of(of), tx.grants.of_request(of)


def told(world: World) -> set[tuple[str, str]]:
    return set(world.items())


def approve(world: World, of: RequestId, by: SlackUserId = BOB, duration: timedelta | None = None) -> Callable[[], Any]:
    context = world.context
    return lambda: decide.approve(context, request=of, by=by, delivery=None, duration=duration)


def decline(world: World, of: RequestId, by: SlackUserId = DAVE) -> Callable[[], Any]:
    context = world.context
    return lambda: decide.decline(context, request=of, by=by, justification="not now", delivery=None)


def one_refusal(got: list[Any], state: RequestState) -> None:
    (refusal,) = [each for each in got if isinstance(each, Refused)]
    assert (refusal.reason, refusal.facts["state"]) == (Reason.ALREADY_DECIDED, state)
    assert {"by", "at"} <= refusal.facts.keys()


def test_two_approvers_at_once_settle_it_once(pair: World) -> None:
    for _ in range(ROUNDS):
        of = asked(pair)
        got = both_at_once(approve(pair, of), approve(pair, of, DAVE))
        one_refusal(got, RequestState.APPROVED)
        state, decisions, grant = outcome(pair, of)
        assert (state, len(decisions)) == (RequestState.APPROVED, 1)
        assert grant is not None
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (GRANT, ALICE)}


def test_an_approval_and_a_decline_have_one_outcome(pair: World) -> None:
    for _ in range(ROUNDS):
        of = asked(pair)
        got = both_at_once(approve(pair, of), decline(pair, of))
        state, decisions, grant = outcome(pair, of)
        one_refusal(got, state)
        (only,) = decisions
        approved = only.answer is Answer.APPROVE
        assert state is (RequestState.APPROVED if approved else RequestState.DECLINED)
        assert (grant is not None) is approved
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (GRANT if approved else OUTCOME, ALICE)}


def test_of_an_approval_and_a_decline_where_two_are_needed_the_decline_stands(pair: World) -> None:
    for _ in range(ROUNDS // 2):
        of = asked(pair, "reports-two")
        both_at_once(approve(pair, of), decline(pair, of))
        state, decisions, grant = outcome(pair, of)
        assert (state, grant) == (RequestState.DECLINED, None)
        assert Answer.DECLINE in {each.answer for each in decisions}
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (OUTCOME, ALICE)}


def test_an_approval_and_a_shorter_one_have_the_duration_of_the_first(pair: World) -> None:
    for _ in range(ROUNDS):
        of = asked(pair)
        got = both_at_once(approve(pair, of), approve(pair, of, DAVE, DAY))
        one_refusal(got, RequestState.APPROVED)
        _, (only,), grant = outcome(pair, of)
        assert grant is not None
        assert grant.duration == (7 * DAY if only.approver == BOB else DAY)
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (GRANT, ALICE)}


def test_where_two_are_needed_the_shorter_one_holds_whoever_was_first(pair: World) -> None:
    for _ in range(ROUNDS // 2):
        of = asked(pair, "reports-two")
        got = both_at_once(approve(pair, of), approve(pair, of, DAVE, DAY))
        assert not [each for each in got if isinstance(each, Refused)]
        _, decisions, grant = outcome(pair, of)
        assert len(decisions) == 2
        assert grant is not None
        assert grant.duration == DAY


def test_an_approval_and_a_cancellation_have_one_outcome(pair: World) -> None:
    for _ in range(ROUNDS):
        of, context = asked(pair), pair.context
        got = both_at_once(
            approve(pair, of), lambda of=of, context=context: ask.cancel(context, request=of, by=ALICE, delivery=None)
        )
        state, decisions, grant = outcome(pair, of)
        one_refusal(got, state)
        approved = state is RequestState.APPROVED
        assert (len(decisions), grant is not None) == (int(approved), approved)
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE)} | ({(GRANT, ALICE)} if approved else set())


@pytest.mark.parametrize("off", [-MILLISECOND, 0 * MILLISECOND])
def test_a_decision_at_the_deadline_against_the_sweep_that_lapses(pair: World, off: timedelta) -> None:
    for _ in range(ROUNDS // 2):
        of = asked(pair)
        with pair.work.begin() as tx:
            late = tx.requests.get(of).decide_by  # type: ignore[union-attr]
        pressed, swept = (replace(pair.context, clock=FakeClock(each)) for each in (late + off, late))
        both_at_once(
            lambda of=of, pressed=pressed: decide.approve(pressed, request=of, by=BOB, delivery=None),
            lambda swept=swept: deadlines.lapse_requests(swept),
        )
        state, decisions, grant = outcome(pair, of)
        approved = state is RequestState.APPROVED
        assert approved or state is RequestState.LAPSED
        assert not approved or off < timedelta(0)
        assert (len(decisions), grant is not None) == (int(approved), approved)
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (GRANT if approved else OUTCOME, ALICE)}


def test_an_answer_and_a_decision_come_one_after_the_other(pair: World) -> None:
    for _ in range(ROUNDS):
        of, context = asked(pair), pair.context
        question = questions.ask(context, request=of, by=DAVE, text="why?", delivery=None).id
        shown(pair)
        answered, decided = both_at_once(
            lambda question=question, context=context: questions.answer(
                context, question=question, by=ALICE, text="FIN-212", delivery=None
            ),
            approve(pair, of),
        )
        state, _, grant = outcome(pair, of)
        assert not isinstance(decided, Refused)
        assert state is RequestState.APPROVED
        assert grant is not None
        with pair.work.begin() as tx:
            kept = tx.questions.get(question)
        assert kept is not None
        if isinstance(answered, Refused):
            assert (answered.reason, kept.answer) == (Reason.ALREADY_DECIDED, None)
        else:
            assert kept.answer == "FIN-212"
            assert ("request:answer", DAVE) in told(pair)
        assert told(pair) >= {(CARD, "C01OPS"), (RECEIPT, ALICE), (GRANT, ALICE), ("request:question", ALICE)}


def test_two_answers_at_once_are_one(pair: World) -> None:
    for _ in range(ROUNDS // 2):
        of, context = asked(pair), pair.context
        question = questions.ask(context, request=of, by=DAVE, text="why?", delivery=None).id
        got = both_at_once(
            *(
                lambda text=text, question=question, context=context: questions.answer(
                    context, question=question, by=ALICE, text=text, delivery=None
                )
                for text in ("one", "two")
            )
        )
        (refusal,) = [each for each in got if isinstance(each, Refused)]
        assert refusal.reason is Reason.ALREADY_ANSWERED
        with pair.work.begin() as tx:
            assert tx.questions.get(question).answer == ("two" if refusal is got[0] else "one")  # type: ignore[union-attr]
        ask.cancel(context, request=of, by=ALICE, delivery=None)


def test_two_reminders_at_once_are_one(pair: World) -> None:
    for _ in range(ROUNDS // 2):
        of, context = asked(pair), pair.context
        got = both_at_once(
            *(
                lambda of=of, context=context: approval_reminders.remind_now(
                    context, request=of, by=ALICE, delivery=None
                )
                for _ in range(2)
            )
        )
        (refusal,) = [each for each in got if isinstance(each, Refused)]
        assert (refusal.reason, refusal.facts["until"]) == (
            Reason.TOO_SOON,
            pair.clock.now() + approval_reminders.COOL_DOWN,
        )
        assert [each for each in pair.items() if each[0] == "request:reminder"].count(
            ("request:reminder", "C01OPS")
        ) == 1
        shown(pair)
        ask.cancel(context, request=of, by=ALICE, delivery=None)
