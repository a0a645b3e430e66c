"""Approve for less: an approver's yes with a shorter duration, a note, or both, from a window."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.schedule import parse_duration, write_duration
from bot.flows.requests import decide
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels
from bot.slack.ui import blocks, cards, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_SHORTEN.value)(partial(press, deps))
    app.view(Callback.REQUEST_SHORTEN.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a note."""
    ack()
    request, by = RequestId(respond.value(body)), SlackUserId(respond.who(body))
    respond.show(deps, body, _window(decide.may_decide(deps, request, by)))


def _window(case: decide.Case) -> Json:
    """With the duration left as it is, it is an approval with a note."""
    asked = write_duration(case.request.duration)
    rows = [
        *cards.request(case.request, case.entitlement),
        blocks.select(
            Block.DURATION, labels.HOW_LONG, modal_forms.up_to((asked,)), chosen=asked, hint=labels.SHORTEN_HINT
        ),
        blocks.area(Block.JUSTIFICATION, labels.NOTE, hint=labels.NOTE_HINT, optional=True),
    ]
    return blocks.modal(
        labels.SHORTEN,
        rows,
        callback=Callback.REQUEST_SHORTEN,
        submit=labels.APPROVE,
        close=labels.CANCEL,
        about=case.request.id,
    )


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields = modal_forms.read(body["view"])
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: decide.approve(
            deps,
            request=RequestId(body["view"].get("private_metadata", "")),
            by=SlackUserId(respond.who(body)),
            delivery=respond.delivery(body),
            duration=parse_duration(fields.get(Block.DURATION, "")),
            note=fields.get(Block.JUSTIFICATION, ""),
        ),
        at=Block.DURATION,
    )
