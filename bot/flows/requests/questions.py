"""An approver asks the requester about an open request, and the requester answers. It can be decided meanwhile."""

from dataclasses import replace

from bot.domain.authorization import Act, judge
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.requests.question import Question
from bot.domain.requests.request import Request
from bot.flows import access, refresh
from bot.flows.context import Context
from bot.flows.requests import decide, press
from bot.ports import Transaction


def ask(context: Context, *, request: RequestId, by: SlackUserId, text: str, delivery: DeliveryId | None) -> Question:
    """Only by somebody who may decide it now. Raises Refused, AlreadyDone."""
    said = _written(text)
    case = decide.may_decide(context, request, by, Act.ASK)
    asked = Question(context.fresh_id(), request, by, said, context.clock.now())
    with context.work.begin(delivery) as tx:
        found = _locked(tx, request)
        press.must(tx, Act.ASK, found, press.facts(found, case.roles, asked.asked_at))
        tx.questions.add(asked)
        tx.record(Tag.REQUEST_QUESTION, request, by=by, at=asked.asked_at, facts={"question": asked.id})
        tx.outbox.enqueue(Notice.QUESTION, asked.id, found.requester)
        refresh.request(tx, request)
    return asked


def answer(context: Context, *, question: str, by: SlackUserId, text: str, delivery: DeliveryId | None) -> Question:
    """Once, by the requester, and before the decision. Raises Refused, AlreadyDone."""
    said = _written(text)
    asked, _ = may_answer(context, question, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        press.must_be_open(tx, Act.ANSWER, _locked(tx, asked.request), now)
        if not tx.questions.answer(question, said, now):
            raise Refused(Reason.ALREADY_ANSWERED)
        tx.record(Tag.REQUEST_ANSWER, asked.request, by=by, at=now, facts={"question": question})
        tx.outbox.enqueue(Notice.ANSWER, question, asked.asked_by)
        refresh.request(tx, asked.request)
    return asked


def may_answer(context: Context, question: str, by: SlackUserId) -> tuple[Question, Request]:
    """Raises Refused unless this person may answer it now."""
    with context.work.begin() as tx:
        asked = tx.questions.get(question)
        found = tx.requests.get(asked.request) if asked else None
        if asked is None or found is None:
            raise Refused(Reason.NOT_FOUND)
        now = context.clock.now()
        press.must_be_open(tx, Act.ANSWER, found, now)
    access.member(context.people, by)
    known = press.facts(found, press.party_roles(found, by), now)
    access.must(judge(Act.ANSWER, replace(known, done_before=asked.answered_at is not None)))
    return asked, found


def _written(text: str) -> str:
    said = access.justified(text, optional=True)
    if not said:
        raise Refused(Reason.NOTHING_WRITTEN)
    return said


def _locked(tx: Transaction, request: RequestId) -> Request:
    """As it is under its lock, so that a decision at the same time comes before or after, never in between."""
    tx.requests.lock(request)
    found = tx.requests.get(request)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found
