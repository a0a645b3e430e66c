"""The Home tab: what someone has, asked for and can decide. Published when they open it."""

from functools import partial
from typing import Any

import structlog
from slack_bolt import App

from bot.domain.errors import Refused
from bot.domain.ids import SlackUserId
from bot.flows import access
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import listing
from bot.slack.listeners.requests import pending
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import command_help, general, guide, labels, refusals
from bot.slack.ui.blocks import Json, actions, button, context, divider, header, section

log = structlog.get_logger(__name__)

HALF = 45  # a view takes 100 blocks


def register(app: App, deps: Deps) -> None:
    app.event("app_home_opened")(partial(opened, deps))


def opened(deps: Deps, event: dict[str, Any]) -> None:
    if event.get("tab") == "home":
        publish(deps, SlackUserId(event["user"]))


def publish(deps: Deps, person: SlackUserId) -> None:
    """Never raises Slack's errors: the tab is published again when it is next opened."""
    try:
        deps.client.views_publish(user_id=person, view={"type": "home", "blocks": _blocks(deps, person)})
    except SLACK_IS_AWAY as away:
        log.info("a Home tab was not drawn", error=type(away).__name__)


def _blocks(deps: Deps, person: SlackUserId) -> list[Json]:
    try:
        access.member(deps.people, person)
        mine = listing.fitting(listing.rows(deps, person), HALF)
        asked = listing.fitting(pending.rows(deps, person), HALF)
    except Refused as refusal:
        return [section(refusals.sentence(refusal, deps.command))]
    ask = button(labels.REQUEST_ACCESS, Action.REQUEST_OPEN, "open", style="primary")
    return [
        section(command_help.welcome()),
        actions(ask),
        *([header(general.your_decisions()), *asked, divider()] if asked else []),
        header(general.your_list()),
        *(mine or [section(general.nothing_held(deps.command))]),
        context(general.more_commands(deps.command), guide.pages(deps.guide)),
    ]
