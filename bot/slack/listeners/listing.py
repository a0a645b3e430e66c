"""List: what the caller has and asked for, with the buttons of each."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.flows import queries
from bot.slack.context import Deps
from bot.slack.text import general
from bot.slack.text.formatting import more
from bot.slack.ui import cards, picker, respond
from bot.slack.ui.blocks import Json, context
from bot.slack.ui.respond import Body

BLOCKS_MOST = 49  # a message takes 50


def command(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    by = SlackUserId(respond.who(body))
    said = general.nothing_held(deps.command)
    shown = fitting(rows(deps, by), BLOCKS_MOST)
    if shown:
        ack(text=general.your_list(), blocks=shown, response_type="ephemeral")
    else:
        ack(text=said, response_type="ephemeral")


def rows(deps: Deps, by: SlackUserId) -> list[list[Json]]:
    """One list of blocks for each grant and each open request."""
    now = deps.clock.now()
    mine = [cards.grant(deps.catalog, each.grant, each.credentials, now) for each in picker.held(deps, by)]
    asked = queries.requests_of(deps.work, party=by, now=now)
    return mine + [cards.waiting(each, deps.catalog.entitlements.get(each.entitlement), to=by) for each in asked]


def fitting(groups: list[list[Json]], most: int) -> list[Json]:
    """As many whole groups as fit, and how many more there are."""
    shown: list[Json] = []
    for number, group in enumerate(groups):
        if len(shown) + len(group) > most:
            return [*shown, context(more(len(groups) - number))]
        shown += group
    return shown


COMMANDS = {"list": command}
