"""Not mine, pressed by the owner of a found key, and Hand over, pressed by an approver on what a leaver left."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason
from bot.domain.ids import SlackUserId
from bot.flows.ownership import disown
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels, ownership
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.respond import Body

AT = {Reason.NAMES_NOBODY: Block.OWNER}


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_DISOWN.value)(partial(press, deps))
    app.view(Callback.FINDING_DISOWN.value)(partial(submit, deps))
    app.action(Action.CLAIM_OFFER.value)(partial(press_hand_over, deps))
    app.view(Callback.CLAIM_OFFER.value)(partial(submit_hand_over, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a reason."""
    ack()
    finding = respond.value(body)
    disown.may_disown(deps, finding, SlackUserId(respond.who(body)))
    rows = [
        blocks.person_select(Block.OWNER, labels.WHOSE, hint=labels.ASKED_HINT, optional=True),
        blocks.area(Block.JUSTIFICATION, labels.WHY_NOT_YOURS),
    ]
    view = blocks.modal(
        labels.NOT_MINE,
        rows,
        callback=Callback.FINDING_DISOWN,
        submit=labels.NOT_MINE,
        close=labels.CANCEL,
        about=finding,
    )
    respond.show(deps, body, view)


def submit(deps: Deps, ack: Ack, body: Body) -> None:
    to, why = _filled(body)
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: disown.disown(
            deps,
            finding=body["view"].get("private_metadata", ""),
            by=SlackUserId(respond.who(body)),
            to=to,
            justification=why,
            delivery=respond.delivery(body),
        ),
        at=Block.JUSTIFICATION,
        elsewhere=AT,
        then=blocks.notice(labels.NOT_MINE, ownership.disowned(to)),
    )


def press_hand_over(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    finding = respond.value(body)
    disown.may_hand_over(deps, finding, SlackUserId(respond.who(body)))
    rows = [
        blocks.person_select(Block.OWNER, labels.NEW_OWNER, hint=labels.ASKED_HINT),
        blocks.area(Block.JUSTIFICATION, labels.WHY_THEM),
    ]
    view = blocks.modal(
        labels.HAND_OVER,
        rows,
        callback=Callback.CLAIM_OFFER,
        submit=labels.HAND_OVER,
        close=labels.CANCEL,
        about=finding,
    )
    respond.show(deps, body, view)


def submit_hand_over(deps: Deps, ack: Ack, body: Body) -> None:
    to, why = _filled(body)
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: disown.hand_over(
            deps,
            finding=body["view"].get("private_metadata", ""),
            by=SlackUserId(respond.who(body)),
            to=to,
            justification=why,
            delivery=respond.delivery(body),
        ),
        at=Block.JUSTIFICATION,
        elsewhere=AT,
        then=blocks.notice(labels.HAND_OVER, ownership.handed_over(to or "")),
    )


def _filled(body: Body) -> tuple[SlackUserId | None, str]:
    fields = modal_forms.read(body["view"])
    to = fields.get(Block.OWNER)
    return SlackUserId(to) if to else None, fields.get(Block.JUSTIFICATION, "")
