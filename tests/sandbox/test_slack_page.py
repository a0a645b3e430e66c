"""The browser page: guarded, self-contained, and playable in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import bot.sandbox.slack
from bot.sandbox.slack import StandIn
from tests.sandbox.slack_kit import (
    Api,
    ScriptedApp,
    actions,
    answering,
    api,
    app,
    button,
    clock,
    modal,
    option,
    plain,
    section,
    slack,
    text_input,
)

__all__ = ["api", "app", "clock", "slack"]

STATIC = Path(bot.sandbox.slack.__file__).parent / "static"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    yield made
    made.close()


def test_a_foreign_page_cannot_drive_it(slack: StandIn, api: Api) -> None:
    post = f"{slack.url}/page/say"
    body = b'{"user": "U01ALICE", "text": "x"}'
    assert api.pool.request("POST", post, body=body, headers={"Content-Type": "text/plain"}).status == 415
    rebound = {"Host": f"evil.example:{slack.url.rpartition(':')[2]}", "Content-Type": "application/json"}
    assert api.pool.request("POST", post, body=body, headers=rebound).status == 403
    assert not slack.as_person("U01ALICE").dms()


def test_it_carries_no_third_party_bytes_and_writes_no_markup(slack: StandIn, api: Api) -> None:
    for file in STATIC.iterdir():
        source = file.read_text()
        urls = [url for url in re.findall(r"https?://[^\s\"'`)]+", source) if "www.w3.org" not in url]
        assert not urls, file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source), file.name
    policy = api.pool.request("GET", slack.url + "/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_person_sees_only_their_own(slack: StandIn, api: Api) -> None:
    api("chat.postMessage", channel="U01ALICE", text="for alice")
    api("chat.postEphemeral", channel="C01OPS", user="U01ALICE", text="psst")
    seen = {
        user: api.pool.request("GET", f"{slack.url}/page/state?user={user}").data.decode()
        for user in ("U01ALICE", "U02BOB")
    }
    assert "for alice" in seen["U01ALICE"]
    assert "psst" in seen["U01ALICE"]
    assert "for alice" not in seen["U02BOB"]
    assert "psst" not in seen["U02BOB"]


def test_an_address_names_a_person_by_name_or_id(slack: StandIn, api: Api) -> None:
    shown = {given: api.pool.request("GET", f"{slack.url}/page/state?user={given}").json()["me"] for given in WHO}
    assert shown == WHO


WHO = {"bob": "U02BOB", "U02BOB": "U02BOB", "": "U01ALICE", "latchkey": "U01ALICE", "nobody": "U01ALICE"}


def test_a_press_on_a_button_that_has_just_gone_says_so(slack: StandIn, api: Api) -> None:
    ts = api("chat.postMessage", channel="U01ALICE", text="x", blocks=[section("Done")])["ts"]
    channel = slack.as_person("U01ALICE").dms()[0].channel
    press = {"user": "U01ALICE", "channel": channel, "ts": ts, "action_id": "go", "block_id": "b", "value": "1"}
    answer = api.pool.request("POST", f"{slack.url}/page/press", json=press).json()
    assert (answer["ok"], answer["sentence"]) == (False, "This has just changed, and the button is gone.")


def test_it_is_played_in_a_browser(slack: StandIn, app: ScriptedApp, api: Api, page: Page) -> None:
    confirm = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": "It is dangerous."},
        "confirm": {"type": "plain_text", "text": "Yes"},
        "deny": {"type": "plain_text", "text": "No"},
    }
    hostile = "<img src=x onerror=alert(1)> &lt;b&gt; *bold*"
    api("chat.postMessage", channel="U01ALICE", text="x", blocks=[section(hostile), actions(button(confirm=confirm))])
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{slack.url}/#U01ALICE")
    page.locator(".message strong", has_text="bold").wait_for()
    assert page.locator(".message .text img").count() == 0
    page.get_by_role("button", name="Press").click()
    page.get_by_role("button", name="No", exact=True).click()
    assert not app.got
    page.get_by_role("button", name="Press").click()
    page.get_by_role("button", name="Yes").click()
    assert slack.wait_for(lambda: any(each.kind == "interactive" for each in slack.deliveries))
    page.fill("#line", "/key request")
    page.keyboard.press("Enter")
    assert slack.wait_for(lambda: slack.deliveries[-1].kind == "slash_commands" and slack.deliveries[-1].acks)
    assert api("views.open", trigger_id=app.last["trigger_id"], view=modal(text_input()))["ok"]
    page.locator("#modal button[type=submit]").click()
    page.get_by_text("Please complete this required field.").wait_for()
    page.get_by_label("Why?").fill("because")
    page.locator("#modal button[type=submit]").click()
    page.locator("#modal").wait_for(state="hidden")
    assert app.last["view"]["state"]["values"]["justification"]["value"]["value"] == "because"
    page.get_by_role("button", name="Bob").click()
    page.get_by_text("beginning of your messages").wait_for()
    assert page.url.endswith("#bob")
    page.get_by_role("button", name="general").click()
    page.fill("#line", "AKIA, oh no")
    page.keyboard.press("Enter")
    page.locator(".message", has_text="oh no").hover()
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="This contains a key").click()
    page.wait_for_function("!document.querySelector('details[open]')")
    assert slack.wait_for(lambda: slack.deliveries[-1].payload.get("type") == "message_action")
    assert problems == []


def test_typing_goes_on_while_the_app_updates_the_window(
    slack: StandIn, app: ScriptedApp, api: Api, page: Page
) -> None:
    alice = slack.as_person("U01ALICE")
    alice.command("/key")
    opened = api("views.open", trigger_id=app.last["trigger_id"], view=modal(text_input(multiline=True)))
    page.goto(f"{slack.url}/#alice")
    page.get_by_label("Why?").fill("because")
    page.keyboard.press("Home")
    api("views.update", view_id=opened["view"]["id"], view=modal(section("A hint"), text_input(multiline=True)))
    page.get_by_text("A hint").wait_for()
    page.keyboard.type("just ")
    page.keyboard.press("Control+Enter")
    page.locator("#modal").wait_for(state="hidden")
    assert app.last["view"]["state"]["values"]["justification"]["value"]["value"] == "just because"


def test_escape_in_a_date_field_closes_the_window_once(slack: StandIn, app: ScriptedApp, api: Api, page: Page) -> None:
    slack.as_person("U01ALICE").command("/key")
    day = {
        "type": "input",
        "block_id": "day",
        "label": plain("Until?"),
        "element": {"type": "datepicker", "action_id": "d"},
    }
    api("views.open", trigger_id=app.last["trigger_id"], view=modal(day))
    closed: list[str] = []
    page.on("request", lambda asked: closed.append(asked.url) if asked.url.endswith("/page/close") else None)
    page.goto(f"{slack.url}/#alice")
    page.get_by_label("Until?").focus()
    page.keyboard.press("Escape")
    page.locator("#modal").wait_for(state="hidden")
    page.keyboard.press("Escape")
    assert page.locator(".toast").count() == 0
    assert len(closed) == 1


def test_a_search_asks_the_app_and_its_answer_can_be_chosen(
    slack: StandIn, app: ScriptedApp, api: Api, page: Page
) -> None:
    slack.as_person("U01ALICE").command("/key")
    element = {"type": "external_select", "action_id": "value", "min_query_length": 0}
    what = {"type": "input", "block_id": "what", "label": plain("What?"), "element": element}
    api("views.open", trigger_id=app.last["trigger_id"], view=modal(what))
    app.answer = answering({"options": []})
    page.goto(f"{slack.url}/#alice")
    page.get_by_label("What?").fill("zz")
    page.get_by_text("No results").wait_for()
    app.answer = answering({"option_groups": [{"label": plain("main"), "options": [option()]}]})
    page.get_by_label("What?").fill("ab")
    page.get_by_label("Matches").select_option("a")
    assert page.get_by_text("No results").is_hidden()
    page.keyboard.press("Control+Enter")
    page.locator("#modal").wait_for(state="hidden")
    assert app.last["view"]["state"]["values"]["what"]["value"]["selected_option"] == option()
