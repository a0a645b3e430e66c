"""After an action: wake the worker, publish the Home tab again, and answer the presser if needed."""

from bot.domain.ids import GrantId, SlackUserId
from bot.flows import queries
from bot.slack.context import Deps
from bot.slack.listeners import home
from bot.slack.text import teardown
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def settle(deps: Deps, body: Body, sentence: str, *, always: bool = False) -> None:
    """Answers only if the outbox can't update the pressed message, or if it may look the same afterwards (`always`)."""
    refresh(deps, body)
    if always or respond.in_window(body) or respond.on_home(body) or (body.get("container") or {}).get("is_ephemeral"):
        respond.answer(deps, body, sentence)


def refresh(deps: Deps, body: Body) -> None:
    """Without an answer, for an action that opens a window."""
    deps.wake()
    if respond.on_home(body):
        home.publish(deps, SlackUserId(respond.who(body)))


def left(deps: Deps, grant: GrantId) -> str:
    """What of a grant that was just ended still works, and until when."""
    view = queries.grant(deps.work, grant)
    revokes = deps.catalog.revokes_sessions(view.grant.account)
    return teardown.left(view.grant, view.credentials, deps.clock.now(), revokes=revokes)
