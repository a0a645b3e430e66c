"""The one-time page in a real browser: its requests, and its messages when it is refused."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.web.backend import KEY, OTHER_SEED, SEED
from tests.web.conftest import Site, open_tab

SECRET = KEY["secret_access_key"]


def test_it_asks_for_nothing_before_the_press(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.mouse.move(200, 200)
    tab.page.keyboard.press("Tab")
    tab.page.reload()
    tab.page.wait_for_load_state("networkidle")
    assert tab.posts == []
    assert not site.desk.asked
    assert tab.faults == []


def test_it_reveals_masked_and_then_shows(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    with tab.page.expect_response("**/receipt") as receipt:
        tab.reveal()
    assert SECRET not in tab.page.content()
    tab.press("show")
    assert tab.text("access-key-id") == KEY["access_key_id"]
    assert tab.text("secret-access-key") == SECRET
    expect(tab.page.locator("#session-token")).to_be_hidden()
    tab.press("show")
    assert SECRET not in tab.page.content()
    assert receipt.value.status == 204
    assert site.desk.receipts == ["envelopeofalice"]
    assert tab.faults == []


def test_the_seed_stays_in_the_browser(site: Site, fresh: BrowserContext) -> None:
    seen: list[str] = []
    link = site.url + site.desk.put(KEY)
    fresh.on("request", lambda each: seen.append(f"{each.url} {each.all_headers()} {each.post_data}"))
    tab = open_tab(fresh, link)
    tab.reveal()
    seed = urlsplit(link).fragment
    assert seen
    assert not [each for each in seen if seed in each.replace(f"#{seed}", "")]
    assert tab.page.url == site.url + "/c/envelopeofalice"
    assert tab.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.mark.parametrize("fragment", ["", "#", "#abc", "#" + "A" * 42, "#" + "A" * 44, "#" + "A" * 42 + "="])
def test_a_link_that_was_cut_off_says_so(site: Site, context: BrowserContext, fragment: str) -> None:
    tab = open_tab(context, f"{site.url}/c/envelopeofalice{fragment}")
    assert "incomplete" in tab.problem()
    assert "Slack" in tab.problem()
    tab.press("reveal")
    assert "incomplete" in tab.problem()
    assert tab.posts == []


def test_the_seed_leaves_the_address_bar_before_any_press(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.locator("#ask").wait_for()
    assert tab.page.url == site.url + "/c/envelopeofalice"
    assert tab.page.evaluate("navigation.entries().filter(each => each.url.includes('#')).length") == 0
    assert tab.page.evaluate("history.state") is None
    assert tab.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    tab.reveal()
    assert tab.text("access-key-id") == KEY["access_key_id"]


def test_a_refresh_before_the_press_costs_nothing_and_says_what_to_do(site: Site, context: BrowserContext) -> None:
    link = site.url + site.desk.put(KEY)
    tab = open_tab(context, link)
    tab.page.reload()
    assert "refresh" in tab.problem()
    assert "Open the link from Slack again" in tab.problem()
    tab.press("reveal")
    assert not site.desk.asked
    tab.page.goto(link)
    tab.reveal()
    assert tab.text("access-key-id") == KEY["access_key_id"]


def test_going_away_and_back_before_the_press_loses_nothing_that_was_kept(site: Site, context: BrowserContext) -> None:
    """Whether the browser restores or reloads the page, the link can be opened afterwards."""
    link = site.url + site.desk.put(KEY)
    tab = open_tab(context, link)
    tab.page.goto(site.url + "/healthz")
    tab.page.go_back()
    tab.page.locator("#ask").wait_for()
    assert not site.desk.asked
    tab.page.goto(link)
    tab.reveal()
    assert tab.text("access-key-id") == KEY["access_key_id"]


def test_a_refresh_afterwards_shows_nothing_any_more(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.reveal()
    tab.press("show")
    tab.page.reload()
    assert "can't be shown again" in tab.problem()
    assert KEY["access_key_id"] not in tab.page.content()


def test_coming_back_shows_nothing_any_more(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.reveal()
    tab.press("show")
    tab.page.goto(site.url + "/healthz")
    tab.page.go_back()
    expect(tab.page.locator("#opened")).to_be_hidden()
    assert SECRET not in tab.page.content()


def test_a_second_tab_shows_when_it_was_opened(site: Site, context: BrowserContext) -> None:
    link = site.url + site.desk.put(KEY)
    first, second = open_tab(context, link), open_tab(context, link)
    first.reveal()
    second.press("reveal")
    assert "opened at 14:03 UTC" in second.problem()
    expect(second.page.locator("#opened")).to_be_hidden()
    second.press("reveal")
    assert "opened at 14:03 UTC" in second.problem()


def test_an_expired_link_says_when(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.kill("expired"))
    tab.press("reveal")
    assert "expired at 14:03 UTC" in tab.problem()


def test_an_unknown_link_leads_back_to_slack(site: Site, context: BrowserContext) -> None:
    link = site.desk.put(KEY).replace("alice", "bob")
    tab = open_tab(context, site.url + link)
    tab.press("reveal")
    assert "Slack" in tab.problem()
    assert len(site.desk.sealed) == 1


def test_a_new_link_in_the_same_tab_begins_anew(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.reveal()
    tab.press("show")
    tab.page.goto(site.url + site.desk.put(KEY | {"access_key_id": "AKIAOTHER"}, seed=OTHER_SEED))
    tab.page.locator("#ask").wait_for()
    assert SECRET not in tab.page.content()
    tab.reveal()
    assert tab.text("access-key-id") == "AKIAOTHER"
    assert SECRET not in tab.page.content()


def test_what_was_bent_on_the_way_is_not_shown(site: Site, context: BrowserContext) -> None:
    link = site.desk.put(KEY)
    mine = site.desk.sealed.copy()
    site.desk.put(KEY, envelope="envelopeofbob")
    [mine_name], [*_, other] = mine, site.desk.sealed.values()
    site.desk.sealed[mine_name] = other
    tab = open_tab(context, site.url + link)
    tab.press("reveal")
    assert "can't decrypt" in tab.problem()
    assert not site.desk.receipts


def test_a_lost_answer_says_what_may_have_happened(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.route("**/reveal", lambda route: route.abort())
    tab.press("reveal")
    assert "may or may not be used up" in tab.problem()
    assert "Slack" in tab.problem()
    tab.page.unroute("**/reveal")
    tab.reveal()
    expect(tab.page.locator("#problem")).to_be_hidden()


@pytest.mark.parametrize(
    "fault", [lambda route: route.abort(), lambda route: route.fulfill(status=503)], ids=["reset", "503"]
)
def test_a_receipt_is_sent_again(site: Site, context: BrowserContext, fault: Callable[[Route], None]) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.route("**/receipt", fault, times=1)
    with tab.page.expect_response(lambda answer: answer.status == 204):
        tab.reveal()
    assert site.desk.receipts == ["envelopeofalice"]


def test_a_browser_that_cannot_decrypt_does_not_use_the_link_up(site: Site, fresh: BrowserContext) -> None:
    fresh.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    tab = open_tab(fresh, site.url + site.desk.put(KEY))
    tab.press("reveal")
    assert "nothing was opened" in tab.problem()
    assert tab.posts == []


def test_another_site_cannot_reveal(site: Site, context: BrowserContext) -> None:
    site.desk.put(KEY)
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    page = context.new_page()
    page.goto(elsewhere + "/healthz")
    sent = (
        """url => fetch(url, {method: "POST", mode: "no-cors", body: '{"proof": "x"}'}).then(r => r.type, () => "no")"""
    )
    assert page.evaluate(sent, site.url + "/c/envelopeofalice/reveal") in {"no", "opaque"}
    assert not site.desk.asked


def test_without_javascript_it_says_what_is_missing(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = open_tab(context, site.url + site.desk.put(KEY, seed=SEED))
    assert "needs JavaScript" in tab.page.locator("noscript").inner_text()
    expect(tab.page.locator("#reveal")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("now", ["2001-01-01T00:00:00Z", "2049-01-01T00:00:00Z"])
def test_a_wrong_clock_changes_nothing(site: Site, clocked: BrowserContext, now: str) -> None:
    clocked.clock.set_fixed_time(now)
    tab = open_tab(clocked, site.url + site.desk.put(KEY))
    tab.reveal()
    assert "1 Dec 2026" in tab.text("until")
