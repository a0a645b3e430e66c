"""The Home tab: published when its person opens it or turns a page, and after their own presses."""

from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, App

from bot.domain.errors import Refused
from bot.domain.home import Section
from bot.domain.ids import SlackUserId
from bot.flows.home.viewer import viewer
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.messages.approval.facts import SlackFacts
from bot.slack.messages.context import Scene
from bot.slack.messages.home import view
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import refusals
from bot.slack.ui import blocks, respond
from bot.slack.ui.blocks import Json, section
from bot.slack.ui.respond import Body

log = structlog.get_logger(__name__)


def register(app: App, deps: Deps) -> None:
    app.event("app_home_opened")(partial(opened, deps))
    for action in (Action.HOME_EARLIER, Action.HOME_LATER):
        app.action(action.value)(partial(turn, deps))


def opened(deps: Deps, event: dict[str, Any]) -> None:
    if event.get("tab") == "home":
        person = SlackUserId(event["user"])
        with deps.work.begin() as tx:
            tx.home.opened(person, deps.clock.now())
        publish(deps, person)


def turn(deps: Deps, ack: Ack, body: Body) -> None:
    """To another page of a section. A value that names none shows the tab as it is."""
    ack()
    person = SlackUserId(respond.who(body))
    name, _, rows = respond.value(body).partition("/")
    if name in set(Section) and rows.isascii() and rows.isdigit() and len(rows) < len("100000"):
        with deps.work.begin(respond.delivery(body)) as tx:
            tx.home.turn_page(person, Section(name), int(rows), deps.clock.now())
    publish(deps, person)


def publish(deps: Deps, person: SlackUserId) -> None:
    """Never raises Slack's errors: the tab is published again when it is next opened."""
    try:
        deps.client.views_publish(user_id=person, view=blocks.home(_blocks(deps, person)))
    except SLACK_IS_AWAY as away:
        log.info("a Home tab was not drawn", error=type(away).__name__)


def _blocks(deps: Deps, person: SlackUserId) -> list[Json]:
    try:
        looks = viewer(deps, person)
    except Refused as refusal:
        return [section(refusals.sentence(refusal, deps.command))]
    with deps.work.begin() as tx:
        drawn = view.draw(Scene(tx, deps.catalog, deps.clock.now(), deps.command, deps.guide, SlackFacts(), looks))
    return list(drawn.blocks) if drawn else []
