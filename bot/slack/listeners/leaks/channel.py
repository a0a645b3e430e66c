"""Watch the channels of the catalog's `watch_channels`: search each message for leaked keys, and ask its author.

Slack sends every message of these channels, so one without a key is acked here, before Bolt looks for a listener.
"""

from functools import partial
from typing import Any

import structlog
from slack_bolt import App, BoltContext, BoltRequest

from bot.domain.ids import SlackUserId
from bot.domain.leaks.keys_in_text import Found, scan
from bot.flows.leaks import channel
from bot.slack.context import Deps
from bot.slack.message_text import words_of
from bot.slack.messages.leaks import found_in_channel
from bot.slack.middleware import Before, Next
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.ui.respond import Body

log = structlog.get_logger(__name__)

CHANNELS = frozenset({"channel", "group"})
FOUND = "leaked"  # in Bolt's context
CHANGED, DELETED = "message_changed", "message_deleted"


def register(app: App, deps: Deps) -> None:
    if deps.catalog.watch_channels:
        app.use(Before(partial(_search, deps)))
        app.event("message", matchers=[_has_key])(partial(ask_author, deps))


def _search(deps: Deps, request: BoltRequest, go_on: Next) -> Any:
    event = request.body.get("event")
    if not isinstance(event, dict) or event.get("type") != "message" or event.get("channel_type") not in CHANNELS:
        return go_on()
    if deps.catalog.watches(str(event.get("channel"))) and (found := _found(request.body, event)):
        request.context[FOUND] = found
        return go_on()
    return request.context.ack()


def _found(body: Body, event: dict[str, Any]) -> Found | None:
    if event.get("subtype") == DELETED or _by_us(body, message_of(event)):
        return None
    return scan(words_of(message_of(event)))


def message_of(event: dict[str, Any]) -> dict[str, Any]:
    """The message itself, also in the event of an edit."""
    inside = event.get("message") if event.get("subtype") == CHANGED else None
    return inside if isinstance(inside, dict) else event


def _by_us(body: Body, message: dict[str, Any]) -> bool:
    """What Latchkey wrote: it names keys all the time."""
    ours = {each.get("user_id") for each in body.get("authorizations") or () if each.get("is_bot")}
    app = body.get("api_app_id")
    return message.get("user") in ours or (app is not None and message.get("app_id") == app)


def _has_key(context: BoltContext) -> bool:
    return FOUND in context


def ask_author(deps: Deps, body: Body, event: dict[str, Any], context: BoltContext) -> None:
    message, place = message_of(event), str(event["channel"])
    sent, author = str(message.get("ts") or event.get("ts")), _author(body, message)
    made = channel.seen(deps, context[FOUND], message=f"{place}/{sent}", author=author)
    if made:
        deps.wake()
    if not made or author is None:
        return
    shown = found_in_channel.question(made)
    try:
        deps.client.chat_postEphemeral(
            channel=place,
            user=author,
            text=shown.text,
            blocks=list(shown.blocks),
            thread_ts=message.get("thread_ts"),
        )
    except SLACK_IS_AWAY as away:  # owner and approvers are paged all the same
        log.info("the author of a leaked key wasn't asked", error=type(away).__name__)


def _author(body: Body, message: dict[str, Any]) -> SlackUserId | None:
    """A person of this workspace. Others can't press a button of Latchkey's."""
    team = message.get("user_team") or message.get("team") or body.get("team_id")
    if message.get("bot_id") or not message.get("user") or team != body.get("team_id"):
        return None
    return SlackUserId(str(message["user"]))
