"""Request an entitlement: the command, the window and its submission; and cancel a request."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows import access
from bot.flows.requests import ask
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action, pause
from bot.slack.text import requests
from bot.slack.ui import modal_forms, request_form, respond
from bot.slack.ui.request_form import Filled
from bot.slack.ui.respond import Body

AT_FIELD = {
    Reason.TOO_LONG: Block.DURATION,
    Reason.OWNER_NOT_A_MEMBER: Block.OWNER,
    Reason.NO_BREAK_GLASS: Block.EMERGENCY,
    Reason.NO_TICKET: Block.TICKET,
    Reason.OTHER_TICKET: Block.TICKET,
    Reason.EMERGENCY_RUNS: Block.EMERGENCY,
}
"""The field that shows a refusal; all others are shown at the entitlement."""


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_OPEN.value)(partial(press, deps))
    for block in (Block.ENTITLEMENT, Block.OWNER):
        app.action({"block_id": block.value, "action_id": Action.VALUE.value})(partial(choose, deps))
    app.view(Callback.REQUEST.value)(partial(submit, deps))
    app.action(Action.REQUEST_CANCEL.value)(partial(cancel, deps))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    by = SlackUserId(respond.who(body))
    named = next((each for each in deps.catalog.entitlements.values() if each.id.casefold() == rest.casefold()), None)
    if rest and named is None:
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=rest)
    ack()
    if named is not None:
        access.must_be_offered(deps.people, named, by)
    _open(deps, body, named.id if named else None)


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    _open(deps, body, None)


def _open(deps: Deps, body: Body, chosen: str | None) -> None:
    by = SlackUserId(respond.who(body))
    access.member(deps.people, by)
    offered = access.offered(deps.people, deps.catalog, by)
    if not offered:
        raise Refused(Reason.NOT_REQUESTABLE)
    window = request_form.window(deps.catalog, offered, Filled(entitlement=chosen or "", owner=by))
    respond.show(deps, body, pause.noted(deps, window))


def choose(deps: Deps, ack: Ack, body: Body) -> None:
    """Another entitlement or owner was chosen: offer what the owner may have, and ask for what the choice needs."""
    ack()
    filled = request_form.filled(modal_forms.read(body["view"]))
    offered = access.offered(deps.people, deps.catalog, SlackUserId(filled.owner or respond.who(body)))
    window = request_form.window(deps.catalog, offered, filled)
    respond.redraw(deps, body["view"]["id"], pause.noted(deps, window))


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields = modal_forms.read(body["view"])
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: ask.ask(
            deps,
            entitlement=EntitlementId(fields.get(Block.ENTITLEMENT, "")),
            duration=parse_duration(fields.get(Block.DURATION, "")),
            justification=fields.get(Block.JUSTIFICATION, ""),
            by=SlackUserId(respond.who(body)),
            delivery=respond.delivery(body),
            owner=SlackUserId(fields[Block.OWNER]) if Block.OWNER in fields else None,
            ticket=fields.get(Block.TICKET, ""),
            emergency=Block.EMERGENCY in fields,
        ),
        at=Block.ENTITLEMENT,
        elsewhere=AT_FIELD,
    )


def cancel(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    ask.cancel(deps, request=RequestId(respond.value(body)), by=by, delivery=respond.delivery(body))
    after_action.settle(deps, body, requests.cancelled(by))


COMMANDS = {"request": command}
