"""The page of a key with MFA: seed, QR code and URI on request, and the command that requests a session."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from bot.totp import STEP, code
from tests.web.backend import AT, CODED, KEY, SECOND, SEED_OF_DEVICE, SESSION, WHAT
from tests.web.conftest import Site, Tab, open_tab
from tests.web.test_forms import copied, downloaded, revealed

SEED, SERIAL = CODED["mfa_seed"], CODED["mfa_serial"]
LINE = f"aws sts get-session-token --serial-number {SERIAL} --token-code 123456"
DRAWN = """
() => {
  const svg = document.getElementById("mfa-qr"), path = document.getElementById("mfa-modules");
  const size = svg.viewBox.baseVal.width, point = svg.createSVGPoint(), rows = [];
  for (let y = 0; y < size; y += 1) {
    let row = "";
    for (let x = 0; x < size; x += 1) {
      point.x = x + 0.5;
      point.y = y + 0.5;
      row += path.isPointInFill(point) ? "1" : "0";
    }
    rows.push(row);
  }
  return rows.join("\\n");
}
"""


def test_the_seed_is_not_in_the_page_before_it_is_asked_for_nor_after_it_is_hidden(
    site: Site, context: BrowserContext
) -> None:
    tab = revealed(site, context, CODED)
    expect(tab.page.locator("#mfa-open")).to_be_hidden()
    for showing in ("before", "after"):
        assert SEED not in tab.page.content(), showing
        assert tab.page.locator("#mfa-modules").get_attribute("d") == "", showing
        tab.press("mfa-show")
        assert SEED in tab.page.content()
        tab.press("mfa-show")
    tab.press("show")
    assert SEED not in tab.page.content(), "the secret's Show is not the seed's"
    assert tab.faults == []


def test_it_shows_as_text_as_an_address_and_as_the_qr_code_of_it(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, CODED)
    tab.press("mfa-show")
    assert tab.text("mfa-seed") == SEED
    assert tab.page.locator("#mfa-uri").get_attribute("href") == CODED["mfa_uri"]
    assert tab.page.evaluate(DRAWN) == CODED["mfa_qr"]
    assert tab.faults == []


def test_a_scanner_sees_dark_on_light_in_the_dark_too(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, CODED)
    tab.press("mfa-show")
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=scheme)
        colours = "[getComputedStyle(mfa-qr).backgroundColor, getComputedStyle(mfa-modules).fill]"
        colours = re.sub(r"\((mfa-\w+)\)", r"(document.getElementById('\1'))", colours)
        assert tab.page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_the_seed_is_copied_without_being_shown(site: Site, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = revealed(site, context, CODED)
    tab.press("mfa-copy")
    tab.page.get_by_text("Paste it into your authenticator").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()") == SEED
    assert SEED not in tab.page.content()


@pytest.mark.parametrize(("press", "element"), [("mfa-copy", "mfa-seed"), ("mfa-copy-line", "mfa-line")])
def test_a_refused_clipboard_selects_the_text(site: Site, context: BrowserContext, press: str, element: str) -> None:
    tab = revealed(site, context, CODED)
    tab.refuse_the_clipboard()
    tab.press(press)
    tab.page.get_by_text("press Ctrl+C").wait_for()
    assert tab.page.evaluate("getSelection().toString()").strip() == tab.text(element).strip()
    assert tab.text(element).strip()


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        ("Shell exports", ""),
        ("PowerShell", ""),
        ("Credentials file", " --profile work"),
        ("aws configure", " --profile work"),
    ],
)
def test_the_line_is_whole_and_goes_with_the_form(site: Site, context: BrowserContext, form: str, ending: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = revealed(site, context, CODED)
    tab.page.get_by_label("Profile").fill("work")
    tab.page.get_by_label(form).check()
    assert tab.text("mfa-line").strip() == LINE + ending
    tab.press("mfa-copy-line")
    tab.page.get_by_text("Copied. Replace 123456").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()") == LINE + ending


def test_the_forms_and_the_csv_are_those_of_any_key(site: Site, context: BrowserContext, tmp_path) -> None:  # type: ignore[no-untyped-def]
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = revealed(site, context, CODED)
    assert copied(tab, "Shell exports").splitlines() == [
        f"export AWS_ACCESS_KEY_ID='{KEY['access_key_id']}'",
        f"export AWS_SECRET_ACCESS_KEY='{KEY['secret_access_key']}'",
    ]
    rows = downloaded(tab, tmp_path).read_text().splitlines()
    assert rows[0] == "User name,Access key ID,Secret access key"
    assert rows[1:] == [f"latchkey,{KEY['access_key_id']},{KEY['secret_access_key']}"]
    assert "add --profile latchkey to the command below" in tab.text("hint")


def test_a_second_key_explains_why_it_shows_no_seed(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, SECOND)
    expect(tab.page.get_by_text("uses the authenticator you set up with the first key")).to_be_visible()
    for hidden in ("mfa-new", "mfa-show", "mfa-copy", "mfa-qr"):
        expect(tab.page.locator(f"#{hidden}")).to_be_hidden()
    assert tab.text("mfa-line").strip() == f"{LINE} --profile latchkey"


@pytest.mark.parametrize("content", [KEY, SESSION], ids=["key", "session"])
def test_what_needs_no_code_says_nothing_of_one(site: Site, context: BrowserContext, content: dict[str, str]) -> None:
    tab = revealed(site, context, content)
    for section in tab.page.locator(".mfa").all():
        expect(section).to_be_hidden()
    assert "authenticator" not in tab.page.locator("main").inner_text()


def test_a_newer_link_in_the_same_tab_forgets_the_device(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, CODED)
    tab.press("mfa-show")
    tab.page.evaluate("location.hash = 'x'")
    tab.problem()
    assert SEED not in tab.page.content()
    assert not tab.page.locator("#mfa-modules").get_attribute("d")
    assert tab.page.locator("#mfa-uri").get_attribute("href") is None


def test_it_works_by_keyboard_alone(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, CODED)
    assert after(tab, 5)[-2:] == ["mfa-show", "mfa-copy"]
    tab.page.locator("#mfa-show").press("Enter")
    expect(tab.page.get_by_role("button", name="Hide QR code")).to_be_focused()
    assert tab.page.locator("#mfa-show").get_attribute("aria-expanded") == "true"
    assert after(tab, 4) == ["mfa-copy", "mfa-uri", "mfa-code", "profile"]
    assert after(tab, 7)[-1] == "mfa-line"
    assert after(tab, 1) == ["mfa-copy-line"]


def after(tab: Tab, number: int) -> list[str]:
    """The focused element after this many Tabs."""
    found = []
    for _ in range(number):
        tab.page.keyboard.press("Tab")
        found.append(tab.page.evaluate("document.activeElement.id || document.activeElement.value"))
    return found


@pytest.mark.parametrize("minutes", [-30, 0, 30], ids=["this device is slow", "right", "fast"])
def test_a_code_is_checked_on_the_page_by_the_servers_clock(site: Site, clocked: BrowserContext, minutes: int) -> None:
    clocked.clock.set_fixed_time(AT + timedelta(minutes=minutes))
    site.desk.what = WHAT
    tab = open_tab(clocked, site.url + site.desk.put(CODED))
    tab.page.locator("#about").wait_for()
    tab.reveal()
    for step, said in ((-1, "That's the right code"), (0, "That's the right code"), (2, "doesn't match")):
        tab.page.fill("#mfa-code", "")
        assert tab.text("mfa-code-hint") == ""
        tab.page.fill("#mfa-code", code(SEED_OF_DEVICE, AT + step * STEP))
        expect(tab.page.locator("#mfa-code-hint")).to_contain_text(said)
    assert tab.faults == []


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "<b>12"])
def test_what_is_no_code_yet_gets_no_verdict(site: Site, context: BrowserContext, typed: str) -> None:
    tab = revealed(site, context, CODED)
    tab.page.fill("#mfa-code", typed)
    assert tab.text("mfa-code-hint") == ""


def test_screen_readers_are_informed(site: Site, context: BrowserContext) -> None:
    tab = revealed(site, context, CODED)
    expect(tab.page.get_by_role("heading", name="Your authenticator")).to_be_visible()
    tab.page.get_by_role("button", name="Show QR code").click()
    expect(tab.page.get_by_role("img", name=re.compile("QR code to scan"))).to_be_visible()
    for hint in ("mfa-hint", "mfa-line-hint"):
        assert tab.page.locator(f"#{hint}").get_attribute("role") == "status"


def test_values_are_text_and_never_markup(site: Site, context: BrowserContext) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\">'; echo owned"
    odd = CODED | {
        "mfa_seed": hostile,
        "mfa_serial": hostile,
        "mfa_qr": hostile,
        "mfa_uri": "javascript:document.title='owned'",
    }
    tab = revealed(site, context, odd)
    tab.press("mfa-show")
    assert tab.text("mfa-seed") == hostile
    assert tab.page.locator("#opened img").count() == 0
    tab.page.locator("#mfa-uri").click()
    assert tab.page.title() != "owned"
    assert "'\\''; echo owned' --token-code" in tab.text("mfa-line")


def test_one_who_opens_the_page_alone_learns_nothing_of_a_device(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(CODED))
    assert "authenticator" not in tab.page.locator("main").inner_text()
