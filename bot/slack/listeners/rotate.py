"""Rotate, and the buttons of the old key: Switch off now, Wait, Undo, Delete now."""

from datetime import datetime
from functools import partial

from slack_bolt import Ack, App

from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import queries
from bot.flows.adopted.held import FoundView
from bot.flows.issuing import intent
from bot.flows.lifecycle import delete_now, rotate
from bot.flows.queries import GrantView
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.listeners import after_action, collect_modal, found_keys
from bot.slack.text import collect, grants, labels, refusals, switchover
from bot.slack.ui import blocks, modal_forms, picker, respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.CREDENTIAL_ROTATE.value)(partial(press, deps))
    app.view(Callback.CREDENTIAL_ROTATE.value)(partial(submit, deps))
    app.action(Action.CREDENTIAL_RETIRE.value)(partial(retire, deps))
    app.action(Action.CREDENTIAL_WAIT.value)(partial(wait, deps))
    app.action(Action.CREDENTIAL_DELETE.value)(partial(delete, deps))
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
    by = SlackUserId(respond.who(body))
    found = picker.choose(deps, by, picker.whole(deps, by, rest), ROTATES)
    if isinstance(found, FoundView):
        window = found_keys.rotate(deps, body, found)
        ack()
        respond.show(deps, body, window)
        return
    ack()
    if isinstance(found, GrantView):
        collect_modal.open_first(deps, body, _begin(deps, body, found.grant.id))
        return
    rows = [picker.field(deps, found)]
    view = blocks.modal(
        labels.ROTATE, rows, callback=Callback.CREDENTIAL_ROTATE, submit=labels.ROTATE, close=labels.CANCEL
    )
    collect_modal.remember(deps, respond.open_new(deps, body, view), by)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    """The picker's window becomes the one that waits for the link. Updated twice, so that a late ack can't win.

    One that isn't remembered, like that of a process of an older release, is refused. Slack can't open another one for
    a submission.
    """
    view, by = body["view"], SlackUserId(respond.who(body))
    row = modal_forms.read(view).get(Block.KEY, "")
    if isinstance(found := picker.chosen(deps, row), FoundView):
        _request_instead(deps, ack, body, found)
        return
    if not collect_modal.is_theirs(deps, view["id"], by):
        modal_forms.refuse(ack, Block.KEY, collect.old_window())
        return
    ack(response_action="update", view=collect_modal.preparing())
    respond.redraw(deps, view["id"], collect_modal.preparing())
    collect_modal.fill(deps, body, view["id"], _begin(deps, body, GrantId(row)))


def _request_instead(deps: Deps, ack: Ack, body: Body, found: FoundView) -> None:
    """A found key was chosen: its window asks for what replaces it."""
    try:
        ack(response_action="update", view=found_keys.rotate(deps, body, found))
    except Refused as refusal:
        modal_forms.refuse(ack, Block.KEY, refusals.plain_sentence(refusal, deps.command))
        respond.refused(deps, body, refusal.reason.value)


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


def delete(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by, delivery = SlackUserId(respond.who(body)), respond.delivery(body)
    delete_now.ask(deps, credential=CredentialId(respond.value(body)), by=by, delivery=delivery)
    after_action.settle(deps, body, switchover.deleting())


def reactivate(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    _reactivate(deps, body, CredentialId(respond.value(body)))
    after_action.settle(deps, body, grants.switching_on())


def _reactivate(deps: Deps, body: Body, credential: CredentialId) -> None:
    rotate.reactivate(deps, credential=credential, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))


def command_reactivate(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    by = SlackUserId(respond.who(body))
    written = picker.whole(deps, by, rest)
    found = picker.choose(deps, by, written, REACTIVATES)
    if isinstance(found, FoundView):
        ack(text=found_keys.reactivate(deps, body, found), response_type="ephemeral")
        deps.wake()
        return
    if isinstance(found, GrantView):
        _reactivate(deps, body, _switched_off(found, written))
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
    row = modal_forms.read(body["view"]).get(Block.KEY, "")

    def act() -> None:
        found = picker.chosen(deps, row)
        if isinstance(found, FoundView):
            found_keys.reactivate(deps, body, found)
        else:
            _reactivate(deps, body, _switched_off(found))

    modal_forms.submit(deps, ack, body, act, at=Block.KEY)


def _switched_off(view: GrantView, written: str = "") -> CredentialId:
    """The key that was named, else the one that is off, or on its way off. Raises Refused."""
    for each in reversed(view.credentials):
        off = each.state is CredentialState.RETIRING or each.pending_action == rotate.OFF
        if each.access_key_id == written if written else off:
            return each.id
    raise Refused(Reason.NOTHING_OFF)


def _has_room(deps: Deps, view: GrantView) -> bool:
    """A key is in use, and AWS has a slot for a second one."""
    keys = [each for each in view.credentials if each.gone_at is None and each.slot]
    live = any(each.state is CredentialState.LIVE for each in keys)
    return live and len(keys) == 1 and view.grant.state_at(deps.clock.now()) is GrantState.ACTIVE


def _has_one_off(deps: Deps, view: GrantView) -> bool:
    now = deps.clock.now()
    off = (each for each in view.credentials if _is_off(each, now) and each.owner_may_undo(view.grant.owner))
    return any(off) and view.grant.state_at(now) is GrantState.ACTIVE


def _is_off(credential: Credential, now: datetime) -> bool:
    ends = credential.delete_at
    if credential.state is CredentialState.RETIRING:
        return credential.pending_action is None and ends is not None and ends > now
    return credential.pending_action == rotate.OFF


ROTATES = picker.Verb(_has_room, found_keys.rotatable, Reason.NOTHING_TO_ROTATE)
REACTIVATES = picker.Verb(_has_one_off, found_keys.reactivatable, Reason.NOTHING_OFF)

COMMANDS = {"rotate": command, "reactivate": command_reactivate}
