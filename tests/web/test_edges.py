"""Missing parts: a response, a browser feature, a metrics reader, a Unix shell."""

import pytest
from playwright.sync_api import BrowserContext, expect
from prometheus_client import REGISTRY

from bot.sealing import b64
from tests import browser
from tests.web.backend import KEY, OTHER_SEED, SEED, WHAT
from tests.web.conftest import Site, open_tab

RING = "AbortSignal.timeout = () => AbortSignal.abort()"  # immediate timeout


def counted() -> float:
    return REGISTRY.get_sample_value("latchkey_wrong_proofs_total") or 0.0


def test_wrong_proofs_are_in_the_metrics_and_right_ones_are_not(site: Site, context: BrowserContext) -> None:
    site.desk.what = WHAT
    link, before = site.url + site.desk.put(KEY), counted()
    wrong = open_tab(context, link.replace(b64(SEED), b64(OTHER_SEED)))
    wrong.page.wait_for_load_state("networkidle")
    assert counted() == before + 1, "the page asked what the link is for"
    wrong.press("reveal")
    assert "nothing here" in wrong.problem()
    assert counted() == before + 2
    right = open_tab(context, link)
    with right.page.expect_response("**/receipt"):
        right.reveal()
    assert counted() == before + 2


def test_an_answer_that_never_comes_is_given_up(site: Site, fresh: BrowserContext) -> None:
    fresh.add_init_script(RING)
    tab = open_tab(fresh, site.url + site.desk.put(KEY))
    tab.press("reveal")
    assert "may or may not be used up" in tab.problem()
    expect(tab.page.locator("#reveal")).to_be_enabled()


def test_an_answer_that_is_no_json_says_what_may_have_happened(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.route("**/reveal", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    tab.press("reveal")
    assert "may or may not be used up" in tab.problem()


def test_powershell_gets_its_own_quotes(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY | {"secret_access_key": "it's"}))
    tab.reveal()
    tab.page.get_by_label("PowerShell").check()
    tab.press("show")
    assert tab.text("shape").splitlines() == [
        f"$Env:AWS_ACCESS_KEY_ID = '{KEY['access_key_id']}'",
        "$Env:AWS_SECRET_ACCESS_KEY = 'it''s'",
    ]


def test_it_promises_things_only_while_they_hold(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    promise = tab.page.get_by_text("The link works once")
    expect(promise).to_be_visible()
    tab.reveal()
    expect(promise).to_be_hidden()
    dead = open_tab(context, site.url + site.desk.kill("revealed"))
    dead.press("reveal")
    dead.problem()
    expect(dead.page.get_by_text("The link works once")).to_be_hidden()


@pytest.mark.parametrize(("wanted", "outcome"), [("required", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_browser_is_named(wanted: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", None)
    monkeypatch.setenv("LATCHKEY_BROWSER", wanted)
    with pytest.raises(outcome, match="no Chromium"):
        browser.chromium()
