"""Rotate, and the buttons of the old key: Switch off now, Wait, Undo."""

from datetime import datetime
from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.flows import queries
from bot.flows.issuing import intent
from bot.flows.lifecycle import rotate
from bot.flows.queries import GrantView
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action, collect_modal
from bot.slack.text import grants, labels
from bot.slack.ui import blocks, modal_forms, picker, respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.CREDENTIAL_ROTATE.value)(partial(press, deps))
    app.view(Callback.CREDENTIAL_ROTATE.value)(partial(submit, deps))
    app.action(Action.CREDENTIAL_RETIRE.value)(partial(retire, deps))
    app.action(Action.CREDENTIAL_WAIT.value)(partial(wait, deps))
    app.action(Action.CREDENTIAL_REACTIVATE.value)(partial(reactivate, deps))
    app.view(Callback.CREDENTIAL_REACTIVATE.value)(partial(submit_reactivate, deps))


def _begin(deps: Deps, body: Body, grant: GrantId) -> collect_modal.Begin:
    by = SlackUserId(respond.who(body))

    def begin(shown: intent.Window, delivery: DeliveryId | None) -> object:
        return rotate.begin(deps, grant=grant, by=by, window=shown, delivery=delivery)  # fmt: skip

    return begin


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    credential = CredentialId(respond.value(body))
    grant = queries.grant_of_credential(deps.work, credential)
    collect_modal.open_first(deps, body, _begin(deps, body, grant))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    found = picker.choose(deps, SlackUserId(respond.who(body)), rest)
    ack()
    if isinstance(found, GrantView):
        collect_modal.open_first(deps, body, _begin(deps, body, found.grant.id))
        return
    rows = [picker.field(deps, found)]
    view = blocks.modal(
        labels.ROTATE, rows, callback=Callback.CREDENTIAL_ROTATE, submit=labels.ROTATE, close=labels.CANCEL
    )
    respond.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    """The picker's window becomes the one that waits for the link. Updated twice, so that a late ack can't win."""
    view = body["view"]
    ack(response_action="update", view=collect_modal.preparing())
    respond.redraw(deps, view["id"], collect_modal.preparing())
    collect_modal.fill(deps, body, view["id"], _begin(deps, body, GrantId(modal_forms.read(view).get(Block.KEY, ""))))


def retire(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    found = rotate.retire(
        deps,
        credential=CredentialId(respond.value(body)),
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    after_action.settle(deps, body, grants.switching_off(found.access_key_id, deps.command))


def wait(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    until: datetime = rotate.wait(
        deps,
        credential=CredentialId(respond.value(body)),
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    after_action.settle(deps, body, grants.waiting(until), always=True)


def reactivate(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    _reactivate(deps, body, CredentialId(respond.value(body)))
    after_action.settle(deps, body, grants.switching_on())


def _reactivate(deps: Deps, body: Body, credential: CredentialId) -> None:
    rotate.reactivate(deps, credential=credential, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))


def command_reactivate(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    found = picker.choose(deps, SlackUserId(respond.who(body)), rest)
    if isinstance(found, GrantView):
        _reactivate(deps, body, _switched_off(found, rest))
        ack(text=grants.switching_on(), response_type="ephemeral")
        deps.wake()
        return
    ack()
    view = blocks.modal(
        labels.BRING_BACK, [picker.field(deps, found)],
        callback=Callback.CREDENTIAL_REACTIVATE, submit=labels.BRING_BACK, close=labels.CANCEL,
    )  # fmt: skip
    respond.show(deps, body, view)


def submit_reactivate(deps: Deps, ack: Ack, body: Body) -> None:
    grant = GrantId(modal_forms.read(body["view"]).get(Block.KEY, ""))
    modal_forms.submit(
        deps, ack, body, lambda: _reactivate(deps, body, _switched_off(queries.grant(deps.work, grant))), at=Block.KEY
    )


def _switched_off(view: GrantView, written: str = "") -> CredentialId:
    """The key that was named, else the one that is off, or on its way off. Raises Refused."""
    for each in reversed(view.credentials):
        off = each.state is CredentialState.RETIRING or each.wish == rotate.OFF
        if each.access_key_id == picker.key_of(written) if written else off:
            return each.id
    raise Refused(Reason.NOTHING_OFF)


COMMANDS = {"rotate": command, "reactivate": command_reactivate}
