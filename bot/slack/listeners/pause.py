"""Pause and resume issuing, for admins: the command, the buttons, and the window that asks for a reason."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.domain.issuing.pause import Pause
from bot.domain.requests.command_text import reason
from bot.flows import queries
from bot.flows.issuing import pause
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.text import general, labels
from bot.slack.text.formatting import as_typed
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.pause import switch
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.ISSUING_PAUSE.value)(partial(press_pause, deps))
    app.action(Action.ISSUING_EXPLAIN.value)(partial(press_explain, deps))
    app.action(Action.ISSUING_RESUME.value)(partial(press_resume, deps))
    app.view(Callback.ISSUING_EXPLAIN.value)(partial(submit, deps))


def stop(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    """Pauses at once: an emergency brake asks nothing first. A reason can be typed with it, or added by the button."""
    by, why = SlackUserId(respond.who(body)), reason(as_typed(rest))
    standing = pause.pause(deps, by=by, delivery=respond.delivery(body), justification=why)
    said = general.you_paused(standing, by)
    ack(text=said, blocks=[blocks.section(said), switch(standing)], response_type="ephemeral")
    deps.wake()


def press_pause(deps: Deps, ack: Ack, body: Body) -> None:
    """Pauses at once too, and then opens the window for the reason."""
    ack()
    by = SlackUserId(respond.who(body))
    standing = pause.pause(deps, by=by, delivery=respond.delivery(body))
    after_action.refresh(deps, body)
    respond.show(deps, body, _window(standing))


def resume(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    ack(text=_resume(deps, body), response_type="ephemeral")
    deps.wake()


def press_resume(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    after_action.settle(deps, body, _resume(deps, body), always=True)


def _resume(deps: Deps, body: Body) -> str:
    was = pause.resume(deps, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    return general.you_resumed() if was else general.not_paused()


def press_explain(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    pause.may_pause(deps, SlackUserId(respond.who(body)))
    with deps.work.begin() as tx:
        standing = queries.pause(tx)
    respond.show(deps, body, _window(standing) if standing else blocks.notice(labels.APP, general.not_paused()))


def _window(standing: Pause) -> Json:
    why = blocks.area(Block.JUSTIFICATION, labels.WHY, hint=general.explain_hint(), initial=standing.why)
    rows = [blocks.section(general.paused(standing)), why]
    return blocks.modal(
        labels.PAUSE_REASON, rows, callback=Callback.ISSUING_EXPLAIN, submit=labels.SAVE, close=labels.CANCEL
    )


def noted(deps: Deps, window: Json) -> Json:
    """The window of a request, with the pause at its top while there is one."""
    with deps.work.begin() as tx:
        standing = queries.pause(tx)
    return (
        {**window, "blocks": [blocks.section(general.meanwhile(standing)), *window["blocks"]]} if standing else window
    )


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    why = reason(modal_forms.read(body["view"]).get(Block.JUSTIFICATION, ""))
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: pause.explain(
            deps, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body), justification=why
        ),
        at=Block.JUSTIFICATION,
    )


COMMANDS = {"pause": stop, "resume": resume}
