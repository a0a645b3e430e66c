"""Overflow menus: a chosen option counts as a press on the button that it stands for."""

from typing import Any

from slack_bolt import BoltRequest

from bot.slack.ids import Action
from bot.slack.middleware import Before, Next


def _choose(request: BoltRequest, go_on: Next) -> Any:
    """Runs before the listeners are asked, so they see the button's action id and the row's id, and check the same.

    An option that names no action is left as it is, and gets the answer of a removed button.
    """
    for pressed in request.body.get("actions") or ():
        if pressed.get("action_id") == Action.MORE.value:
            action, _, value = str((pressed.get("selected_option") or {}).get("value", "")).partition(" ")
            if action in set(Action) - {Action.MORE}:
                pressed |= {"type": "button", "action_id": action, "value": value}
    return go_on()


choose = Before(_choose)
