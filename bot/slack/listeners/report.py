"""Report: send an account's report to the person who asks for it."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.flows.hygiene import account_report
from bot.slack.context import Deps
from bot.slack.text.hygiene import reports
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    accounts = account_report.ask(deps, named=rest, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    ack(text=reports.coming(accounts), response_type="ephemeral")
    deps.wake()


def send(deps: Deps, ack: Ack, body: Body) -> None:
    """The menu's button."""
    ack()
    accounts = account_report.ask(deps, named="", by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    deps.wake()
    respond.answer(deps, body, reports.coming(accounts))


COMMANDS = {"report": command}
