"""After an act: the worker looks at once, the Home tab is drawn anew, and the presser hears of it where needed."""

from bot.domain.ids import SlackUserId
from bot.slack.context import Deps
from bot.slack.listeners import home
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def settle(deps: Deps, body: Body, sentence: str, *, always: bool = False) -> None:
    """Said in words only where the outbox cannot bring the pressed message up to date, or where it may look the same
    afterwards (`always`).
    """
    deps.wake()
    if respond.on_home(body):
        home.publish(deps, SlackUserId(respond.who(body)))
    if always or respond.in_window(body) or respond.on_home(body) or (body.get("container") or {}).get("is_ephemeral"):
        respond.tell(deps, body, sentence)
