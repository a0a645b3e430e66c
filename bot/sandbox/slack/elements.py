"""What a person can fill in: the name and initial value of each element, and how it is sent to the app."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.errors import Unplayable
from bot.sandbox.slack.people import Json

Values = dict[str, dict[str, Json]]

# Element type -> the field of state.values that holds its value.
VALUE_FIELD = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
LISTS = {"selected_options", "selected_users"}
STATELESS = {"overflow"}


def elements(block: Json) -> Iterator[Json]:
    """Every element of a block that carries an action_id."""
    found = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
    for element in found:
        if isinstance(element, dict) and "action_id" in element:
            yield element


def find_element(
    blocks: list[Json], action_id: str, *, block_id: str = "", value: str | None = None
) -> tuple[Json, Json]:
    """The block and element with this action id; if there are several, the one whose value fits."""
    found = [
        (block, element)
        for block in blocks
        for element in elements(block)
        if element["action_id"] == action_id and block_id in ("", block["block_id"])
    ]
    if not found:
        there = sorted({element["action_id"] for block in blocks for element in elements(block)})
        raise Unplayable(f"there is no action_id {action_id!r} here; there is {there}")
    fitting = [pair for pair in found if pair[1].get("value") == value]
    return (fitting or found)[0]


def starting_values(blocks: list[Json]) -> Values:
    """state.values before the person typed anything."""
    values: Values = {}
    for block in blocks:
        for element in elements(block):
            field = VALUE_FIELD.get(element["type"])
            if field and element["type"] not in STATELESS:
                initial = element.get("initial_" + field.removeprefix("selected_"))
                shown = initial if initial is not None else ([] if field in LISTS else None)
                values.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], field: shown}
    return values


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def _option(element: Json, value: str) -> Json:
    for option in options_of(element):
        if option.get("value") == value:
            return dict(option)
    raise Unplayable(f"{value!r} isn't offered; the options are {[o.get('value') for o in options_of(element)]}")


def filled(element: Json, given: Any) -> Json:
    """The entry of state.values after the person chose or typed `given` (None: emptied it)."""
    field = VALUE_FIELD[element["type"]]
    value = given
    if field == "selected_option" and isinstance(given, str):
        value = _option(element, given)
    elif field == "selected_options":
        value = [_option(element, each) for each in given or []]
    return {"type": element["type"], field: value}


def is_empty(entry: Json) -> bool:
    return entry[VALUE_FIELD[entry["type"]]] in (None, "", [])


def words(value: Any) -> str:
    """All text that a person reads in these blocks, one per line."""
    return "\n".join(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in ("text", "alt_text") and isinstance(each, str):
                yield each
            elif key != "confirm":
                yield from _texts(each)
