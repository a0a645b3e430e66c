"""Replace a leaked key: the request window filled in, or for a session the window that collects a new one."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason, Refused
from bot.domain.ids import DeliveryId, GrantId, SlackUserId
from bot.domain.schedule import write_duration
from bot.flows.issuing import collect, intent
from bot.flows.leaks.decisions import replace
from bot.flows.leaks.decisions.replace import Offer
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import collect_modal, pause
from bot.slack.text.leaks import answers
from bot.slack.ui import request_form, respond
from bot.slack.ui.request_form import Filled
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_REPLACE.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    found = replace.offer(deps, respond.value(body), by)
    if found.collect is not None:
        collect_modal.open_first(deps, body, _collect(deps, found.collect, by))
        return
    if not found.offered:
        raise Refused(Reason.NOT_REQUESTABLE)
    window = request_form.window(found.offered, _filled(found))
    respond.show(deps, body, pause.noted(deps, window))


def _collect(deps: Deps, grant: GrantId, by: SlackUserId) -> collect_modal.Begin:
    def begin(shown: intent.Window, delivery: DeliveryId | None) -> object:
        return collect.begin(deps, grant=grant, by=by, window=shown, delivery=delivery)

    return begin


def _filled(found: Offer) -> Filled:
    return Filled(
        entitlement=found.entitlement or "",
        duration=write_duration(found.duration) if found.duration else "",
        justification=answers.why_replaced(found.incident),
        owner=found.owner,
        about=found.incident.id,
    )
