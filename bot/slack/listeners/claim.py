"""Claim: "this key is mine", typed or pressed in a list; Confirm and Decline, or of an offer Yes, mine and Not mine."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.ownership import claim
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text import ownership
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.CLAIM_MAKE.value)(partial(make, deps))
    app.action(Action.CLAIM_CONFIRM.value)(partial(decide, deps, yes=True))
    app.action(Action.CLAIM_DECLINE.value)(partial(decide, deps, yes=False))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    if not rest:
        ack(text=ownership.how_to_claim(deps.command), response_type="ephemeral")
        return
    ack()
    made = claim.ask(deps, what=rest, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))  # fmt: skip
    deps.wake()
    respond.answer(deps, body, ownership.asked(made))


def make(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    made = claim.take(
        deps, finding=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    deps.wake()
    respond.answer(deps, body, ownership.asked(made))


def decide(deps: Deps, ack: Ack, body: Body, *, yes: bool) -> None:
    ack()
    settled = claim.decide(
        deps, claim=respond.value(body), by=SlackUserId(respond.who(body)), yes=yes, delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, ownership.decided(settled))


COMMANDS = {"claim": command}
