"""Go on or Stop: the answer to a bulk action that is waiting for one."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.bulk_limit import Verdict
from bot.domain.ids import SlackUserId
from bot.flows.lifecycle import bulk_limit
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text import bulk
from bot.slack.ui import respond
from bot.slack.ui.respond import Body

VERDICTS = {Action.SWEEP_GO: Verdict.GO, Action.SWEEP_STOP: Verdict.STOP}


def register(app: App, deps: Deps) -> None:
    for action, verdict in VERDICTS.items():
        app.action(action.value)(partial(press, deps, verdict))


def press(deps: Deps, verdict: Verdict, ack: Ack, body: Body) -> None:
    ack()
    bulk_limit.settle(
        deps,
        halt=respond.value(body),
        verdict=verdict,
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    after_action.settle(deps, body, bulk.answered(verdict))
