"""Pause and resume issuing, for admins."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.flows import pause
from bot.slack import answer
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.text import asking


def stop(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    by = SlackUserId(answer.who(body))
    pause.pause(deps.work, deps.clock, deps.people, deps.catalog, by=by, delivery=answer.delivery(body))
    ack(text=asking.paused(by), response_type="ephemeral")


def resume(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    by = SlackUserId(answer.who(body))
    pause.resume(deps.work, deps.clock, deps.people, deps.catalog, by=by, delivery=answer.delivery(body))
    ack(text=asking.resumed(), response_type="ephemeral")


COMMANDS = {"pause": stop, "resume": resume}
