"""Pending: the requests waiting for the caller's decision."""

from functools import partial

from slack_bolt import Ack

from bot.domain.ids import SlackUserId
from bot.domain.requests.request import Request
from bot.flows import access, queries
from bot.slack.context import Deps
from bot.slack.listeners.listing import BLOCKS_MOST, Draw, fitting
from bot.slack.listeners.requests import preapprove, review
from bot.slack.text import general
from bot.slack.ui import cards, respond
from bot.slack.ui.blocks import Json
from bot.slack.ui.respond import Body


def command(deps: Deps, ack: Ack, body: Body, _rest: str) -> None:
    said, shown = _list(deps, SlackUserId(respond.who(body)))
    ack(text=said, blocks=shown or None, response_type="ephemeral")


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """The menu's button."""
    ack()
    respond.answer(deps, body, *_list(deps, SlackUserId(respond.who(body))))


def _list(deps: Deps, by: SlackUserId) -> tuple[str, list[Json]]:
    """Raises Refused: a user group of approvers can have guests."""
    access.member(deps.people, by)
    shown = fitting(rows(deps, by), BLOCKS_MOST)
    return (general.your_decisions() if shown else general.nothing_pending()), shown


def rows(deps: Deps, by: SlackUserId) -> list[Draw]:
    waiting: list[Draw] = [partial(_row, deps, each) for each in queries.pending(deps, by=by, now=deps.clock.now())]
    first, last = review.rows(deps, by), preapprove.rows(deps, by)
    return [*(partial(list, each) for each in first), *waiting, *(partial(list, each) for each in last)]


def _row(deps: Deps, found: Request) -> list[Json]:
    entitlement = deps.catalog.entitlements.get(found.entitlement)
    rows = cards.in_list(deps.catalog, found)
    if found.grant is not None:
        view = queries.grant(deps.work, found.grant)
        rows.append(cards.renewal(found, view.grant, view.credentials, deps.clock.now()))
    return [*rows, cards.decide(found, entitlement)]


COMMANDS = {"pending": command}
