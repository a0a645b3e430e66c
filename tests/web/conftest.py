"""The page served on loopback, and a Chromium to open it in."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import make_server

from bot.web.app import create_app
from tests.runner import NO_CHROMIUM
from tests.web.backend import Desk

CHROMIUM = os.environ.get("LATCHKEY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 10_000


@dataclass
class Site:
    url: str
    desk: Desk


@pytest.fixture
def site() -> Iterator[Site]:
    desk = Desk()
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    server.app = create_app(
        about=desk.about,
        reveal=desk.reveal,
        receipt=desk.receipt,
        ready=lambda: desk.ready,
        metrics=lambda: b"",
        slack_events=None,
        public_url=url,
        proxy_hops=0,
        takes_work=lambda: desk.takes_work,
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Site(url, desk)
    server.shutdown()
    server.server_close()
    thread.join()


def chromium() -> str:
    """Skips with a reason if there is none, and fails if one is required."""
    if CHROMIUM is not None:
        return CHROMIUM
    if os.environ.get("LATCHKEY_BROWSER") == "required":
        pytest.fail(NO_CHROMIUM)
    pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = chromium()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """For a test that changes it for good: its clock, a script that starts with each page, a listener."""
    made = new_context(browser)
    yield made
    made.close()


@pytest.fixture(scope="package")
def _shared(browser: Browser) -> Iterator[BrowserContext]:
    """With an open page of the tests' site: Chromium then starts no process for each of theirs."""
    made = new_context(browser)
    idle = made.new_page()
    idle.route("**/*", lambda route: route.fulfill(body=""))
    idle.goto("http://127.0.0.1/")
    yield made
    made.close()


@pytest.fixture
def context(_shared: BrowserContext) -> Iterator[BrowserContext]:
    """Shared by tests, each with its own origin, because each site has its own port."""
    idle = _shared.pages
    yield _shared
    for page in _shared.pages:
        if page not in idle:
            page.close()
    _shared.clear_permissions()
    _shared.clear_cookies()


def new_context(browser: Browser) -> BrowserContext:
    made = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    made.set_default_timeout(PATIENCE_MS)
    return made


@dataclass
class Tab:
    """A page, what it posted, and every error in it."""

    page: Page
    posts: list[Request]
    faults: list[str]

    def text(self, element: str) -> str:
        return self.page.locator(f"#{element}").inner_text()

    def press(self, element: str) -> None:
        self.page.click(f"#{element}")

    def reveal(self) -> None:
        self.press("reveal")
        self.page.locator("#opened").wait_for()

    def problem(self) -> str:
        self.page.locator("#problem:not(:empty)").wait_for()
        return self.text("problem")


def open_tab(context: BrowserContext, url: str) -> Tab:
    page = context.new_page()
    tab = Tab(page, [], [])
    page.on("request", lambda request: tab.posts.append(request) if request.method != "GET" else None)
    page.on("pageerror", lambda error: tab.faults.append(str(error)))
    page.on("console", lambda line: tab.faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(url)
    return tab
