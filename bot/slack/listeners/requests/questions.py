"""Ask the requester, from the approvers' message; and answer, from the question's message. Both open a window."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.authorization import Act
from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import decide
from bot.flows.requests import questions as flow
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels, questions
from bot.slack.ui import blocks, cards, modal_forms, respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_ASK.value)(partial(press_ask, deps))
    app.view(Callback.REQUEST_ASK.value)(partial(ask, deps))
    app.action(Action.REQUEST_ANSWER.value)(partial(press_answer, deps))
    app.view(Callback.REQUEST_ANSWER.value)(partial(answer, deps))


def press_ask(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a question."""
    ack()
    case = decide.may_decide(deps, RequestId(respond.value(body)), SlackUserId(respond.who(body)), Act.ASK)
    rows = [
        *cards.request(case.request, case.entitlement),
        blocks.area(Block.JUSTIFICATION, labels.QUESTION, hint=labels.QUESTION_HINT),
    ]
    view = blocks.modal(
        labels.ASK,
        rows,
        callback=Callback.REQUEST_ASK,
        submit=labels.ASK,
        close=labels.CANCEL,
        about=case.request.id,
    )
    respond.show(deps, body, view)


def ask(deps: Deps, ack: Ack, body: Body) -> None:
    modal_forms.submit_text(
        deps,
        ack,
        body,
        lambda it: flow.ask(deps, request=RequestId(it.about), by=it.by, text=it.text, delivery=it.delivery),
    )


def press_answer(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    asked, found = flow.may_answer(deps, respond.value(body), SlackUserId(respond.who(body)))
    entitlement = deps.catalog.entitlements.get(found.entitlement)
    rows = [
        blocks.section(questions.for_requester(asked, found, entitlement)),
        blocks.area(Block.JUSTIFICATION, labels.YOUR_ANSWER, hint=labels.YOUR_ANSWER_HINT),
    ]
    view = blocks.modal(
        labels.ANSWER,
        rows,
        callback=Callback.REQUEST_ANSWER,
        submit=labels.ANSWER,
        close=labels.CANCEL,
        about=asked.id,
    )
    respond.show(deps, body, view)


def answer(deps: Deps, ack: Ack, body: Body) -> None:
    modal_forms.submit_text(
        deps,
        ack,
        body,
        lambda it: flow.answer(deps, question=it.about, by=it.by, text=it.text, delivery=it.delivery),
    )
