"""Renew: the button and the command open a window; its submission asks the approvers for a longer lease."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason
from bot.domain.ids import GrantId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import parse_duration
from bot.flows import queries
from bot.flows.adopted.held import FoundView
from bot.flows.queries import GrantView
from bot.flows.requests import renew
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import found_keys
from bot.slack.text import labels, renewal
from bot.slack.ui import blocks, cards, modal_forms, picker, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.picker import Held
from bot.slack.ui.respond import Body

AT_FIELD = {
    Reason.TOO_LONG: Block.DURATION,
    Reason.NOT_LONGER: Block.DURATION,
}
"""The field that shows a refusal. Others are shown at the key, or at the duration if there is no choice."""


def register(app: App, deps: Deps) -> None:
    app.action(Action.GRANT_RENEW.value)(partial(press, deps))
    app.view(Callback.GRANT_RENEW.value)(partial(submit, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a reason."""
    ack()
    found = queries.grant(deps.work, GrantId(respond.value(body)))
    _allowed(deps, body, found)
    respond.show(deps, body, _window(deps, found))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    by = SlackUserId(respond.who(body))
    found = picker.choose(deps, by, picker.whole(deps, by, rest), RENEWS)
    if isinstance(found, FoundView):
        raise found_keys.renew(deps, body, found)
    if isinstance(found, GrantView):
        _allowed(deps, body, found)
    ack()
    respond.show(deps, body, _window(deps, found))


def _allowed(deps: Deps, body: Body, found: GrantView) -> None:
    by = SlackUserId(respond.who(body))
    renew.may_renew(deps, grant=found.grant.id, by=by)


def _window(deps: Deps, found: GrantView | tuple[Held, ...]) -> Json:
    one = found if isinstance(found, GrantView) else None
    views = tuple(each for each in (found if isinstance(found, tuple) else (found,)) if isinstance(each, GrantView))
    offered = (deps.catalog.entitlements.get(each.grant.entitlement) for each in views)
    rows = [
        blocks.section(_which(deps, one)) if one else picker.field(deps, views),
        blocks.select(
            Block.DURATION,
            labels.HOW_LONG,
            modal_forms.durations(each for each in offered if each),
            hint=renewal.longer_hint(),
        ),
        blocks.area(Block.JUSTIFICATION, labels.WHY_RENEW, hint=labels.WHY_HINT),
    ]
    return blocks.modal(
        labels.RENEW, rows,
        callback=Callback.GRANT_RENEW, submit=labels.RENEW, close=labels.CANCEL, about=one.grant.id if one else "",
    )  # fmt: skip


def _which(deps: Deps, view: GrantView) -> str:
    title, keys = cards.label(deps.catalog, view.grant, view.credentials)
    return renewal.which(title, keys, view.grant.lease_until)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    fields, about = modal_forms.read(body["view"]), body["view"].get("private_metadata", "")
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: renew.ask(
            deps,
            grant=GrantId(about or fields.get(Block.KEY, "")),
            duration=parse_duration(fields.get(Block.DURATION, "")),
            justification=fields.get(Block.JUSTIFICATION, ""),
            by=SlackUserId(respond.who(body)),
            delivery=respond.delivery(body),
        ),
        at=Block.DURATION if about else Block.KEY,
        elsewhere=AT_FIELD,
    )


def _runs(deps: Deps, view: GrantView) -> bool:
    return view.grant.state_at(deps.clock.now()) is GrantState.ACTIVE


RENEWS = picker.Verb(_runs, lambda _deps, _view, _by: False, Reason.NOTHING_TO_RENEW)

COMMANDS = {"renew": command}
