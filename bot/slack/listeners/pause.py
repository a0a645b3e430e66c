"""Pause and resume issuing, for admins."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.flows.issuing import pause
from bot.slack.context import Deps
from bot.slack.text import general
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def stop(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    by = SlackUserId(respond.who(body))
    pause.pause(deps, by=by, delivery=respond.delivery(body))
    ack(text=general.paused(by), response_type="ephemeral")


def resume(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    by = SlackUserId(respond.who(body))
    pause.resume(deps, by=by, delivery=respond.delivery(body))
    ack(text=general.resumed(), response_type="ephemeral")


COMMANDS = {"pause": stop, "resume": resume}
