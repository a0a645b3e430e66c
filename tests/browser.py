"""A Chromium for all tests of a test process: to start and end one takes two seconds of a processor."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.runner import NO_CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


def chromium() -> str:
    """Skips with a reason if there is none, and fails if one is required."""
    if CHROMIUM is not None:
        return CHROMIUM
    if os.environ.get("LATCHKEY_BROWSER") == "required":
        pytest.fail(NO_CHROMIUM)
    pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # only for tests that open a page

    found = chromium()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()
