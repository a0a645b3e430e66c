"""The button under a difference: the worker puts AWS right, or the ledger takes note."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows import mend
from bot.slack import answer, done
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.ids import Action
from bot.slack.text import comparing


def register(app: App, deps: Deps) -> None:
    app.action(Action.DIFFERENCE_MEND.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    mend.mend(
        deps.work, deps.clock, deps.people, deps.catalog,
        difference=answer.value(body), by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    done.settle(deps, body, comparing.on_its_way())
