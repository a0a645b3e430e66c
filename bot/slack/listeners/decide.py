"""Approve and Decline, pressed on the approvers' message; a decline says why in a window."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.request import RequestKind
from bot.flows import decide
from bot.slack import answer, blocks, done, forms
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import asking


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_APPROVE.value)(partial(approve, deps))
    app.action(Action.REQUEST_DECLINE.value)(partial(ask_why, deps))
    app.view(Callback.REQUEST_DECLINE.value)(partial(decline, deps))


def approve(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    outcome = decide.approve(
        deps.work, deps.clock, deps.entropy, deps.people, deps.catalog,
        request=RequestId(answer.value(body)), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    whole = outcome.request.state is RequestState.APPROVED
    renews = outcome.request.kind is RequestKind.RENEW
    done.settle(deps, body, asking.recorded(outcome.approved_by, outcome.needed, whole=whole, renews=renews))


def ask_why(deps: Deps, ack: Ack, body: Body) -> None:
    """Whoever may not decide hears it now, and not after typing."""
    ack()
    request = RequestId(answer.value(body))
    decide.may_decide(deps.work, deps.clock, deps.people, deps.catalog, request, SlackUserId(answer.who(body)))
    why = blocks.area(Block.JUSTIFICATION, "Why not?", hint="The requester reads this.")
    view = blocks.modal(
        "Decline", [why], callback=Callback.REQUEST_DECLINE, submit="Decline", close="Cancel", about=request
    )
    answer.show(deps, body, view)


def decline(deps: Deps, ack: Ack, body: Body) -> None:
    forms.submit(
        deps,
        ack,
        body,
        lambda: decide.decline(
            deps.work, deps.clock, deps.people, deps.catalog,
            request=RequestId(body["view"].get("private_metadata", "")), by=SlackUserId(answer.who(body)),
            justification=forms.read(body["view"]).get(Block.JUSTIFICATION, ""), delivery=answer.delivery(body),
        ),
        at=Block.JUSTIFICATION,
    )  # fmt: skip
