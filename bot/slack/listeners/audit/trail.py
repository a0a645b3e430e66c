"""Audit: who did what, a page at a time. Each page is checked anew for the person who turns to it."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.audit import trail
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.text.audit import trail as text
from bot.slack.text.formatting import as_typed
from bot.slack.ui import picker, respond
from bot.slack.ui.blocks import Json, actions, button, section
from bot.slack.ui.respond import Body

WRITTEN_MOST = 300  # characters; no key or entitlement is longer


def register(app: App, deps: Deps) -> None:
    for each in (Action.AUDIT_OLDER, Action.AUDIT_NEWER):
        app.action(each.value)(partial(turn, deps))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    """Acked first: a log of many years can take longer to search than Slack waits."""
    ack()
    said, shown = _page(deps, SlackUserId(respond.who(body)), as_typed(rest).strip()[:WRITTEN_MOST])
    respond.answer(deps, body, said, shown)


def turn(deps: Deps, ack: Ack, body: Body) -> None:
    """The value is the id of the event at the edge, and what was asked for."""
    ack()
    edge, _, written = respond.value(body).partition(" ")
    at = int(edge) if edge.isdecimal() and len(edge) < 19 else 0
    newer = body["actions"][0]["action_id"] == Action.AUDIT_NEWER.value
    by = SlackUserId(respond.who(body))
    said, shown = _page(deps, by, written, before=0 if newer else at, after=at if newer else 0)
    respond.answer(deps, body, said, shown, instead=True)


def _page(deps: Deps, by: SlackUserId, written: str, *, before: int = 0, after: int = 0) -> tuple[str, list[Json]]:
    if not trail.names_no_key(deps.catalog, written):
        written = picker.whole(deps, by, written)
    found = trail.page(deps, by=by, written=written, before=before, after=after)
    said = text.heading(deps.catalog, written)
    lines = [section(text.sentence(deps.catalog, each)) for each in found.events]
    if not lines:
        return text.nothing(), [section(said), section(text.nothing())]
    first, last = found.events[0].event.id, found.events[-1].event.id
    newer = button(labels.NEWER, Action.AUDIT_NEWER, f"{first} {written}") if found.newer else None
    older = button(labels.OLDER, Action.AUDIT_OLDER, f"{last} {written}") if found.older else None
    return said, [section(said), *lines, *([actions(newer, older)] if newer or older else [])]


COMMANDS = {"audit": command}
