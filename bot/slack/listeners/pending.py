"""Pending: the requests that wait for the caller's decision."""

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.domain.request import Request
from bot.flows import look
from bot.slack import answer, cards
from bot.slack.answer import Body
from bot.slack.blocks import Json
from bot.slack.deps import Deps
from bot.slack.listing import BLOCKS_MOST, fitting
from bot.slack.text import asking


def command(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    shown = fitting(rows(deps, SlackUserId(answer.who(body))), BLOCKS_MOST)
    if shown:
        ack(text=asking.your_decisions(), blocks=shown, response_type="ephemeral")
    else:
        ack(text=asking.nothing_pending(), response_type="ephemeral")


def rows(deps: Deps, by: SlackUserId) -> list[list[Json]]:
    waiting = look.pending(deps.work, deps.people, deps.catalog, by=by, now=deps.clock.now())
    return [_row(deps, each) for each in waiting]


def _row(deps: Deps, found: Request) -> list[Json]:
    entitlement = deps.catalog.entitlements.get(found.entitlement)
    rows = cards.request(found, entitlement)
    if found.grant is not None:
        view = look.grant(deps.work, found.grant)
        rows.append(cards.renewal(found, view.grant, view.credentials, deps.clock.now()))
    return [*rows, cards.decide(found, entitlement)]


COMMANDS = {"pending": command}
