"""Refuses what Slack refuses: the table of limits, and the rules that cover a whole message or modal."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.elements import elements, options_of
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import MESSAGE, VIEW_BYTES, VIEWS
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.rules import Fault, Typed


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _across(blocks: list[Json], at: str) -> Iterator[Fault]:
    """Ids must be unique; initial options must be offered; at most one element has focus_on_load."""
    for name in _twice([block["block_id"] for block in blocks if block.get("block_id")]):
        yield at, f"block_id already exists: {name}"
    for number, block in enumerate(blocks):
        for name in _twice([element["action_id"] for element in elements(block)]):
            yield f"{at}/{number}", f"`action_id` {name} already exists for `block_id` {block.get('block_id', '')}"
        for element in elements(block):
            yield from _unoffered(element, f"{at}/{number}")
    if sum(bool(element.get("focus_on_load")) for block in blocks for element in elements(block)) > 1:
        yield at, "only one element may have focus_on_load"


def _unoffered(element: Json, at: str) -> Iterator[Fault]:
    initial = element.get("initial_options") or [element[k] for k in ("initial_option",) if element.get(k)]
    offered = [option.get("value") for option in options_of(element)]
    if offered and any(option.get("value") not in offered for option in initial):
        yield at, "initial option must exactly match one of the options"
    if element.get("options") and element.get("option_groups"):
        yield at, "only one of options and option_groups may be given"
    if element["type"] == "plain_text_input" and element.get("min_length", 0) > element.get("max_length", 3000):
        yield at, "min_length must not be greater than max_length"


def _refuse(code: str, faults: list[Fault]) -> None:
    if faults:
        raise SlackError(code, [f"{wrong} [json-pointer:{at}]" for at, wrong in faults])


def _parsed(value: Any, code: str) -> Any:
    """Slack accepts blocks and views as JSON text too."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(code, ["must be valid JSON"]) from None


def message_blocks(given: Any) -> list[Json]:
    """The blocks of a message. Raises SlackError invalid_blocks."""
    blocks = _parsed(given, "invalid_blocks_format")
    if blocks in (None, ""):
        return []
    _refuse("invalid_blocks", list(MESSAGE.check(blocks, "/blocks")))
    _refuse("invalid_blocks", list(_across(blocks, "/blocks")))
    return list(blocks)


def view_body(given: Any, *, kind: str = "") -> Json:
    """A view as the app sent it. Raises SlackError invalid_arguments."""
    view = _parsed(given, "invalid_arguments")
    if view in (None, "", {}):
        raise SlackError("invalid_arguments", ["missing required field: view [json-pointer:/view]"])
    if isinstance(view, dict) and kind and view.get("type") != kind:
        raise SlackError("invalid_arguments", [f"view must be of type {kind} [json-pointer:/view/type]"])
    _refuse("invalid_arguments", list(Typed(VIEWS).check(view, "/view")))
    _refuse("invalid_arguments", list(_across(view["blocks"], "/view/blocks")))
    asks = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and asks and not view.get("submit"):
        raise SlackError(
            "invalid_arguments", ["must define `submit` to use an `input` block in modals [json-pointer:/view]"]
        )
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    return dict(view)
