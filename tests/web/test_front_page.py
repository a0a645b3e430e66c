"""`/`: a page for browsers; everything else gets the answer of an unknown address."""

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext

from bot.web.front_page import CSP
from tests.web.conftest import Site, open_tab
from tests.web.test_looks import LOOKS, faults_of
from tests.web.test_statuses import client, desk

__all__ = ["client", "desk"]

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_a_browser_gets_a_page_that_says_where_latchkey_is_used(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept": CHROME})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "Slack" in answer.text
    assert "<code>/key</code>" in answer.text
    assert 'href="/guide"' in answer.text
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Accept"
    assert client.head("/", headers={"Accept": CHROME}).data == b""


@pytest.mark.parametrize("accept", [None, "", "*/*", "application/json", "text/html;q=0, */*"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_machines_get_what_any_unknown_address_answers(client: FlaskClient, method: str, accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    found, other = (client.open(path, method=method, headers=headers) for path in ("/", "/nothing"))
    assert (found.status_code, found.mimetype, found.data) == (404, "application/json", other.data)


def test_only_the_front_page_is_one(client: FlaskClient) -> None:
    assert client.get("/nothing", headers={"Accept": CHROME}).mimetype == "application/json"
    assert client.post("/", headers={"Accept": CHROME}).status_code == 404


def test_everyone_can_read_it(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, "about:blank")
    tab.page.goto(site.url)
    assert faults_of(tab.page) == {look: [] for look in LOOKS}
    assert tab.faults == []
