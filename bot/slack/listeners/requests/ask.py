"""Request an entitlement: the command, the window and its submission; and cancel a request."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.schedule import parse_duration
from bot.flows import access
from bot.flows.requests import ask
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.text import labels, request_form, requests
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body

AT_FIELD = {
    Reason.TOO_LONG: Block.DURATION,
}
"""The field that shows a refusal; all others are shown at the entitlement."""


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_OPEN.value)(partial(press, deps))
    app.action({"block_id": Block.ENTITLEMENT.value, "action_id": Action.VALUE.value})(partial(choose, deps))
    app.view(Callback.REQUEST.value)(partial(submit, deps))
    app.action(Action.REQUEST_CANCEL.value)(partial(cancel, deps))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    by = SlackUserId(respond.who(body))
    named = next((each.id for each in deps.catalog.offered_to(by) if each.id.casefold() == rest.casefold()), None)
    if rest and named is None:
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=rest)
    ack()
    _open(deps, body, named)


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    _open(deps, body, None)


def _open(deps: Deps, body: Body, chosen: str | None) -> None:
    by = SlackUserId(respond.who(body))
    access.member(deps.people, by)
    if not deps.catalog.offered_to(by):
        raise Refused(Reason.NOT_REQUESTABLE)
    respond.show(deps, body, window(deps.catalog, by, chosen))


def choose(deps: Deps, ack: Ack, body: Body) -> None:
    """Another entitlement was chosen: suggest a safer one, if there is one."""
    ack()
    chosen = (body["actions"][0].get("selected_option") or {}).get("value")
    view = window(deps.catalog, SlackUserId(respond.who(body)), chosen)
    respond.redraw(deps, body["view"]["id"], view)


def window(catalog: Catalog, by: SlackUserId, chosen: str | None) -> Json:
    """Sessions first. What someone has typed stays, because blocks and actions keep their ids."""
    offered = catalog.offered_to(by)
    rows = [
        blocks.context(request_form.sessions_first()),
        what_for(offered, chosen, notifies=True),
        *_safer(catalog, chosen),
        *how_long_and_why(offered),
    ]
    return blocks.modal(
        labels.REQUEST_ACCESS, rows, callback=Callback.REQUEST, submit=labels.REQUEST, close=labels.CANCEL
    )


def what_for(offered: tuple[Entitlement, ...], chosen: str | None, *, notifies: bool = False) -> Json:
    options = [_option(each) for each in offered]
    return blocks.select(Block.ENTITLEMENT, labels.WHAT_FOR, options, chosen=chosen, notifies=notifies)


def how_long_and_why(offered: tuple[Entitlement, ...]) -> list[Json]:
    return [
        blocks.select(Block.DURATION, labels.HOW_LONG, modal_forms.durations(offered), hint=labels.HOW_LONG_HINT),
        blocks.area(Block.JUSTIFICATION, labels.WHY, hint=labels.WHY_HINT),
    ]


def _option(each: Entitlement) -> Json:
    return blocks.option(each.title, each.id, request_form.offer(each))


def _safer(catalog: Catalog, chosen: str | None) -> list[Json]:
    picked = catalog.entitlements.get(EntitlementId(chosen or ""))
    if picked is None:
        return []
    session = catalog.safer_than(picked) if picked.kind is Kind.ACCESS_KEY else None
    said = [request_form.safer(session)] if session else []
    code = [request_form.needs_code()] if picked.mfa else []
    danger = [request_form.dangerous()] if picked.dangerous else []
    return [blocks.context(each) for each in (*said, *code, *danger)]


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
        ),
        at=Block.ENTITLEMENT,
        elsewhere=AT_FIELD,
    )


def cancel(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    ask.cancel(
        deps, request=RequestId(respond.value(body)), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, requests.cancelled())


COMMANDS = {"request": command}
