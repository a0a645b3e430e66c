"""What the page says before Reveal, the time that is left, a copy of each field, and a close that would lose it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Dialog, expect

from bot.domain.catalog import Kind
from bot.sealing import b64, proof_of
from tests.web.backend import AT, KEY, OTHER_SEED, SEED, SESSION, WHAT, Desk
from tests.web.conftest import Site, Tab, open_tab
from tests.web.test_statuses import client, desk

__all__ = ["client", "desk"]  # fixtures

ENVELOPE = "envelopeofalice"
ABOUT = f"/c/{ENVELOPE}/about"
RIGHT, WRONG = (b64(proof_of(each, ENVELOPE)) for each in (SEED, OTHER_SEED))


def ask(client: FlaskClient, proof: str = RIGHT, path: str = ABOUT, **headers: str) -> Any:
    return client.get(path, headers={"Authorization": f"Proof {proof}", **headers})


@pytest.fixture
def context(clocked: BrowserContext) -> BrowserContext:
    return clocked


def opened(site: Site, context: BrowserContext, content: dict[str, str] = KEY) -> Tab:
    """The page once it knows what the link is for, with time standing still at AT."""
    context.clock.install(time=AT)
    site.desk.what = site.desk.what or WHAT
    tab = open_tab(context, site.url + site.desk.put(content))
    tab.page.locator("#about").wait_for()
    return tab


# --- the endpoint -------------------------------------------------------------------------------------------------


def test_who_has_the_seed_learns_what_it_is_for_and_uses_nothing_up(client: FlaskClient, desk: Desk) -> None:
    desk.what = WHAT
    for _ in range(3):
        answer = ask(client)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "title": "Read the sales reports",
        "entitlement": "reports-read",
        "kind": "access_key",
        "account": "main",
        "account_id": "123456789012",
        "expires_at": "2026-12-01T14:03:00+00:00",
        "link_until": "2026-11-24T14:13:00+00:00",
        "now": "2026-11-24T14:03:00+00:00",
    }
    assert desk.asked == []
    assert desk.wrong == 0
    assert len(desk.sealed) == 1


def test_nobody_else_learns_anything(client: FlaskClient, desk: Desk) -> None:
    desk.what = WHAT
    unknown = ABOUT.replace(ENVELOPE, "unknown")
    found = [
        ask(client, WRONG), ask(client, "nonsense"), ask(client, path=unknown), client.get(ABOUT),
        client.get(ABOUT, headers={"Authorization": f"Bearer {RIGHT}"}), client.get(f"{ABOUT}?proof={RIGHT}"),
        ask(client, path=ABOUT.replace(ENVELOPE, "%00")),
    ]  # fmt: skip
    assert {(each.status_code, each.data) for each in found} == {(404, found[0].data)}
    assert desk.wrong == 3  # a proof that could be one: the others sent none


def test_a_dead_link_says_only_that(client: FlaskClient, desk: Desk) -> None:
    desk.sealed.clear()
    desk.kill("revealed")
    answer = ask(client)
    assert answer.status_code == 410
    assert "Press Reveal to see why" in answer.get_json()["problem"]
    assert desk.asked == []


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example.com"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_gets_nothing(client: FlaskClient, desk: Desk, headers: dict[str, str]) -> None:
    desk.what = WHAT
    assert ask(client, **headers).status_code == 403


def test_during_an_update_it_says_so(site: Site) -> None:
    site.desk.takes_work = False
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("GET", f"{site.url}{ABOUT}", headers={"Authorization": f"Proof {RIGHT}"})
    assert answer.status == 503


def test_an_internal_error_repeats_no_proof(client: FlaskClient, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.what, desk.breaks = WHAT, RuntimeError("the ledger is away")
    answer = ask(client)
    assert answer.status_code == 500
    assert RIGHT not in caplog.text
    assert b"ledger" not in answer.data


# --- before Reveal ------------------------------------------------------------------------------------------------


def test_it_says_what_the_link_is_for_before_the_press(site: Site, context: BrowserContext) -> None:
    tab = opened(site, context)
    assert tab.text("about-title") == "Read the sales reports (access key)"
    assert tab.text("about-account") == "main · 123456789012"
    assert tab.text("about-expires") == "1 Dec 2026, 15:03 CET"
    assert tab.posts == []
    assert site.desk.asked == []
    assert tab.faults == []


def test_the_time_to_open_it_counts_down_and_then_says_what_to_do(site: Site, context: BrowserContext) -> None:
    tab = opened(site, context)
    assert tab.text("left").startswith("Time left to open it: ")
    tab.page.clock.run_for(timedelta(minutes=4).total_seconds() * 1000)
    assert re.fullmatch(r"Time left to open it: (6:0|5:5)\d", tab.text("left"))
    tab.page.clock.run_for(timedelta(minutes=7).total_seconds() * 1000)
    assert tab.text("left") == ""
    assert "Press Collect in Slack" in tab.text("status")
    expect(tab.page.locator("#reveal")).to_be_enabled()


def test_a_dead_link_is_announced_and_reveal_says_why(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.kill("expired"))
    tab.page.get_by_text("can't be opened any more").wait_for()
    assert site.desk.asked == []
    tab.press("reveal")
    assert "expired at 14:03 UTC" in tab.problem()


def test_names_are_text_and_never_markup(site: Site, context: BrowserContext) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    site.desk.what = replace(WHAT, title=hostile, account=hostile, entitlement=hostile)
    tab = opened(site, context)
    assert hostile in tab.text("about-title")
    assert tab.page.locator("main dl img").count() == 0
    tab.reveal()
    assert tab.text("profile-problem") == ""
    assert tab.page.title() != "owned"


# --- after Reveal -------------------------------------------------------------------------------------------------


def test_the_profile_is_named_after_the_entitlement_and_so_is_the_test_line(
    site: Site, context: BrowserContext
) -> None:
    tab = opened(site, context)
    tab.reveal()
    assert tab.page.get_by_label("Profile").input_value() == "reports-read"
    assert tab.text("shape").startswith("[reports-read]")
    assert tab.text("test-line").strip() == "aws sts get-caller-identity --profile reports-read"
    tab.page.get_by_label("Shell exports").check()
    assert tab.text("test-line").strip() == "aws sts get-caller-identity"
    tab.page.get_by_label("aws configure").check()
    tab.page.get_by_label("Profile").fill("mine")
    assert tab.text("test-line").strip() == "aws sts get-caller-identity --profile mine"


@pytest.mark.parametrize(
    ("entitlement", "profile"), [("a b/c", "a-b-c"), ("--x", "x"), ("äöü", "latchkey"), ("r" * 90, "r" * 64)]
)
def test_a_profile_name_is_one_that_aws_takes(
    site: Site, context: BrowserContext, entitlement: str, profile: str
) -> None:
    site.desk.what = replace(WHAT, entitlement=entitlement)
    tab = opened(site, context)
    tab.reveal()
    assert tab.page.get_by_label("Profile").input_value() == profile


def test_each_field_is_copied_alone_and_unseen(site: Site, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = opened(site, context, SESSION)
    tab.reveal()
    for field, value in (
        ("access-key-id", SESSION["access_key_id"]),
        ("secret-access-key", SESSION["secret_access_key"]),
        ("session-token", SESSION["session_token"]),
    ):
        tab.press(f"copy-{field}")
        expect(tab.page.locator("#field-hint")).to_contain_text(field.replace("-", " ").replace(" id", " ID"))
        assert tab.page.evaluate("navigator.clipboard.readText()") == value
    assert SESSION["secret_access_key"] not in tab.page.content()


def test_a_refused_clipboard_shows_and_selects_the_field(site: Site, context: BrowserContext) -> None:
    tab = opened(site, context)
    tab.reveal()
    tab.refuse_the_clipboard()
    tab.press("copy-secret-access-key")
    tab.page.get_by_text("press Ctrl+C").wait_for()
    assert tab.page.evaluate("getSelection().toString()").strip() == KEY["secret_access_key"]


def test_it_counts_down_to_the_end_and_then_offers_nothing_that_is_dead(site: Site, context: BrowserContext) -> None:
    site.desk.what = replace(WHAT, kind=Kind.SESSION)
    tab = opened(site, context, SESSION)
    tab.reveal()
    assert tab.text("left") in {"Time left: 7 days", "Time left: 6 days 23 hours"}
    tab.page.clock.fast_forward(timedelta(days=6, hours=23, minutes=30).total_seconds() * 1000)
    expect(tab.page.locator("#left")).to_contain_text("29:")
    tab.page.clock.fast_forward(timedelta(minutes=31).total_seconds() * 1000)
    expect(tab.page.locator("#left")).to_contain_text("It has expired")
    for control in ("show", "copy", "profile", "copy-test"):
        expect(tab.page.locator(f"#{control}")).to_be_hidden()


def test_once_opened_no_dead_control_is_left(site: Site, context: BrowserContext) -> None:
    tab = opened(site, context)
    tab.reveal()
    for gone in ("reveal", "about-end", "copy-session-token", "before"):
        expect(tab.page.locator(f"#{gone}")).to_be_hidden()
    expect(tab.page.locator("#about-title")).to_be_visible()


@pytest.mark.parametrize(("press", "warns"), [
    (None, True), ("copy-access-key-id", True), ("show", False), ("copy", False), ("copy-secret-access-key", False),
    ("download-csv", False),
])  # fmt: skip
def test_closing_it_uncopied_warns(site: Site, context: BrowserContext, press: str | None, warns: bool) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = opened(site, context)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.page.on("dialog", stay)
    tab.page.reload()
    assert asked == []  # nothing is lost before Reveal
    tab.page.goto(site.url + "/healthz")
    tab.page.goto(site.url + site.desk.put(KEY))
    tab.reveal()
    if press:
        tab.press(press)
    tab.page.reload()
    tab.page.remove_listener("dialog", stay)
    assert asked == (["beforeunload"] if warns else [])
