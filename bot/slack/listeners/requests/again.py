"""Request again: the window of an earlier request, filled in."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.domain.requests.request import Request
from bot.domain.schedule import write_duration
from bot.flows import access
from bot.flows.requests import again
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import pause
from bot.slack.ui import request_form, respond
from bot.slack.ui.request_form import Filled
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_AGAIN.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    found = again.earlier(deps, of=respond.value(body), by=SlackUserId(respond.who(body)))
    offered = access.offered(deps.people, deps.catalog, found.owner)
    respond.show(deps, body, pause.noted(deps, request_form.window(offered, _filled(found))))


def _filled(found: Request) -> Filled:
    """Never as an emergency: that is said anew each time."""
    return Filled(
        entitlement=found.entitlement,
        duration=write_duration(found.duration),
        justification=found.justification,
        owner=found.owner,
        ticket=found.ticket or "",
    )
