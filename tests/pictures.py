"""The pictures of README and guide, taken from the running demo: `python -m tests.pictures`."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from bot.commands.demo_history import OFFERED, play
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.browser_client import Link
from bot.sandbox.environment import set_up
from bot.sandbox.people import People, done, value_of
from tests.browser import ARGS, CHROMIUM

FOLDER = Path(__file__).parent.parent / "bot" / "guide" / "pictures"
SLACK, PAGE = {"width": 1100, "height": 2400}, {"width": 760, "height": 1400}
SHARP, TALL = 1.25, 1.0  # pixels for each CSS pixel; of a picture as tall as Home
COLOURS = 96  # of the palette: enough for text, buttons and emoji, in a third of the bytes
MARGIN = 20  # pixels
SETTLE_MS = 900  # fonts and the last repaint
SESSION = "reports-read-session"
WHY = "Answer one question about last month"
USER = "reports-nightly"
QUESTION = "Which months do you need"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with set_up(
        os.environ, port=0, log_level="WARNING", offered=OFFERED, old_keys=AwsStandIn.plant_demo_keys, history=play
    ) as environment:
        people = People(environment)
        people.until("the findings", lambda: any(value_of(each, "finding:keep") for each in people.alice.dms()))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            for name, picture in pictures(browser, people):
                size = save(FOLDER / f"{name}.png", picture)
                print(f"{name}: {size // 1000} kB")
            browser.close()
        people.leave()


def pictures(browser: Browser, people: People) -> Iterator[tuple[str, bytes]]:
    yield "card", card(browser, people)
    for name, who in (("owner", "alice"), ("approver", "dave"), ("admin", "bob")):
        yield f"home-{name}", home(browser, people, who)
    yield "incident", incident(browser, people)
    yield "dossier", dossier(browser, people)
    yield "replacement", replacement(browser, people)
    link = session(people)
    page = browser.new_page(viewport=PAGE, device_scale_factor=SHARP, locale="en-GB")
    page.goto(f"{link.page}#{link.seed}")
    page.locator("#about").wait_for()
    yield "page-before", shot(page, page.locator("main"))
    page.click("#reveal")
    page.locator("#opened").wait_for()
    yield "page-after", shot(page, page.locator("main"))


def card(browser: Browser, people: People) -> bytes:
    """Dave's request, with Bob's question and the answer."""
    page = slack(browser, people, "bob")
    page.locator(".place", has_text="ops").click()
    return shot(page, page.locator("#messages .message", has_text=QUESTION).first)


def home(browser: Browser, people: People, who: str) -> bytes:
    page = slack(browser, people, who, TALL)
    page.get_by_role("tab", name="Home").click()
    return shot(page, page.locator("#home .page"))


def incident(browser: Browser, people: People) -> bytes:
    """The leaked key of the demo's past, contained."""
    page = slack(browser, people, "bob")
    page.locator(".place", has_text="ops").click()
    return shot(page, page.locator("#messages .message", has_text="leaked: contained").first)


def dossier(browser: Browser, people: People) -> bytes:
    """Where the key of Alice's server is used."""
    page = slack(browser, people, "alice")
    page.fill("#line", f"/key usage {USER}")
    page.keyboard.press("Enter")
    return shot(page, page.locator("#messages .message", has_text=f"Where {USER}").last)


def replacement(browser: Browser, people: People) -> bytes:
    """The window with the steps that put a role in its place."""
    page = slack(browser, people, "alice")
    page.get_by_role("tab", name="Home").click()
    page.wait_for_timeout(SETTLE_MS)
    page.locator(
        f'xpath=//*[@id="home"]//strong[text()="{USER}"]/following::button[normalize-space()="Replace it"]'
    ).first.click()
    return shot(page, page.locator("#modal"))


def session(people: People) -> Link:
    """Alice asks for a session, Bob approves it, and she collects it."""
    alice, bob = people.alice, people.bob
    people.collected |= {found for each in alice.dms() if (found := value_of(each, "grant:collect"))}
    view = people.window(alice, lambda: alice.command(f"/key request {SESSION}"), "the request window", "request")
    done(alice.submit(view, {"entitlement": SESSION, "duration": "8h", "justification": WHY}))
    done(bob.press(people.request(bob, WHY), "request:approve"))
    return people.collect(alice)


def slack(browser: Browser, people: People, who: str, sharp: float = SHARP) -> Page:
    page = browser.new_page(viewport=SLACK, device_scale_factor=sharp, locale="en-GB")
    page.goto(f"{people.environment.slack.url}/#{who}")
    return page


def shot(page: Page, of: Locator) -> bytes:
    of.wait_for()
    page.wait_for_timeout(SETTLE_MS)
    return of.screenshot()


def save(path: Path, picture: bytes) -> int:
    """With a margin, a palette and the best compression. Returns its bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = ImageOps.expand(image, MARGIN, image.getpixel((0, 0)))
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    main()
