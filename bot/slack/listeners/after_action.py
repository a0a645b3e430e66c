"""After an act: the worker looks at once, the Home tab is drawn anew, and the presser hears of it where needed."""

from bot.domain.ids import SlackUserId
from bot.slack import answer, home
from bot.slack.answer import Body
from bot.slack.deps import Deps


def settle(deps: Deps, body: Body, sentence: str, *, always: bool = False) -> None:
    """Said in words only where the outbox cannot bring the pressed message up to date, or where it may look the same
    afterwards (`always`).
    """
    deps.wake()
    if answer.on_home(body):
        home.publish(deps, SlackUserId(answer.who(body)))
    if always or answer.in_window(body) or answer.on_home(body) or (body.get("container") or {}).get("is_ephemeral"):
        answer.tell(deps, body, sentence)
