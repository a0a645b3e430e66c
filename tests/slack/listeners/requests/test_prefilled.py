"""`/key request` with what somebody types after it: the window opens filled in, or says what may have been meant."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import ALICE
from tests.slack.kit import House
from tests.slack.press import told, top


def value(h: House, block: str) -> Any:
    found = top(h.alice).values[block]["value"]
    return (found.get("selected_option") or {}).get("value") or found.get("value") or found.get("selected_user")


@pytest.fixture
def t(h: House) -> House:
    rows = h.catalog.entitlements
    rows["reports-read"] = replace(rows["reports-read"], ticket=r"FIN-\d+")  # type: ignore[index]
    return h


def test_the_window_opens_filled_in_and_can_be_submitted_as_it_is(t: House) -> None:
    t.alice.command("/key request reports-read for 8h because the audit (FIN-212) <now> & then")
    filled = {each: value(t, each) for each in ("entitlement", "duration", "justification", "ticket", "owner")}
    assert filled == {
        "entitlement": "reports-read",
        "duration": "8h",
        "justification": "the audit (FIN-212) <now> & then",
        "ticket": "FIN-212",
        "owner": ALICE,
    }
    assert t.alice.submit(top(t.alice)).ok


@pytest.mark.parametrize(
    ("typed", "chosen"), [("480m", "8h"), ("24h", "1d"), ("8H", "8h"), ("9h", None), ("soon", None)]
)
def test_a_duration_is_chosen_if_it_is_offered(t: House, typed: str, chosen: str | None) -> None:
    t.alice.command(f"/key request reports-read for {typed}")
    assert value(t, "duration") == chosen


def test_a_title_names_it_too(t: House) -> None:
    t.alice.command("/key request Reports Two for 8h")
    assert value(t, "entitlement") == "reports-two"


def test_only_a_reason_or_a_duration_may_be_typed(t: House) -> None:
    t.alice.command("/key request for 8h because x")
    assert (value(t, "entitlement"), value(t, "duration"), value(t, "justification")) == (None, "8h", "x")


@pytest.mark.parametrize("typed", ["report-read", "reports-raed for 8h", "Reports reed because x"])
def test_near_misses_are_suggested(t: House, typed: str) -> None:
    assert t.alice.command(f"/key request {typed}").ok
    assert "Did you mean `reports-read` (reports read)" in told(t.alice)
    assert t.alice.modal() is None


def test_what_is_not_offered_is_not_suggested(t: House) -> None:
    t.alice.command("/key request reports-bo")
    assert "reports-bob" not in told(t.alice)
    t.alice.command("/key request reports-bob")
    assert "doesn't offer this" in told(t.alice)
    assert "Did you mean" not in told(t.alice)


def test_nothing_like_it_has_no_suggestion(t: House) -> None:
    t.alice.command("/key request zzzz")
    assert "Did you mean" not in told(t.alice)
