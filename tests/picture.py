"""The README's picture, taken from the running demo: `python -m tests.picture`."""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

from bot.sandbox.environment import Environment, set_up
from tests.web.conftest import ARGS, CHROMIUM

PICTURE = Path(__file__).parent.parent / ".readme" / "sandbox.png"
WIDE = {"width": 1180, "height": 500}
SHARP = 1.5  # pixels for each CSS pixel


def ask(environment: Environment) -> None:
    """Alice asks, and Bob's channel shows it."""
    alice = environment.slack.as_person("U01ALICE")
    alice.command("/key request")
    environment.slack.wait_for(alice.modal)
    view = alice.modal()
    assert view is not None
    why = "Figures for the quarterly report, 2026 Q3"
    alice.submit(view, {"entitlement": "reports-read", "duration": "7d", "justification": why})
    bob = environment.slack.as_person("U02BOB")
    environment.slack.wait_for(lambda: bob.channel("C01OPS"))


def main() -> None:
    with set_up(os.environ, port=0, log_level="WARNING") as environment, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport=WIDE, device_scale_factor=SHARP, locale="en-GB")
        ask(environment)
        page.goto(f"{environment.slack.url}/#bob")
        page.locator(".place", has_text="ops").click()
        page.wait_for_timeout(600)  # fonts and the last repaint
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
