"""Shared by the tests of the Home tab: open it, read its buttons, and let the worker publish what has changed."""

from bot.flows.home import changes
from bot.sandbox.slack import View
from tests.slack.kit import House
from tests.slack.press import Hand


def opened(actor: Hand) -> View:
    found = actor.open_home()
    assert isinstance(found, View)
    return found


def values(view: View, action: str) -> list[str]:
    """The value of each button with this action id, from the top."""
    elements = (
        each for block in view.blocks for each in [*block.get("elements", []), block.get("accessory") or {}]
    )  # fmt: skip
    return [each["value"] for each in elements if each.get("action_id") == action]


def published(h: House, person: str) -> int:
    """How often this person's Home was published so far."""
    return sum(each.get("user_id") == person for each in h.slack.calls("views.publish"))


def later(h: House, seconds: float = 10) -> None:
    """The worker's next look at what has changed."""
    h.advance(seconds=seconds)
    changes.publish_changed(h.context)
    h.send()
