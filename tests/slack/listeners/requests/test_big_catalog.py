"""A catalog of more entitlements than a select takes: the window searches instead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Account
from bot.domain.ids import AccountName
from bot.sandbox.slack import Unplayable
from tests.fakes import BOB, CAROL
from tests.flows.catalog import entitlement
from tests.slack.kit import House
from tests.slack.press import Hand, top


@pytest.fixture
def b(h: House) -> House:
    accounts = h.catalog.accounts
    accounts[AccountName("billing")] = Account(AccountName("billing"), "210987654321")  # type: ignore[index]
    for number in range(150):
        account = ("main", "billing")[number % 2]
        made = entitlement(f"big-{number:03}", title=f"Data set {number:03}", account=account, approvals=1)
        h.catalog.entitlements[made.id] = made  # type: ignore[index]
    return h


def block(actor: Hand) -> dict[str, object]:
    (found,) = [each for each in top(actor).blocks if each.get("block_id") == "entitlement"]
    return found["element"]  # type: ignore[no-any-return]


def suggested(actor: Hand, typed: str) -> dict[str, list[str]]:
    sent = actor.suggest(top(actor), "entitlement", typed).suggested
    groups = sent.get("option_groups", [])
    return {each["label"]["text"]: [option["value"] for option in each["options"]] for each in groups}


def test_up_to_a_hundred_are_a_list(h: House) -> None:
    h.alice.command("/key request")
    assert block(h.alice)["type"] == "static_select"


def test_more_are_a_search_that_asks_at_once(b: House) -> None:
    b.alice.command("/key request")
    assert block(b.alice)["type"] == "external_select"
    assert block(b.alice)["min_query_length"] == 0
    found = suggested(b.alice, "")
    assert set(found) == {"main · 123456789012", "billing · 210987654321"}
    assert sum(map(len, found.values())) == 100


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("data 149", {"billing · 210987654321": ["big-149"]}),
        ("BIG-148", {"main · 123456789012": ["big-148"]}),
        ("2109 set 11", {"billing · 210987654321": ["big-011", *(f"big-{each}" for each in range(111, 120, 2))]}),
        ("reports-bob", {}),
        ("no such thing", {}),
    ],
)
def test_it_finds_by_title_account_and_id(b: House, typed: str, found: dict[str, list[str]]) -> None:
    b.alice.command("/key request")
    assert suggested(b.alice, typed) == found


def test_what_is_found_is_chosen_and_submitted(b: House) -> None:
    rows = b.catalog.entitlements
    rows["big-149"] = replace(rows["big-149"], break_glass=timedelta(hours=1))  # type: ignore[index]
    b.alice.command("/key request")
    suggested(b.alice, "149")
    b.alice.select(top(b.alice), "entitlement", "value", "big-149")
    assert any(each.get("block_id") == "emergency" for each in top(b.alice).blocks)
    assert b.alice.submit(top(b.alice), {"duration": "7d", "justification": "x"}).ok
    b.send()
    assert "Data set 149" in b.bob.channel("C01OPS")[-1].words


def test_what_was_not_suggested_cannot_be_chosen(b: House) -> None:
    b.alice.command("/key request")
    suggested(b.alice, "149")
    with pytest.raises(Unplayable):
        b.alice.select(top(b.alice), "entitlement", "value", "big-001")


def test_one_that_was_named_is_chosen_already(b: House) -> None:
    b.alice.command("/key request big-007 for 8h because x")
    assert b.alice.submit(top(b.alice)).ok


def test_the_search_offers_what_the_owner_may_have(b: House) -> None:
    b.alice.command("/key request")
    b.alice.select(top(b.alice), "owner", "value", BOB)
    assert suggested(b.alice, "reports-bob") == {"main · 123456789012": ["reports-bob"]}
    b.alice.select(top(b.alice), "owner", "value", CAROL)
    assert suggested(b.alice, "reports-bob") == {}
