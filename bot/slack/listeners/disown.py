"""Not mine, pressed by whoever holds a found key; and Hand over, pressed by an approver on what a leaver left."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason
from bot.domain.ids import SlackUserId
from bot.flows.ownership import disown
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import ownership
from bot.slack.ui import blocks, modal_forms, respond
from bot.slack.ui.respond import Body

AT = {Reason.NAMES_NOBODY: Block.OWNER}


def register(app: App, deps: Deps) -> None:
    app.action(Action.FINDING_DISOWN.value)(partial(press, deps))
    app.view(Callback.FINDING_DISOWN.value)(partial(submit, deps))
    app.action(Action.CLAIM_OFFER.value)(partial(press_hand_over, deps))
    app.view(Callback.CLAIM_OFFER.value)(partial(submit_hand_over, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Whoever may not say so hears it now, and not after typing."""
    ack()
    finding = respond.value(body)
    disown.may_disown(deps, finding, SlackUserId(respond.who(body)))
    rows = [
        blocks.somebody(Block.OWNER, "Whose is it?", hint="They are asked whether it is theirs.", optional=True),
        blocks.area(Block.JUSTIFICATION, "Why is it not yours?"),
    ]
    view = blocks.modal(
        "Not mine", rows, callback=Callback.FINDING_DISOWN, submit="Not mine", close="Cancel", about=finding
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
        then=blocks.notice("Not mine", ownership.disowned(to)),
    )


def press_hand_over(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    finding = respond.value(body)
    disown.may_hand_over(deps, finding, SlackUserId(respond.who(body)))
    rows = [
        blocks.somebody(Block.OWNER, "Who is to have it?", hint="They are asked whether it is theirs."),
        blocks.area(Block.JUSTIFICATION, "Why them?"),
    ]
    view = blocks.modal(
        "Hand over", rows, callback=Callback.CLAIM_OFFER, submit="Hand over", close="Cancel", about=finding
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
        then=blocks.notice("Hand over", ownership.handed_over(to or "")),
    )


def _filled(body: Body) -> tuple[SlackUserId | None, str]:
    fields = modal_forms.read(body["view"])
    to = fields.get(Block.OWNER)
    return SlackUserId(to) if to else None, fields.get(Block.JUSTIFICATION, "")
