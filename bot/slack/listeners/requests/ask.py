"""Request an entitlement: the command, the window and its submission; and cancel a request."""

from collections.abc import Mapping
from functools import partial

from slack_bolt import Ack, App

from bot import catalog_regex
from bot.domain import catalog_search
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.requests import command_text
from bot.domain.schedule import parse_duration
from bot.flows import access
from bot.flows.leaks.decisions import replace
from bot.flows.requests import ask
from bot.slack import awaited_ack
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action, pause
from bot.slack.text import requests
from bot.slack.text.formatting import as_typed
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
FOR = " for "


def register(app: App, deps: Deps) -> None:
    app.view(Callback.REQUEST.value, middleware=[awaited_ack.acks_last])(
        partial(submit, deps)
    )  # first: Bolt asks one listener after another
    app.action(Action.REQUEST_OPEN.value)(partial(press, deps))
    for block in (Block.ENTITLEMENT, Block.OWNER):
        app.action({"block_id": block.value, "action_id": Action.VALUE.value})(partial(choose, deps))
    app.options({"block_id": Block.ENTITLEMENT.value, "action_id": Action.VALUE.value})(partial(suggest, deps))
    app.action(Action.REQUEST_CANCEL.value)(partial(cancel, deps))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    """`request reports-read for 8h because the audit FIN-212` opens the window filled in."""
    ack()
    by, typed = SlackUserId(respond.who(body)), command_text.parse(as_typed(rest))
    access.member(deps.people, by)
    offered = access.offered(deps.people, deps.catalog, by)
    wanted = _meant(deps, offered, typed.what, by) if typed.what else None
    ticket = ""
    if wanted and wanted.ticket:
        ticket = command_text.ticket_in(typed.justification, catalog_regex.whole(wanted.ticket))
    _open(deps, body, offered, Filled(wanted.id if wanted else "", typed.duration, typed.justification, by, ticket))


def _meant(deps: Deps, offered: tuple[Entitlement, ...], what: str, by: SlackUserId) -> Entitlement:
    """Raises Refused for what isn't offered, with what it may have been meant to be."""
    for name in (what, what.rpartition(FOR)[0]):  # the second where `for` is followed by no duration: it is asked for
        if name and (found := catalog_search.named(offered, name)) is not None:
            return found
    if (hidden := catalog_search.named(deps.catalog.entitlements.values(), what)) is not None:
        access.must_be_offered(deps.people, hidden, by)
    raise Refused(Reason.NOT_REQUESTABLE, near=tuple(catalog_search.near(offered, what)))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    access.member(deps.people, by)
    _open(deps, body, access.offered(deps.people, deps.catalog, by), Filled(owner=by))


def _open(deps: Deps, body: Body, offered: tuple[Entitlement, ...], filled: Filled) -> None:
    if not offered:
        raise Refused(Reason.NOT_REQUESTABLE)
    respond.show(deps, body, pause.noted(deps, request_form.window(offered, filled)))


def suggest(deps: Deps, ack: Ack, body: Body) -> None:
    """The search in a catalog of more than 100 entitlements."""
    offered = access.offered(deps.people, deps.catalog, _owner(body, modal_forms.read(body.get("view") or {})))
    found = catalog_search.search(deps.catalog, offered, str(body.get("value") or ""))
    ack(option_groups=request_form.groups(deps.catalog, found)) if found else ack(options=[])


def _owner(body: Body, fields: Mapping[Block, str]) -> SlackUserId:
    return SlackUserId(fields.get(Block.OWNER) or respond.who(body))


def choose(deps: Deps, ack: Ack, body: Body) -> None:
    """Another entitlement or owner was chosen: offer what the owner may have, and ask for what the choice needs."""
    ack()
    _redraw(deps, body, modal_forms.read(body["view"]))


def _redraw(deps: Deps, body: Body, fields: Mapping[Block, str]) -> None:
    offered = access.offered(deps.people, deps.catalog, _owner(body, fields))
    held = request_form.filled(fields, body["view"].get("private_metadata", ""))
    window = request_form.window(offered, held)
    respond.redraw(deps, body["view"]["id"], pause.noted(deps, window))


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields = modal_forms.read(body["view"])
    act = partial(_submit, deps, body, fields)
    modal_forms.submit(deps, ack, body, act, at=Block.ENTITLEMENT, elsewhere=AT_FIELD)


def _submit(deps: Deps, body: Body, fields: Mapping[Block, str]) -> None:
    if _lacks_ticket(deps, body, fields):
        _redraw(deps, body, fields)
    incident = body["view"].get("private_metadata", "")
    act = partial(replace.ask, incident=incident) if incident else partial(ask.ask, owner=_owner(body, fields))
    act(
        deps,
        entitlement=EntitlementId(fields.get(Block.ENTITLEMENT, "")),
        duration=parse_duration(fields.get(Block.DURATION, "")),
        justification=fields.get(Block.JUSTIFICATION, ""),
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
        ticket=fields.get(Block.TICKET, ""),
        emergency=Block.EMERGENCY in fields,
    )


def _lacks_ticket(deps: Deps, body: Body, fields: Mapping[Block, str]) -> bool:
    """It was submitted before it showed the field, and Slack shows an error only at a field that is there."""
    wanted = deps.catalog.entitlements.get(EntitlementId(fields.get(Block.ENTITLEMENT, "")))
    shown = {each.get("block_id") for each in body["view"].get("blocks") or ()}
    return wanted is not None and wanted.ticket is not None and Block.TICKET.value not in shown


def cancel(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    ask.cancel(deps, request=RequestId(respond.value(body)), by=by, delivery=respond.delivery(body))
    after_action.settle(deps, body, requests.cancelled(by))


COMMANDS = {"request": command}
