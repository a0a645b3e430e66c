"""Go on, or Stop: the answer to a clock that wants to do more than is usual."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.halt import Verdict
from bot.domain.ids import SlackUserId
from bot.flows import halt
from bot.slack import answer, done
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action
from bot.slack.text import many

VERDICTS = {Action.SWEEP_GO: Verdict.GO, Action.SWEEP_STOP: Verdict.STOP}


def register(app: App, deps: Deps) -> None:
    for action, verdict in VERDICTS.items():
        app.action(action.value)(partial(press, deps, verdict))


def press(deps: Deps, verdict: Verdict, ack: Ack, body: Body) -> None:
    ack()
    halt.settle(
        deps.work, deps.clock, deps.people, deps.catalog,
        halt=answer.value(body), verdict=verdict, by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, many.answered(verdict))
