"""Overflow menus: a chosen option counts as a press on the button that it stands for."""

from collections.abc import Callable
from typing import Any

from bot.slack.ids import Action


def choose(body: dict[str, Any], next: Callable[[], Any]) -> Any:  # noqa: A002 - Bolt's name
    """Runs before the listeners are asked, so they see the button's action id and the row's id, and check the same.

    An option that names no action is left as it is, and gets the answer of a removed button.
    """
    for pressed in body.get("actions") or ():
        if pressed.get("action_id") == Action.MORE.value:
            action, _, value = str((pressed.get("selected_option") or {}).get("value", "")).partition(" ")
            if action in set(Action) - {Action.MORE}:
                pressed |= {"type": "button", "action_id": action, "value": value}
    return next()
