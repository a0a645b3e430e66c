"""`/key incidents`: the leaked keys that somebody may see, a page at a time."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks.decisions import listing
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.messages.leaks import summary
from bot.slack.text import labels
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.blocks import Json, actions, button, section
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    for each in (Action.LEAKS_LATER, Action.LEAKS_EARLIER):
        app.action(each.value)(partial(turn, deps))


def command(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    ack()
    said, shown = _page(deps, SlackUserId(respond.who(body)), 0)
    respond.answer(deps, body, said, shown)


def turn(deps: Deps, ack: Ack, body: Body) -> None:
    """The value is how many come before the page. Each page is checked anew for the person who turns to it."""
    ack()
    offset = respond.value(body)
    said, shown = _page(deps, SlackUserId(respond.who(body)), int(offset) if offset.isdecimal() else 0)
    respond.answer(deps, body, said, shown, instead=True)


def _page(deps: Deps, by: SlackUserId, offset: int) -> tuple[str, list[Json]]:
    found = listing.page(deps, by=by, offset=offset)
    if not found.incidents:
        said = answers.none_open(deps.command)
        return said, [section(said)]
    with deps.work.begin() as tx:
        rows = [block for each in found.incidents for block in summary.row(tx, deps.catalog, each, by)]
    said = answers.listed(found.offset + 1, found.offset + len(found.incidents), found.total)
    before, after = found.offset - listing.PAGE, found.offset + listing.PAGE
    newer = button(labels.EARLIER, Action.LEAKS_EARLIER, str(max(before, 0))) if found.offset else None
    older = button(labels.LATER, Action.LEAKS_LATER, str(after)) if after < found.total else None
    return said, [section(said), *rows, *([actions(newer, older)] if newer or older else [])]


COMMANDS = {"incidents": command}
