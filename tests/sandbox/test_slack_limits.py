"""Each of Slack's limits that we rely on is refused one over it, and accepted at it."""

from typing import Any

import pytest

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.strict import message_blocks, view_body
from tests.sandbox.slack_kit import Json, actions, button, modal, option, plain, section, text_input


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "value", **more}


def confirm(**more: Any) -> Json:
    return {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n"), **more}


def pressing(**more: Any) -> Json:
    return actions(button(**more))


def context(count: int) -> Json:
    return {"type": "context", "elements": [plain("x")] * count}


def ticks(count: int) -> Json:
    return actions({"type": "checkboxes", "action_id": "c", "options": [option(str(n)) for n in range(count)]})


def overflow(count: int) -> Json:
    return actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(count)]})


def buttons(count: int) -> Json:
    return actions(*[button(f"b{n}") for n in range(count)])


AT_AND_OVER = {
    "section text": (lambda n: section("x" * n), 3000),
    "section fields": (lambda n: {"type": "section", "fields": [plain("x")] * n}, 10),
    "field text": (lambda n: {"type": "section", "fields": [plain("x" * n)]}, 2000),
    "header": (lambda n: {"type": "header", "text": plain("x" * n)}, 150),
    "context elements": (context, 10),
    "actions elements": (buttons, 25),
    "button text": (lambda n: pressing(text=plain("x" * n)), 75),
    "button value": (lambda n: pressing(value="x" * n), 2000),
    "button url": (lambda n: pressing(url="https://" + "x" * (n - 8)), 3000),
    "accessibility label": (lambda n: pressing(accessibility_label="x" * n), 75),
    "action_id": (lambda n: pressing(action_id="x" * n), 255),
    "block_id": (lambda n: section(block_id="x" * n), 255),
    "options": (lambda n: actions(select(options=[option(str(i)) for i in range(n)])), 100),
    "option text": (lambda n: actions(select(options=[option(text="x" * n)])), 75),
    "option value": (lambda n: actions(select(options=[option("x" * n)])), 150),
    "placeholder": (lambda n: actions(select(options=[option()], placeholder=plain("x" * n))), 150),
    "overflow": (overflow, 5),
    "checkboxes": (ticks, 10),
    "confirm title": (lambda n: pressing(confirm=confirm(title=plain("x" * n))), 100),
    "confirm text": (lambda n: pressing(confirm=confirm(text=plain("x" * n))), 300),
    "confirm button": (lambda n: pressing(confirm=confirm(deny=plain("x" * n))), 30),
    "label": (lambda n: {**text_input(), "label": plain("x" * n)}, 2000),
    "hint": (lambda n: {**text_input(), "hint": plain("x" * n)}, 2000),
    "max_length": (lambda n: text_input(max_length=n), 3000),
    "initial_value": (lambda n: text_input(initial_value="x" * n), 3000),
}


@pytest.mark.parametrize("name", AT_AND_OVER)
def test_it_accepts_the_limit_and_refuses_one_more(name: str) -> None:
    make, limit = AT_AND_OVER[name]
    assert message_blocks([make(limit)])
    with pytest.raises(SlackError, match="invalid_blocks") as refused:
        message_blocks([make(limit + 1)])
    assert all("json-pointer:/blocks/0" in each for each in refused.value.messages)


WRONG_BLOCKS: dict[str, list[Any]] = {
    "unknown block": [{"type": "carousel"}],
    "no type": [{}],
    "not an object": ["hello"],
    "unknown property": [section(colour="red")],
    "section without text": [{"type": "section"}],
    "empty text": [section("")],
    "mrkdwn in a header": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "mrkdwn on a button": [pressing(text={"type": "mrkdwn", "text": "x"})],
    "mrkdwn in a select's option": [actions(select(options=[{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]))],
    "actions without elements": [actions()],
    "empty options": [actions(select(options=[]))],
    "no options": [actions(select())],
    "an initial option that is not offered": [actions(select(options=[option("a")], initial_option=option("b")))],
    "button style": [pressing(style="huge")],
    "text input among actions": [actions({"type": "plain_text_input", "action_id": "t"})],
    "button in an input": [{"type": "input", "label": plain("x"), "element": button()}],
    "same action_id twice": [actions(button("a"), button("a"))],
    "same block_id twice": [section(block_id="a"), section(block_id="a")],
    "confirm without deny": [pressing(confirm={"title": plain("t"), "text": plain("t"), "confirm": plain("y")})],
    "51 blocks": [section()] * 51,
    "min over max": [text_input(min_length=9, max_length=3)],
}


@pytest.mark.parametrize("name", WRONG_BLOCKS)
def test_it_refuses_wrong_blocks(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        message_blocks(WRONG_BLOCKS[name])


def test_the_same_action_id_is_fine_in_two_blocks() -> None:
    assert message_blocks([actions(button("a")), actions(button("a"))])


WRONG_VIEWS: dict[str, Any] = {
    "no view": None,
    "not JSON": "{",
    "no title": {"type": "modal", "blocks": []},
    "title": modal(title=plain("x" * 25)),
    "submit": modal(submit=plain("x" * 25)),
    "close": modal(close=plain("x" * 25)),
    "private_metadata": modal(private_metadata="x" * 3001),
    "callback_id": modal(callback_id="x" * 256),
    "external_id": modal(external_id="x" * 256),
    "101 blocks": modal(*[section()] * 101),
    "input without submit": {"type": "modal", "title": plain("x"), "blocks": [text_input()]},
    "same block_id twice": modal(text_input("a"), text_input("a")),
    "two focused elements": modal(text_input("a", focus_on_load=True), text_input("b", focus_on_load=True)),
    "a title on a home": {"type": "home", "title": plain("x"), "blocks": []},
    "unknown kind": {"type": "popup", "blocks": []},
}


@pytest.mark.parametrize("name", WRONG_VIEWS)
def test_it_refuses_wrong_views(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        view_body(WRONG_VIEWS[name])


def test_it_accepts_a_full_window() -> None:
    full = modal(
        *[section()] * 99, text_input(), title=plain("x" * 24), private_metadata="x" * 3000, notify_on_close=True
    )
    assert view_body(full, kind="modal") == full


def test_it_refuses_a_window_of_more_than_250_kb() -> None:
    with pytest.raises(SlackError, match="view_too_large"):
        view_body(modal(*[section("x" * 3000)] * 90))


def picker(kind: str, **initial: Any) -> Json:
    return actions({"type": kind, "action_id": "p", **initial})


WRITTEN = {
    "datepicker": ("initial_date", ["2026-11-24"], ["24.11.2026", "2026-13-01", ""]),
    "timepicker": ("initial_time", ["14:05"], ["2 pm", "24:00"]),
    "button": ("url", ["https://example.com/"], ["javascript:alert(1)", "example.com"]),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_slack_parses_must_be_well_written(kind: str) -> None:
    name, right, wrong = WRITTEN[kind]
    more = {"text": plain("x")} if kind == "button" else {}
    for each in right:
        assert message_blocks([picker(kind, **{name: each}, **more)])
    for each in wrong:
        with pytest.raises(SlackError, match="invalid_blocks"):
            message_blocks([picker(kind, **{name: each}, **more)])
