"""Block Kit, as small functions: each returns one block or element within Slack's documented limits."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.requests.request import JUSTIFICATION_MOST
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import labels
from bot.slack.text.formatting import cut, more
from bot.slack.text.labels import Dialog

Json = dict[str, Any]

SECTION_MOST = 3000
FIELD_MOST = 2000
CONTEXT_MOST = 10  # elements
TITLE_MOST = 24
OPTION_MOST = 75
OPTIONS_MOST = 100  # of a select, or of one of its groups


def plain(text: str, most: int = OPTION_MOST) -> Json:
    return {"type": "plain_text", "text": text if len(text) <= most else f"{text[: most - 1]}…"}


def section(text: str, accessory: Json | None = None) -> Json:
    block: Json = {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION_MOST)}}
    return block | ({"accessory": accessory} if accessory else {})


def fields(texts: Sequence[str]) -> Json:
    """Pairs side by side. Slack takes at most 10."""
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": cut(each, FIELD_MOST)} for each in texts[:10]]}


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, 150)}


def context(*texts: str) -> Json:
    """Of more than Slack takes, the first ones and how many more there are."""
    if len(texts) > CONTEXT_MOST:
        shown = CONTEXT_MOST - 1
        texts = (*texts[:shown], more(len(texts) - shown))
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(each, SECTION_MOST)} for each in texts]}


def divider() -> Json:
    return {"type": "divider"}


def actions(*buttons: Json | None) -> Json:
    return {"type": "actions", "elements": [each for each in buttons if each]}


def button(label: str, action: Action, value: str, *, style: str = "", confirm: Json | None = None) -> Json:
    """`value` is the row's opaque id and nothing else."""
    made: Json = {"type": "button", "text": plain(label), "action_id": action.value, "value": value}
    if style:
        made["style"] = style
    return made | ({"confirm": confirm} if confirm else {})


def overflow(*options: Json, confirm: Json | None = None) -> Json:
    """A menu of what is rarely needed. `confirm` is asked whatever is chosen: Slack has one for the whole menu."""
    made: Json = {"type": "overflow", "action_id": Action.MORE.value, "options": list(options)}
    return made | ({"confirm": confirm} if confirm else {})


def menu_option(label: str, action: Action, value: str) -> Json:
    """An option that does what the button with this action id and value does; see bot/slack/overflow.py."""
    return option(label, f"{action.value} {value}")


def confirm(asked: Dialog) -> Json:
    return {
        "title": plain(asked.title, 100),
        "text": {"type": "mrkdwn", "text": cut(asked.text, 300)},
        "confirm": plain(asked.yes, 30),
        "deny": plain(asked.no, 30),
        "style": "danger",
    }


def option(label: str, value: str, description: str = "") -> Json:
    made: Json = {"text": plain(label), "value": value}
    return made | ({"description": plain(description)} if description else {})


def select(
    block: Block,
    label: str,
    options: Sequence[Json],
    *,
    hint: str = "",
    placeholder: str = "",
    chosen: str | None = None,
    notifies: bool = False,
) -> Json:
    """An input with one choice. More than 100 options go into groups of 100, which is Slack's limit."""
    element: Json = {"type": "static_select", "action_id": Action.VALUE.value, **_offer(options)}
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    if found := next((each for each in options if each["value"] == chosen), None):
        element["initial_option"] = found
    return _input(block, label, element, hint) | ({"dispatch_action": True} if notifies else {})


def search(block: Block, label: str, *, hint: str = "", placeholder: str = "", chosen: Json | None = None) -> Json:
    """An input with one choice among more options than a select takes: the app is asked for them while one types."""
    element: Json = {"type": "external_select", "action_id": Action.VALUE.value, "min_query_length": 0}
    element |= {"placeholder": plain(placeholder, 150)} if placeholder else {}
    element |= {"initial_option": chosen} if chosen else {}
    return _input(block, label, element, hint) | {"dispatch_action": True}


def _offer(options: Sequence[Json]) -> Json:
    if len(options) <= OPTIONS_MOST:
        return {"options": list(options)}
    pages = [list(options[at : at + OPTIONS_MOST]) for at in range(0, len(options), OPTIONS_MOST)]
    return {"option_groups": [{"label": plain(f"{page[0]['text']['text']} …"), "options": page} for page in pages]}


def options_of(block: Json) -> list[Json]:
    """Every option of a select, grouped or not."""
    element = block["element"]
    groups = element.get("option_groups") or [element]
    return [option for each in groups for option in each["options"]]


def area(block: Block, label: str, *, hint: str = "", initial: str = "", optional: bool = False) -> Json:
    """An input of several lines; `initial` is what it holds at first."""
    element: Json = {
        "type": "plain_text_input",
        "action_id": Action.VALUE.value,
        "multiline": True,
        "max_length": JUSTIFICATION_MOST,
    }
    return _input(block, label, element | _initially(initial[:JUSTIFICATION_MOST]), hint, optional=optional)


def line(block: Block, label: str, most: int, *, hint: str = "", initial: str = "", optional: bool = False) -> Json:
    """An input of one line of at most `most` characters."""
    element: Json = {"type": "plain_text_input", "action_id": Action.VALUE.value, "max_length": most}
    return _input(block, label, element | _initially(initial[:most]), hint, optional=optional)


def _initially(text: str) -> Json:
    return {"initial_value": text} if text else {}


def tick(block: Block, label: str, box: Json, *, ticked: bool = False) -> Json:
    """One box, which may stay empty."""
    element: Json = {"type": "checkboxes", "action_id": Action.VALUE.value, "options": [box]}
    return _input(block, label, element | ({"initial_options": [box]} if ticked else {}), "", optional=True)


def date(block: Block, label: str, initial: str, *, hint: str = "") -> Json:
    return _input(block, label, {"type": "datepicker", "action_id": Action.VALUE.value, "initial_date": initial}, hint)


def person_select(
    block: Block, label: str, *, hint: str = "", optional: bool = False, chosen: str = "", notifies: bool = False
) -> Json:
    """An input that takes one person of the workspace."""
    element: Json = {"type": "users_select", "action_id": Action.VALUE.value}
    made = _input(block, label, element | ({"initial_user": chosen} if chosen else {}), hint, optional=optional)
    return made | ({"dispatch_action": True} if notifies else {})


def _input(block: Block, label: str, element: Json, hint: str, *, optional: bool = False) -> Json:
    made: Json = {"type": "input", "block_id": block.value, "label": plain(label, 2000), "element": element}
    return made | ({"hint": plain(hint, 2000)} if hint else {}) | ({"optional": True} if optional else {})


def modal(
    title: str,
    blocks: Iterable[Json],
    *,
    callback: Callback | None = None,
    submit: str = "",
    close: str = labels.CLOSE,
    about: str = "",
) -> Json:
    """`about` is the row that a submission is for; it travels in private_metadata."""
    view: Json = {"type": "modal", "title": plain(title, TITLE_MOST), "blocks": list(blocks), "close": plain(close, 24)}
    if callback:
        view["callback_id"] = callback.value
    if submit:
        view["submit"] = plain(submit, 24)
    return view | ({"private_metadata": about} if about else {})


def home(blocks: Iterable[Json]) -> Json:
    """A Home tab."""
    return {"type": "home", "blocks": list(blocks)}


def notice(title: str, sentence: str) -> Json:
    """A window that only says something."""
    return modal(title, [section(sentence)])
