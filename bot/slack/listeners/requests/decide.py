"""Approve and Decline on the approvers' message. Decline asks why in a window."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import RequestKind
from bot.flows.requests import decide
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.text import labels, requests
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_APPROVE.value)(partial(approve, deps))
    app.action(Action.REQUEST_DECLINE.value)(partial(ask_why, deps))
    app.view(Callback.REQUEST_DECLINE.value)(partial(decline, deps))


def approve(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    outcome = decide.approve(
        deps, request=RequestId(respond.value(body)), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    whole = outcome.request.state is RequestState.APPROVED
    renews = outcome.request.kind is RequestKind.RENEW
    after_action.settle(deps, body, requests.recorded(outcome.approved_by, outcome.needed, whole=whole, renews=renews))


def ask_why(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a reason."""
    ack()
    request = RequestId(respond.value(body))
    decide.may_decide(deps, request, SlackUserId(respond.who(body)))
    why = blocks.area(Block.JUSTIFICATION, labels.WHY_NOT, hint=labels.WHY_NOT_HINT)
    view = blocks.modal(
        labels.DECLINE,
        [why],
        callback=Callback.REQUEST_DECLINE,
        submit=labels.DECLINE,
        close=labels.CANCEL,
        about=request,
    )
    respond.show(deps, body, view)


def decline(deps: Deps, ack: Ack, body: Body) -> None:
    modal_forms.submit_text(
        deps,
        ack,
        body,
        lambda it: decide.decline(
            deps, request=RequestId(it.about), by=it.by, justification=it.text, delivery=it.delivery
        ),
    )
