"""Messages about questions on a request: on its card, for its requester, and for the approver who asked."""

from bot.domain.lifecycle import RequestState
from bot.domain.requests.question import Question
from bot.domain.requests.request import Request
from bot.ports import OutboxItem
from bot.slack.ids import Action
from bot.slack.messages.context import Scene
from bot.slack.text import labels, questions, requests
from bot.slack.ui.blocks import Json, actions, button, context, section
from bot.slack.ui.message import Message

SHOWN_MOST = 5  # on a card, newest last: each takes two blocks


def about(scene: Scene, found: Request) -> list[Json]:
    """Every question about the request with its answer, for the approvers."""
    rows = scene.tx.questions.of(found.id)
    older = [context(questions.earlier(len(rows) - SHOWN_MOST))] if len(rows) > SHOWN_MOST else []
    return [*older, *(block for each in rows[-SHOWN_MOST:] for block in _one(each, found))]


def _one(each: Question, found: Request) -> list[Json]:
    answer = [section(questions.answered(each, found.requester))] if each.answered_at else []
    return [section(questions.asked(each)), *answer]


def question(scene: Scene, item: OutboxItem) -> Message | None:
    asked, found = _with_request(scene, item)
    if asked is None or found is None:
        return None
    said = questions.for_requester(asked, found, scene.entitlement(found))
    if asked.answered_at is not None:
        return Message(said, (section(said), section(questions.you_answered(asked))))
    if found.state is not RequestState.REQUESTED:
        return Message(said, (section(said), context(questions.decided_first(requests.state_of(found.state)))))
    row = actions(button(labels.ANSWER, Action.REQUEST_ANSWER, asked.id, style="primary"))
    return Message(said, (section(said), context(questions.answer_by(found)), row))


def answer(scene: Scene, item: OutboxItem) -> Message | None:
    asked, found = _with_request(scene, item)
    if asked is None or found is None or asked.answered_at is None:
        return None
    said = questions.for_asker(asked, found, scene.entitlement(found))
    return Message(said, (section(said), context(questions.you_asked(asked))))


def _with_request(scene: Scene, item: OutboxItem) -> tuple[Question | None, Request | None]:
    asked = scene.tx.questions.get(item.subject)
    return asked, scene.tx.requests.get(asked.request) if asked else None
