"""Attacks on the page: scanners, frames, other sites' forms, impatient and late presses."""

import threading
from urllib.parse import urlsplit

import pytest
import urllib3
from flask import Flask, Response
from playwright.sync_api import BrowserContext, Route, expect
from werkzeug.serving import make_server

from tests.web.backend import KEY, OTHER_SEED
from tests.web.conftest import Site, open_tab

SCANNERS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)",
    "facebookexternalhit/1.1",
)


@pytest.fixture
def elsewhere(site: Site):
    """Another site that frames the page and posts forms to it."""
    target = f"{site.url}/c/envelopeofalice"
    app = Flask("elsewhere")
    app.add_url_rule("/frame", "frame", lambda: Response(f'<iframe src="{target}#x"></iframe>', mimetype="text/html"))
    form = (
        '<form method="post" enctype="{}" action="{}/reveal"><input name=\'{{"proof":"x","y":"\' value=\'"}}\'></form>'
    )
    for at, kind in {"plain": "text/plain", "form": "application/x-www-form-urlencoded"}.items():
        page = form.format(kind, target) + "<script>document.forms[0].submit()</script>"
        app.add_url_rule(f"/{at}", at, lambda page=page: Response(page, mimetype="text/html"))
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_scanners_may_fetch_it_as_often_as_they_like(site: Site, context: BrowserContext) -> None:
    link = site.url + site.desk.put(KEY)
    with urllib3.PoolManager(retries=False) as pool:
        for agent in SCANNERS:
            for method in ("GET", "HEAD", "GET"):
                answer = pool.request(method, link.partition("#")[0], headers={"User-Agent": agent})
                assert answer.status == 200
    assert not site.desk.asked
    tab = open_tab(context, link)
    tab.reveal()
    assert tab.text("access-key-id") == KEY["access_key_id"]


def test_a_scanner_that_runs_scripts_and_hovers_opens_nothing(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.hover("#reveal")
    tab.page.mouse.wheel(0, 500)
    tab.page.evaluate("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('visibilitychange'))")
    tab.page.wait_for_load_state("networkidle")
    assert tab.posts == []
    assert not site.desk.asked


def test_another_site_cannot_frame_it(site: Site, context: BrowserContext, elsewhere: str) -> None:
    page = context.new_page()
    page.goto(f"{elsewhere}/frame", wait_until="networkidle")
    [frame] = [each for each in page.frames if each != page.main_frame]
    assert frame.locator("#reveal").count() == 0
    assert not site.desk.asked


@pytest.mark.parametrize("kind", ["plain", "form"])
def test_another_sites_form_opens_nothing(site: Site, context: BrowserContext, elsewhere: str, kind: str) -> None:
    site.desk.put(KEY)
    page = context.new_page()
    with page.expect_response("**/reveal") as answer:
        page.goto(f"{elsewhere}/{kind}")
    assert answer.value.status == 403
    assert not site.desk.asked
    assert len(site.desk.sealed) == 1


def test_an_impatient_double_click_asks_once(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    with tab.page.expect_response("**/receipt"):
        tab.page.dblclick("#reveal")
    assert [urlsplit(each.url).path.rpartition("/")[2] for each in tab.posts] == ["reveal", "receipt"]
    expect(tab.page.locator("#problem")).to_be_hidden()


def test_the_receipt_comes_after_the_decryption(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.route(
        "**/reveal",
        lambda route: route.fulfill(json={"v": 1, "nonce": "AAAAAAAAAAAAAAAA", "aad": "", "ciphertext": "AAAA"}),
    )
    tab.press("reveal")
    assert "can't decrypt" in tab.problem()
    assert [each for each in tab.posts if each.url.endswith("/receipt")] == []


def test_a_newer_link_that_was_pasted_meanwhile_is_not_burned(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    newer = site.desk.put(KEY | {"access_key_id": "AKIANEWER"}, seed=OTHER_SEED)

    def paste_first(route: Route) -> None:
        tab.page.evaluate("hash => { location.hash = hash }", newer.partition("#")[2])
        route.continue_()

    tab.page.route("**/reveal", paste_first, times=1)
    tab.reveal()
    assert tab.text("access-key-id") == KEY["access_key_id"]
    assert "#" not in tab.page.url
    tab.page.goto(site.url + newer)
    tab.reveal()
    assert tab.text("access-key-id") == "AKIANEWER"


def test_during_an_update_no_link_is_used_up(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    site.desk.takes_work = False
    tab.press("reveal")
    assert "being updated" in tab.problem()
    assert not site.desk.asked
    site.desk.takes_work = True
    tab.reveal()
    expect(tab.page.locator("#problem")).to_be_hidden()


def test_a_dead_link_is_not_the_pages_main_button(site: Site, context: BrowserContext) -> None:
    """It can still be pressed, but isn't the page's main button."""
    tab = open_tab(context, site.url + site.desk.kill("revealed"))
    expect(tab.page.locator("#reveal.primary")).to_be_enabled()
    tab.press("reveal")
    tab.problem()
    expect(tab.page.locator("#reveal:not(.primary)")).to_be_enabled()
