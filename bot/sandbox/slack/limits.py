"""Slack's limits as one table: https://docs.slack.dev/reference/block-kit and .../reference/views."""

from collections.abc import Iterable

from bot.sandbox.slack.rules import Anything, Flag, Items, Rule, Shape, Str, Text, Typed, Whole, Written

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
POST_TEXT = 40_000  # chat.postMessage; a longer text is truncated or refused
UPDATE_TEXT = 4_000  # chat.update has a lower limit
VIEW_BYTES = 250_000

ACTION_ID, BLOCK_ID = Str(255), Str(255)
DATE = Written(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date like 2026-11-24")
TIME = Written(r"([01]\d|2[0-3]):[0-5]\d", "a time like 14:05")
URL = Written(r"https?://[^\s<>]{1,2992}", "a URL of at most 3000 characters")

CONFIRM = Shape(
    {
        "title": Text(100, plain_only=True),
        "text": Text(300),
        "confirm": Text(30, plain_only=True),
        "deny": Text(30, plain_only=True),
    },
    {"style": Str(one_of=("primary", "danger"))},
)


def _option(*, plain_only: bool, **more: Rule) -> Shape:
    return Shape({"text": Text(75, plain_only), "value": Str(150)}, {"description": Text(75, plain_only), **more})


OPTION, MRKDWN_OPTION, LINK_OPTION = (
    _option(plain_only=True),
    _option(plain_only=False),
    _option(plain_only=True, url=URL),
)
OPTIONS = Items(OPTION, 100)
GROUP = Shape({"label": Text(75, plain_only=True), "options": OPTIONS})
PLACEHOLDER = Text(150, plain_only=True)
FILTER = Shape(
    optional={"include": Items(Str(), 4), "exclude_bot_users": Flag(), "exclude_external_shared_channels": Flag()}
)


def _element(
    required: dict[str, Rule] | None = None,
    any_of: tuple[str, ...] = (),
    more: dict[str, Rule] | None = None,
    **optional: Rule,
) -> Shape:
    shared: dict[str, Rule] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": Flag()}
    return Shape(required or {}, shared | optional | (more or {}), any_of)


def _typed_input(**optional: Rule) -> Shape:
    dispatch = Shape(
        optional={"trigger_actions_on": Items(Str(one_of=("on_enter_pressed", "on_character_entered")), 2)}
    )
    typed: dict[str, Rule] = {
        "initial_value": Str(3000, 0),
        "placeholder": PLACEHOLDER,
        "dispatch_action_config": dispatch,
    }
    return _element(more=typed | optional)


IMAGE = Shape({"alt_text": Str(2000)}, {"image_url": URL, "slack_file": Anything()}, any_of=("image_url", "slack_file"))
SOME = ("options", "option_groups")
CHOICES: dict[str, Rule] = {"options": OPTIONS, "option_groups": Items(GROUP, 100)}

ELEMENTS: dict[str, Rule] = {
    "button": Shape(
        {"text": Text(75, plain_only=True)},
        {
            "action_id": ACTION_ID,
            "url": URL,
            "value": Str(2000),
            "style": Str(one_of=("primary", "danger")),
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
        },
    ),
    "static_select": _element(any_of=SOME, placeholder=PLACEHOLDER, initial_option=OPTION, more=CHOICES),
    "multi_static_select": _element(
        any_of=SOME, placeholder=PLACEHOLDER, initial_options=OPTIONS, max_selected_items=Whole(1, 100), more=CHOICES
    ),
    "external_select": _element(placeholder=PLACEHOLDER, initial_option=OPTION, min_query_length=Whole(0, 100)),
    "users_select": _element(placeholder=PLACEHOLDER, initial_user=Str()),
    "multi_users_select": _element(
        placeholder=PLACEHOLDER, initial_users=Items(Str(), 100), max_selected_items=Whole(1, 100)
    ),
    "conversations_select": _element(
        placeholder=PLACEHOLDER,
        initial_conversation=Str(),
        default_to_current_conversation=Flag(),
        response_url_enabled=Flag(),
        filter=FILTER,
    ),
    "channels_select": _element(placeholder=PLACEHOLDER, initial_channel=Str(), response_url_enabled=Flag()),
    "overflow": Shape({"options": Items(LINK_OPTION, 5)}, {"action_id": ACTION_ID, "confirm": CONFIRM}),
    "checkboxes": _element({"options": Items(MRKDWN_OPTION, 10)}, initial_options=Items(MRKDWN_OPTION, 10)),
    "radio_buttons": _element({"options": Items(MRKDWN_OPTION, 10)}, initial_option=MRKDWN_OPTION),
    "datepicker": _element(placeholder=PLACEHOLDER, initial_date=DATE),
    "timepicker": _element(placeholder=PLACEHOLDER, initial_time=TIME, timezone=Str()),
    "datetimepicker": _element(initial_date_time=Whole(1_000_000_000, 9_999_999_999)),
    "plain_text_input": _typed_input(multiline=Flag(), min_length=Whole(0, 3000), max_length=Whole(1, 3000)),
    "email_text_input": _typed_input(),
    "url_text_input": _typed_input(),
    "number_input": _typed_input(is_decimal_allowed=Flag(), min_value=Str(), max_value=Str()),
    "image": IMAGE,
    "plain_text": Text(3000),
    "mrkdwn": Text(3000),
}


def _elements(names: Iterable[str]) -> Typed:
    return Typed({name: ELEMENTS[name] for name in names})


SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
MULTI = {"multi_static_select", "multi_users_select"}
PICKERS = {"datepicker", "timepicker", "checkboxes", "radio_buttons"}
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
IN_ACTIONS = _elements(SELECTS | PICKERS | {"button", "overflow", "datetimepicker"})
IN_SECTION = _elements(SELECTS | MULTI | PICKERS | {"button", "overflow", "image"})
IN_INPUT = _elements(SELECTS | MULTI | PICKERS | TYPED | {"datetimepicker"})
IN_CONTEXT = _elements(("image", "plain_text", "mrkdwn"))


def _block(required: dict[str, Rule], any_of: tuple[str, ...] = (), **optional: Rule) -> Shape:
    return Shape(required, {"block_id": BLOCK_ID, **optional}, any_of)


BLOCKS: dict[str, Rule] = {
    "section": _block(
        {}, ("text", "fields"), text=Text(3000), fields=Items(Text(2000), 10), accessory=IN_SECTION, expand=Flag()
    ),
    "header": _block({"text": Text(150, plain_only=True)}),
    "divider": _block({}),
    "context": _block({"elements": Items(IN_CONTEXT, 10)}),
    "actions": _block({"elements": Items(IN_ACTIONS, 25)}),
    "input": _block(
        {"label": Text(2000, plain_only=True), "element": IN_INPUT},
        hint=Text(2000, plain_only=True),
        optional=Flag(),
        dispatch_action=Flag(),
    ),
    "image": Shape(
        {"alt_text": Str(2000)},
        {"block_id": BLOCK_ID, "image_url": URL, "slack_file": Anything(), "title": Text(2000, plain_only=True)},
        any_of=("image_url", "slack_file"),
    ),
    "rich_text": _block({"elements": Anything()}),
}

VIEW_FIELDS: dict[str, Rule] = {
    "callback_id": Str(255, 0),
    "external_id": Str(255, 0),
    "private_metadata": Str(3000, 0),
}
VIEW_ITEMS = Items(Typed(BLOCKS), VIEW_BLOCKS, 0)
MODAL = Shape(
    {"title": Text(24, plain_only=True), "blocks": VIEW_ITEMS},
    VIEW_FIELDS
    | {
        "submit": Text(24, plain_only=True),
        "close": Text(24, plain_only=True),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
)
HOME = Shape({"blocks": VIEW_ITEMS}, VIEW_FIELDS)
VIEWS: dict[str, Rule] = {"modal": MODAL, "home": HOME}
MESSAGE = Items(Typed(BLOCKS), MESSAGE_BLOCKS, 0)
