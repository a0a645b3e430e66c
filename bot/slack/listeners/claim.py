"""Claim: "this key is mine", typed or pressed in a list; Confirm and Decline, or of an offer Yes, mine and Not mine."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows import claim
from bot.slack import answer, done
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action
from bot.slack.text import owning


def register(app: App, deps: Deps) -> None:
    app.action(Action.CLAIM_MAKE.value)(partial(make, deps))
    app.action(Action.CLAIM_CONFIRM.value)(partial(decide, deps, yes=True))
    app.action(Action.CLAIM_DECLINE.value)(partial(decide, deps, yes=False))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    if not rest:
        ack(text=owning.how_to_claim(deps.command), response_type="ephemeral")
        return
    ack()
    made = claim.ask(
        deps.work, deps.clock, deps.entropy, deps.people, deps.catalog,
        what=rest, by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    deps.wake()
    answer.tell(deps, body, owning.asked(made))


def make(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    made = claim.take(
        deps.work, deps.clock, deps.entropy, deps.people, deps.catalog,
        finding=answer.value(body), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    deps.wake()
    answer.tell(deps, body, owning.asked(made))


def decide(deps: Deps, ack: Ack, body: Body, *, yes: bool) -> None:
    ack()
    settled = claim.decide(
        deps.work, deps.clock, deps.people, deps.catalog,
        claim=answer.value(body), by=SlackUserId(answer.who(body)), yes=yes, delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, owning.decided(settled))


COMMANDS = {"claim": command}
