"""Close the incident of a leaked key: a window asks why."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks.decisions import close
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels
from bot.slack.text.leaks import answers
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_CLOSE.value)(partial(press, deps))
    app.view(Callback.LEAK_CLOSE.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed why."""
    ack()
    found = close.may_close(deps, respond.value(body), SlackUserId(respond.who(body)))
    rows = [
        blocks.section(answers.closing(found)),
        blocks.area(Block.JUSTIFICATION, labels.WHAT_FOUND, hint=labels.CLOSE_HINT),
    ]
    view = blocks.modal(
        labels.CLOSE_INCIDENT,
        rows,
        callback=Callback.LEAK_CLOSE,
        submit=labels.CLOSE,
        close=labels.CANCEL,
        about=found.id,
    )
    respond.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    modal_forms.submit_text(
        deps,
        ack,
        body,
        lambda it: close.close(deps, incident=it.about, by=it.by, justification=it.text, delivery=it.delivery),
    )
