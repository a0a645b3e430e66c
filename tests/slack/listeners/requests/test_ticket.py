"""The window's ticket block, its errors, and the ticket on the approvers' message."""

from dataclasses import replace

import pytest

from bot.sandbox.slack import Answer
from tests.slack.kit import House
from tests.slack.press import top


@pytest.fixture
def t(h: House) -> House:
    rows = h.catalog.entitlements
    rows["reports-read"] = replace(  # type: ignore[index]
        rows["reports-read"],  # type: ignore[index]
        ticket="[A-Z]+#[0-9]+",
        ticket_url="https://t.example.com/browse/{ticket}?x=1",
    )
    return h


def blocks(h: House) -> list[str]:
    return [each["block_id"] for each in top(h.alice).blocks if each["type"] == "input"]


def submit(h: House, ticket: str, what: str = "reports-read") -> Answer:
    fields = {"entitlement": what, "duration": "7d", "justification": "x", "ticket": ticket}
    answer = h.alice.submit(top(h.alice), fields)
    h.send()
    return answer


def test_it_appears_with_the_entitlement_that_needs_it_and_goes_with_it(t: House) -> None:
    t.alice.command("/key request")
    assert "ticket" not in blocks(t)
    t.alice.select(top(t.alice), "justification", "value", "typed already")
    t.alice.select(top(t.alice), "entitlement", "value", "reports-read")
    assert "ticket" in blocks(t)
    assert top(t.alice).values["justification"]["value"]["value"] == "typed already"
    t.alice.select(top(t.alice), "entitlement", "value", "reports-two")
    assert "ticket" not in blocks(t)


def test_it_is_there_at_once_for_an_entitlement_that_was_named(t: House) -> None:
    t.alice.command("/key request reports-read")
    assert "ticket" in blocks(t)


@pytest.mark.parametrize("ticket", ["FIN-212", " ", "FIN#212 x"])
def test_what_is_wrong_is_said_at_its_field(t: House, ticket: str) -> None:
    t.alice.command("/key request reports-read")
    assert "[A-Z]+#[0-9]+" in submit(t, ticket).errors["ticket"]
    assert t.bob.channel("C01OPS") == []


def test_the_approvers_see_it_as_a_link(t: House) -> None:
    t.alice.command("/key request reports-read")
    assert submit(t, "FIN#212").ok
    assert "<https://t.example.com/browse/FIN%23212?x=1|FIN#212>" in str(t.bob.channel("C01OPS")[-1].blocks)


def test_a_window_submitted_before_it_shows_the_field_shows_it_then(t: House) -> None:
    t.alice.command("/key request")
    fields = {"entitlement": "reports-read", "duration": "7d", "justification": "typed already"}
    assert "[A-Z]+#[0-9]+" in t.alice.submit(top(t.alice), fields).errors["ticket"]
    assert "ticket" in blocks(t)
    assert top(t.alice).values["justification"]["value"]["value"] == "typed already"
    assert submit(t, "FIN#212").ok
