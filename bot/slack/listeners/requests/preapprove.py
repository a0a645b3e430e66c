"""Pre-approve: an approver's yes in advance, from a window with its last day; and Revoke, in `/key pending`."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import preapprove
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action
from bot.slack.text import labels
from bot.slack.text.at_once import preapproval as text
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_PREAPPROVE.value)(partial(press, deps))
    app.view(Callback.REQUEST_PREAPPROVE.value)(partial(submit, deps))
    app.action(Action.PREAPPROVAL_REVOKE.value)(partial(revoke, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has chosen a day."""
    ack()
    request, by = RequestId(respond.value(body)), SlackUserId(respond.who(body))
    found = preapprove.may_preapprove(deps, request, by)
    usually = (deps.clock.now() + preapprove.USUALLY).date().isoformat()
    view = blocks.modal(
        labels.PREAPPROVE,
        [
            blocks.section(text.window(found, deps.catalog.entitlements.get(found.entitlement))),
            blocks.date(Block.UNTIL, labels.UNTIL_WHEN, usually, hint=labels.PREAPPROVE_HINT),
        ],
        callback=Callback.REQUEST_PREAPPROVE,
        submit=labels.PREAPPROVE,
        close=labels.CANCEL,
        about=request,
    )
    respond.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    by = SlackUserId(respond.who(body))
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: preapprove.preapprove(
            deps,
            request=RequestId(body["view"].get("private_metadata", "")),
            by=by,
            until=modal_forms.until(deps, body, by),
            delivery=respond.delivery(body),
        ),
        at=Block.UNTIL,
    )


def revoke(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    found = preapprove.revoke(
        deps, preapproval=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, text.revoked(found))


def rows(deps: Deps, by: SlackUserId) -> list[list[Json]]:
    """Those that this person may revoke."""
    return [
        [
            blocks.section(text.listed(each, deps.catalog.entitlements.get(each.entitlement))),
            blocks.actions(blocks.button(labels.REVOKE, Action.PREAPPROVAL_REVOKE, each.id, style="danger")),
        ]
        for each in preapprove.listed(deps, by=by)
    ]
