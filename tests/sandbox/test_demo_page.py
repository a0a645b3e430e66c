"""The demo in a real browser: Alice and Bob side by side, by mouse and by keyboard, down to a working key."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.environment import Environment, set_up
from bot.sandbox.key_user import WORKED, Holder
from tests.browser import PATIENCE_MS

WIDE = {"width": 1200, "height": 760}


@pytest.fixture(scope="module")
def environment(browser: Browser) -> Iterator[Environment]:
    with set_up(os.environ, port=0, log_level="INFO") as running:
        yield running


@pytest.fixture
def faults() -> list[str]:
    return []


def window(browser: Browser, environment: Environment, person: str, faults: list[str]) -> Page:
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{environment.slack.url}/#{person}")
    page.locator(f".person[aria-pressed=true]:has-text('{person.capitalize()}')").wait_for()
    return page


def test_the_story_is_played_side_by_side(browser: Browser, environment: Environment, faults: list[str]) -> None:
    alice, bob = (window(browser, environment, each, faults) for each in ("alice", "bob"))

    alice.get_by_role("button", name="/key request").click()
    alice.keyboard.press("Enter")
    form = alice.locator("#modal[open]")
    form.get_by_label("What do you need?").select_option("reports-read")
    form.get_by_label("For how long?").select_option("8h")
    form.get_by_label("Why?").fill("The quarterly numbers")
    alice.keyboard.press("Control+Enter")
    expect(form).to_be_hidden()

    bob.locator(".place", has_text="ops").locator(".badge").wait_for()
    bob.locator(".place", has_text="ops").click()
    bob.get_by_role("button", name="Approve", exact=True).click()
    expect(bob.get_by_role("button", name="Approve", exact=True)).to_be_hidden()

    alice.get_by_role("button", name="Collect").click()
    with alice.context.expect_page() as opened:
        alice.get_by_role("link", name="Open one-time page").click()
    page = opened.value
    page.locator("#reveal").click()
    page.locator("#show").click()
    names = ("access-key-id", "secret-access-key")
    credential = {name.replace("-", "_"): page.locator(f"#{name}").inner_text() for name in names}
    holder = Holder(environment.aws, credential)
    assert holder.read() == WORKED
    holder.close()
    assert "#" not in page.url
    alice.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(alice.locator("#messages")).to_contain_text("Chrome on Linux")

    assert faults == []
    assert environment.slack.complaints == []
    for each in (alice, bob):
        each.context.close()


def test_commands_are_found_and_sent_by_keyboard(browser: Browser, environment: Environment, faults: list[str]) -> None:
    carol = window(browser, environment, "carol", faults)
    carol.locator("#line").press_sequentially("/key h")
    carol.keyboard.press("ArrowDown")
    expect(carol.locator("#suggestions [aria-selected=true]")).to_contain_text("/key help")
    carol.keyboard.press("Enter")
    expect(carol.locator("#line")).to_have_value("/key help")
    carol.keyboard.press("Escape")
    expect(carol.locator("#suggestions")).to_be_hidden()
    carol.keyboard.press("Enter")
    expect(carol.locator(".message.ephemeral").last).to_contain_text("Only visible to you")
    carol.keyboard.press("ArrowUp")
    expect(carol.locator("#line")).to_have_value("/key help")
    assert faults == []
    carol.context.close()


def test_a_window_closes_by_escape_and_gives_the_focus_back(
    browser: Browser, environment: Environment, faults: list[str]
) -> None:
    dave = window(browser, environment, "dave", faults)
    dave.locator("#line").fill("/key request")
    dave.keyboard.press("Enter")
    dave.locator("#modal[open]").wait_for()
    dave.keyboard.press("Escape")
    expect(dave.locator("#modal")).to_be_hidden()
    expect(dave.locator("#line")).to_be_focused()
    assert environment.slack.as_person("U04DAVE").modal() is None
    assert faults == []
    dave.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_in_a_narrow_window(browser: Browser, environment: Environment, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{environment.slack.url}/?as=bob")
    page.locator(".message, .empty").first.wait_for()
    for line in ("", "/key "):
        page.fill("#line", line)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("#send").is_visible()
    context.close()
