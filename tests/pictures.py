"""The README's pictures, taken from the running demo: `python -m tests.pictures`."""

import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bot.sandbox.environment import Environment, set_up
from bot.sandbox.slack import Actor, Message
from tests.web.conftest import ARGS, CHROMIUM

PICTURES = Path(__file__).parent.parent / ".readme"
WIDE = {"width": 1180, "height": 760}
TALL = {"width": 1180, "height": 960}
SHARP = 1.5  # pixels for each CSS pixel


def asked(environment: Environment) -> Message:
    """Alice has made a request, and bob's channel shows it."""
    alice = environment.slack.as_person("U01ALICE")
    alice.command("/key request")
    environment.slack.wait_for(alice.modal)
    view = alice.modal()
    assert view is not None
    why = "Figures for the quarterly report, 2026 Q3"
    alice.submit(view, {"entitlement": "reports-read", "duration": "7d", "justification": why})
    bob = environment.slack.as_person("U02BOB")
    environment.slack.wait_for(lambda: bob.channel("C01OPS"))
    return bob.channel("C01OPS")[-1]


def link(environment: Environment, alice: Actor) -> str:
    """Approved and collected; the link is in alice's modal."""

    def collectable() -> list[Message]:
        return [each for each in alice.dms() if "grant:collect" in str(each.blocks)]

    environment.slack.wait_for(collectable)
    alice.press(collectable()[-1], "grant:collect")
    environment.slack.wait_for(lambda: (view := alice.modal()) and "/c/" in view.words)
    view = alice.modal()
    assert view is not None
    return view.words.split("<", 1)[1].split("|", 1)[0]


def shoot(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.wait_for_timeout(600)  # fonts and the last repaint
    page.screenshot(path=PICTURES / f"{name}.png")


def main() -> None:
    with set_up(os.environ, port=0, log_level="WARNING") as environment, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport=WIDE, device_scale_factor=SHARP, locale="en-GB")
        message = asked(environment)
        page.goto(f"{environment.slack.url}/#bob")
        page.locator(".place", has_text="ops").click()
        shoot(page, "sandbox")
        environment.slack.as_person("U02BOB").press(message, "request:approve")
        page.goto(link(environment, environment.slack.as_person("U01ALICE")))
        page.set_viewport_size(TALL)
        page.click("#reveal")
        page.locator("#opened").wait_for()
        shoot(page, "page")
        browser.close()


if __name__ == "__main__":
    main()
