"""What was filled into a window: the text of each of its fields, by block id."""

from bot.slack.answer import Body
from bot.slack.ids import Action, Block


def read(view: Body) -> dict[Block, str]:
    """Fields that are not ours, and those left empty, are left out."""
    found: dict[Block, str] = {}
    values = (view.get("state") or {}).get("values") or {}
    for block in Block:
        entry = (values.get(block.value) or {}).get(Action.VALUE.value) or {}
        chosen = (entry.get("selected_option") or {}).get("value")
        value = chosen or entry.get("value") or entry.get("selected_date")
        if isinstance(value, str):
            found[block] = value
    return found
