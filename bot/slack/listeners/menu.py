"""The short menu, with buttons by role: for a bare command and for a message in the app's own DM; and the shortcut."""

from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, App

from bot.domain.errors import Refused
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.issuing.pause import PAUSED
from bot.flows import access, queries
from bot.flows.leaks.decisions import listing as incidents
from bot.flows.requests import review
from bot.slack.context import Deps
from bot.slack.ids import Action, Callback
from bot.slack.listeners import listing, report
from bot.slack.listeners.requests import ask, pending
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import command_help, guide, labels, refusals
from bot.slack.ui import respond
from bot.slack.ui.blocks import Json, actions, button, context, section
from bot.slack.ui.respond import Body

log = structlog.get_logger(__name__)

ANSWERS_EVERY = timedelta(minutes=5)  # one person's messages in the DM
FIRST_PAGE = "0"
WHOSE = "-"  # the value of a button that is about no row


def register(app: App, deps: Deps) -> None:
    app.shortcut(Callback.REQUEST.value)(partial(ask.press, deps))
    app.event({"type": "message", "subtype": None})(partial(greeted, deps))
    app.action(Action.LIST_OPEN.value)(partial(listing.press, deps))
    app.action(Action.REQUEST_PENDING.value)(partial(pending.press, deps))
    app.action(Action.REPORT_SEND.value)(partial(report.send, deps))


def command(deps: Deps, ack: Ack, body: Body, _rest: str = "") -> None:
    said, shown = menu(deps, SlackUserId(respond.who(body)))
    ack(text=said, blocks=shown, response_type="ephemeral")


def menu(deps: Deps, by: SlackUserId) -> tuple[str, list[Json]]:
    """Raises Refused for somebody who can't use Latchkey at all."""
    access.member(deps.people, by)
    said = command_help.what_next()
    rows = [
        button(labels.REQUEST_ACCESS, Action.REQUEST_OPEN, "open", style="primary"),
        button(labels.MY_KEYS, Action.LIST_OPEN, WHOSE),
    ]
    waits = _waiting(deps, by)
    if waits is not None:
        rows.append(button(labels.pending(waits), Action.REQUEST_PENDING, WHOSE))
    if open_ := len(incidents.open_ones(deps, by)):
        rows.append(button(labels.leaks(open_), Action.LEAKS_LATER, FIRST_PAGE, style="danger"))
    admins = _admins(deps) if by in deps.catalog.admins else []
    below = context(command_help.all_commands(deps.command), guide.pages(deps.guide))
    return said, [section(said), actions(*rows), *admins, below]


def _waiting(deps: Deps, by: SlackUserId) -> int | None:
    """How many requests and reviews wait for this person; None for somebody who decides nothing."""
    access.prefetch(deps.people, deps.catalog.approvers.values())
    approves = any(_is_in(deps, by, each) for each in deps.catalog.approvers)
    if not approves and by not in deps.catalog.admins:
        return None
    try:
        reviews = len(review.open_reviews(deps, by=by))
        return reviews + len(queries.pending(deps, by=by, now=deps.clock.now())) if approves else reviews or None
    except Refused:  # Slack doesn't say who is in a group: the list itself says so
        return 0


def _is_in(deps: Deps, by: SlackUserId, group: str) -> bool:
    try:
        return by in access.members(deps.people, deps.catalog.approvers[group])
    except Refused:
        return by in deps.catalog.approvers[group].users


def _admins(deps: Deps) -> list[Json]:
    with deps.work.begin() as tx:
        standing = queries.pause(tx)
    switch = (
        button(labels.RESUME, Action.ISSUING_RESUME, PAUSED)
        if standing
        else button(labels.PAUSE, Action.ISSUING_PAUSE, PAUSED)
    )
    return [actions(switch, button(labels.REPORT, Action.REPORT_SEND, WHOSE))]


# --- a message in the DM ----------------------------------------------------------------------------------------------


def greeted(deps: Deps, body: Body, event: dict[str, Any]) -> None:
    """Answered with the menu, at most once in five minutes; never to a bot, which Latchkey itself is one of."""
    by = str(event.get("user") or "")
    if event.get("channel_type") != "im" or event.get("bot_id") or not by:
        return
    now, delivery = deps.clock.now(), body.get("event_id")
    with deps.work.begin(DeliveryId(f"event:{delivery}"[:255]) if delivery else None) as tx:
        if not tx.once(f"greeted/{by}", now, now - ANSWERS_EVERY):
            return
    try:
        said, shown = menu(deps, SlackUserId(by))
    except Refused as refusal:
        said, shown = refusals.sentence(refusal, deps.command), []
    try:
        deps.client.chat_postMessage(
            channel=event["channel"],
            text=said,
            blocks=shown or None,
            thread_ts=event.get("thread_ts"),
            unfurl_links=False,
        )
    except SLACK_IS_AWAY as away:
        log.info("a greeting was not answered", error=type(away).__name__)
