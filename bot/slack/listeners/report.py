"""Report: the picture of an account, sent to whoever asks for it."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.flows import report
from bot.slack import answer
from bot.slack.answer import Body
from bot.slack.deps import Deps
from bot.slack.text import reports


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    accounts = report.ask(
        deps.work, deps.clock, deps.people, deps.catalog,
        named=rest, by=SlackUserId(answer.who(body)), delivery=answer.delivery(body),
    )  # fmt: skip
    ack(text=reports.coming(accounts), response_type="ephemeral")
    deps.wake()


COMMANDS = {"report": command}
