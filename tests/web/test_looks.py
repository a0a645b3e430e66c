"""The page's look: contrast, names and roles in every state, in light and dark, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.web.backend import CODED, KEY, SECOND, SESSION, WHAT
from tests.web.conftest import Site, Tab, open_tab

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
EDGE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: borders of fields and buttons
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1100, "height": 900}
LOOKS: dict[str, tuple[Any, Any]] = {
    f"{scheme} on {at}": (scheme, size)
    for scheme in ("light", "dark")
    for at, size in (("a desk", DESK), ("a phone", PHONE))
}
LONG = SESSION | {"session_token": "FwoGZXIvYXdzE" + "ExAmpLe0/+" * 70}

FAINT = """
([text, edge]) => {
  const lit = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    const part = (each) => { const c = each / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
    return { a, l: 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) };
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = lit(getComputedStyle(each).backgroundColor);
      if (found.a === 1) return found.l;
    }
    return 1;
  };
  const ratio = (one, two) => (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  const faint = [];
  for (const each of document.querySelectorAll("body *")) {
    if (!each.checkVisibility() || each.disabled) continue;
    const style = getComputedStyle(each);
    const speaks = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const words = speaks || each.matches("input:not([type=radio])");
    const at = `${each.tagName}#${each.id}`;
    const seen = ratio(lit(style.color).l, behind(each));
    if (words && seen < text) faint.push(`${at} ${seen.toFixed(2)}`);
    if (each.matches("button:not(.primary), input:not([type=radio])")) {
      const line = ratio(lit(style.borderTopColor).l, behind(each.parentElement));
      if (line < edge) faint.push(`${at} edge ${line.toFixed(2)}`);
    }
  }
  return faint;
}
"""
NAMELESS = """
() => {
  const seen = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility());
  const wrong = [];
  const ids = seen.map((each) => each.id).filter(Boolean);
  if (new Set(ids).size !== ids.length) wrong.push("an id twice");
  for (const each of seen) {
    if (each.matches("input") && !each.labels.length) wrong.push(`no label: ${each.id}`);
    if (each.matches("button") && !each.textContent.trim()) wrong.push(`no name: ${each.id}`);
    if (each.matches("img") && !each.hasAttribute("alt")) wrong.push("an image without alt");
    if (each.tabIndex > 0) wrong.push(`tabindex: ${each.id}`);
    for (const name of ["aria-labelledby", "aria-describedby"]) {
      const to = each.getAttribute(name);
      if (to && !document.getElementById(to)) wrong.push(`${name} leads nowhere: ${to}`);
    }
    if (each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY === "auto" && each.tabIndex < 0)
      wrong.push(`scrolls, but not by keyboard: ${each.id}`);
  }
  if (seen.filter((each) => each.matches("h1")).length !== 1) wrong.push("not one h1");
  if (seen.filter((each) => each.matches("main")).length !== 1) wrong.push("not one main");
  return wrong;
}
"""


def ready(site: Site, tab: Tab) -> None:
    site.desk.what = WHAT
    tab.page.goto(site.url + site.desk.put(KEY))
    tab.page.locator("#about").wait_for()


def masked(site: Site, tab: Tab) -> None:
    ready(site, tab)
    tab.reveal()


def shown(site: Site, tab: Tab) -> None:
    masked(site, tab)
    tab.press("show")


def session(site: Site, tab: Tab) -> None:
    tab.page.goto(site.url + site.desk.put(LONG))
    tab.reveal()
    tab.press("show")


def coded(site: Site, tab: Tab) -> None:
    tab.page.goto(site.url + site.desk.put(CODED))
    tab.reveal()


def seed_shown(site: Site, tab: Tab) -> None:
    coded(site, tab)
    tab.press("mfa-show")


def second(site: Site, tab: Tab) -> None:
    tab.page.goto(site.url + site.desk.put(SECOND))
    tab.reveal()


def wrong_name(site: Site, tab: Tab) -> None:
    masked(site, tab)
    tab.page.get_by_label("Profile").fill("a b")


def dead(site: Site, tab: Tab) -> None:
    tab.page.goto(site.url + site.desk.kill("expired"))
    tab.press("reveal")
    tab.problem()


def incomplete(site: Site, tab: Tab) -> None:
    tab.page.goto(site.url + "/c/envelopeofalice")
    tab.problem()


State = Callable[[Site, Tab], None]
STATES = [ready, masked, shown, session, coded, seed_shown, second, wrong_name, dead, incomplete]


@pytest.mark.parametrize("state", STATES)
def test_everyone_can_read_and_reach_everything(site: Site, context: BrowserContext, state: State) -> None:
    tab = open_tab(context, "about:blank")
    state(site, tab)
    assert faults_of(tab.page) == {look: [] for look in LOOKS}
    assert tab.faults == []


def faults_of(page: Page) -> dict[str, list[str]]:
    """In each look."""
    found = {}
    for look, (scheme, size) in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        found[look] = _faults_of(page)
    return found


def _faults_of(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [
        *page.evaluate(FAINT, [TEXT_CONTRAST, EDGE_CONTRAST]),
        *page.evaluate(NAMELESS),
        *(["wider than the window"] if wide > 0 else []),
    ]


def test_the_focus_shows(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_never_gets_it(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    tab.reveal()
    tab.page.emulate_media(media="print")
    assert not tab.page.locator("#opened").is_visible()


def test_the_page_does_not_jump_when_it_opens(site: Site, context: BrowserContext) -> None:
    tab = open_tab(context, site.url + site.desk.put(KEY))
    before = tab.page.locator("h1").bounding_box()
    tab.reveal()
    assert tab.page.locator("h1").bounding_box() == before
