"""Not mine, pressed by the owner of a found key, and Hand over, pressed by an approver on what a leaver left."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason
from bot.domain.ids import SlackUserId
from bot.flows.ownership import disown
from bot.slack.context import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels, ownership
from bot.slack.ui import blocks, findings, modal_forms, respond
from bot.slack.ui.respond import Body

AT = {Reason.NAMES_NOBODY: Block.OWNER}


@dataclass(frozen=True, slots=True)
class _Button:
    """A button that opens a modal with a person and a reason, and the flows behind both."""

    title: str
    callback: Callback
    fields: tuple[blocks.Json, ...]
    may: Callable[[Deps, str, SlackUserId], object]
    act: Callable[..., object]
    done: Callable[[SlackUserId | None], str]


NOT_MINE = _Button(
    labels.NOT_MINE,
    Callback.FINDING_DISOWN,
    (
        blocks.person_select(Block.OWNER, labels.WHOSE, hint=labels.ASKED_HINT, optional=True),
        blocks.area(Block.JUSTIFICATION, labels.WHY_NOT_YOURS),
    ),
    disown.may_disown,
    disown.disown,
    ownership.disowned,
)
HAND_OVER = _Button(
    labels.HAND_OVER,
    Callback.CLAIM_OFFER,
    (
        blocks.person_select(Block.OWNER, labels.NEW_OWNER, hint=labels.ASKED_HINT),
        blocks.area(Block.JUSTIFICATION, labels.WHY_THEM),
    ),
    disown.may_hand_over,
    disown.hand_over,
    lambda to: ownership.handed_over(to or ""),
)


def register(app: App, deps: Deps) -> None:
    for action, button in ((Action.FINDING_DISOWN, NOT_MINE), (Action.CLAIM_OFFER, HAND_OVER)):
        app.action(action.value)(partial(press, deps, button))
        app.view(button.callback.value)(partial(submit, deps, button))


def press(deps: Deps, button: _Button, ack: Ack, body: Body) -> None:
    """Refuse before the window opens, not after someone has typed a reason."""
    ack()
    finding = respond.value(body)
    button.may(deps, finding, SlackUserId(respond.who(body)))
    view = blocks.modal(
        button.title,
        [*_about(deps, finding), *button.fields],
        callback=button.callback,
        submit=button.title,
        close=labels.CANCEL,
        about=finding,
    )
    respond.show(deps, body, view)


def _about(deps: Deps, finding: str) -> list[blocks.Json]:
    """Which key, and what was found on it."""
    with deps.work.begin() as tx:
        found = tx.findings.get(finding)
        return findings.about(tx, deps.catalog, found, deps.clock.now()) if found else []


def submit(deps: Deps, button: _Button, ack: Ack, body: Body) -> None:
    fields = modal_forms.read(body["view"])
    to = SlackUserId(fields[Block.OWNER]) if fields.get(Block.OWNER) else None
    modal_forms.submit(
        deps,
        ack,
        body,
        lambda: button.act(
            deps,
            finding=body["view"].get("private_metadata", ""),
            by=SlackUserId(respond.who(body)),
            to=to,
            justification=fields.get(Block.JUSTIFICATION, ""),
            delivery=respond.delivery(body),
        ),
        at=Block.JUSTIFICATION,
        elsewhere=AT,
        then=blocks.notice(button.title, button.done(to)),
    )
