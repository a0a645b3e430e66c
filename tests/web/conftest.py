"""The page served on loopback, and a Chromium to open it in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request
from werkzeug.serving import make_server

from bot.web.app import create_app
from tests.browser import PATIENCE_MS
from tests.web.backend import Desk

EMPTY = "http://127.0.0.1/"  # of the same site as a test's page: Chromium starts no process for either
WINDOW = {"width": 1280, "height": 720}


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


@pytest.fixture
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """For a test that changes it for good: a script that starts with each page, a listener."""
    made = new_context(browser)
    yield made
    made.close()


@pytest.fixture(scope="package")
def _shared_tab(browser: Browser) -> "Iterator[SharedTab]":
    with shared_tab(browser) as made:
        yield made


@pytest.fixture
def context(_shared_tab: "SharedTab") -> Iterator[BrowserContext]:
    with _shared_tab.lent() as context:
        yield context


@pytest.fixture(scope="package")
def _shared_tab_with_a_clock(browser: Browser) -> "Iterator[SharedTab]":
    with shared_tab(browser) as made:
        yield made


@pytest.fixture
def clocked(_shared_tab_with_a_clock: "SharedTab") -> Iterator[BrowserContext]:
    """For a test that sets its clock, which no context can undo; each of them sets it anew."""
    with _shared_tab_with_a_clock.lent() as context:
        yield context


def new_context(browser: Browser) -> BrowserContext:
    made = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", viewport=WINDOW)
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

    def refuse_the_clipboard(self) -> None:
        self.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }")


@dataclass
class SharedTab:
    """A context shared by tests, each with its own origin, because each site has its own port.

    Its tab stays open: a new one starts processes, which takes longer than most tests.
    """

    context: BrowserContext
    tab: Tab

    @contextmanager
    def lent(self) -> Iterator[BrowserContext]:
        """To one test, which leaves nothing."""
        FREE[self.context] = self.tab
        yield self.context
        FREE.pop(self.context, None)
        page = self.tab.page
        for each in self.context.pages:
            if each is not page:
                each.close()
        page.unroute_all()
        page.route(EMPTY, lambda route: route.fulfill(body=""))
        page.goto(EMPTY)
        page.unroute_all()
        page.mouse.move(0, 0)
        page.emulate_media(media="null", color_scheme="null")
        page.set_viewport_size(WINDOW)
        self.context.clear_permissions()
        self.context.clear_cookies()
        self.tab.posts.clear()
        self.tab.faults.clear()


FREE: dict[BrowserContext, Tab] = {}


@contextmanager
def shared_tab(browser: Browser) -> Iterator[SharedTab]:
    context = new_context(browser)
    yield SharedTab(context, new_tab(context))
    context.close()


def open_tab(context: BrowserContext, url: str) -> Tab:
    """The one that is kept open, or a new one if the test has it already."""
    tab = FREE.pop(context, None) or new_tab(context)
    tab.page.goto(url)
    return tab


def new_tab(context: BrowserContext) -> Tab:
    page = context.new_page()
    tab = Tab(page, [], [])
    page.on("request", lambda request: tab.posts.append(request) if request.method != "GET" else None)
    page.on("pageerror", lambda error: tab.faults.append(str(error)))
    page.on("console", lambda line: tab.faults.append(line.text) if "Content Security Policy" in line.text else None)
    return tab
