"""Report a leaked key: `/key leaked` and the message shortcut. What was pasted is searched here and kept nowhere."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Source
from bot.domain.leaks.keys_in_text import Found, scan
from bot.flows.leaks import begin, report
from bot.slack.context import Deps
from bot.slack.ids import Callback
from bot.slack.message_text import words_of
from bot.slack.text.leaks import answers
from bot.slack.ui import picker, respond
from bot.slack.ui.respond import Body

NAME_MOST = 100  # characters; longer text is no name of a key or an IAM user


def register(app: App, deps: Deps) -> None:
    app.shortcut(Callback.LEAK.value)(partial(shortcut, deps))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    """Everything after the word is searched. A key can also be named as in other commands."""
    ack()
    by = SlackUserId(respond.who(body))
    found = scan(rest) or scan(_named(deps, by, rest)) or report.read(rest)
    _report(deps, body, by, found, Source.COMMAND)


def _named(deps: Deps, by: SlackUserId, written: str) -> str:
    """The whole id. A refusal would repeat what was typed, and that may be a secret."""
    if not written or len(written) > NAME_MOST:
        return ""
    try:
        return picker.whole(deps, by, written)
    except Refused as refused:
        if refused.reason in {Reason.NOT_A_MEMBER, Reason.SEVERAL_KEYS}:
            raise
        return ""


def shortcut(deps: Deps, ack: Ack, body: Body) -> None:
    """This contains a key: text, blocks, attachments and the previews of files are searched."""
    ack()
    found = report.read(words_of(body.get("message")))
    _report(deps, body, SlackUserId(respond.who(body)), found, Source.SHORTCUT)


def _report(deps: Deps, body: Body, by: SlackUserId, found: Found, source: Source) -> None:
    made = report.report(deps, found=found, by=by, source=source, delivery=respond.delivery(body))
    deps.wake()
    said = answers.reported(made, by, deps.command, has_secret=bool(found.pairs), in_message=source is Source.SHORTCUT)
    respond.answer(deps, body, said if begin.worker_runs(deps) else answers.no_worker(said))


COMMANDS = {"leaked": command}
