"""Search and near misses over the catalog."""

from dataclasses import replace

import pytest

from bot.domain.catalog import Account
from bot.domain.catalog_search import near, search
from bot.domain.ids import AccountName
from tests.flows.catalog import MAIN, catalog, entitlement

OTHER = Account(AccountName("billing"), "210987654321")
BIG = catalog(
    entitlement("invoices-read", title="Read invoices", account="billing"),
    entitlement("invoices-write", title="Write invoices", account="billing"),
)
BIG = replace(BIG, accounts={MAIN.name: MAIN, OTHER.name: OTHER})
OFFERED = tuple(BIG.entitlements.values())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("invoices", ["invoices-read", "invoices-write"]),
        ("WRITE inv", ["invoices-write"]),
        ("billing read", ["invoices-read"]),
        ("2109", ["invoices-read", "invoices-write"]),
        ("reports-t", ["reports-two"]),
        ("nothing like it", []),
    ],
)
def test_every_word_counts_wherever_it_stands(typed: str, found: list[str]) -> None:
    assert [each.id for each in search(BIG, OFFERED, typed)] == found


def test_without_a_word_everything_is_found() -> None:
    assert search(BIG, OFFERED, "  ") == list(OFFERED)


def test_what_begins_with_it_comes_first() -> None:
    assert next(each.id for each in search(BIG, OFFERED, "read")) == "invoices-read"  # by its title


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("report-read", "reports-read"),
        ("reports read", "reports-read"),
        ("invoice-writ", "invoices-write"),
        ("Read invoice", "invoices-read"),
    ],
)
def test_near_misses(typed: str, first: str) -> None:
    assert near(OFFERED, typed)[0].id == first


def test_ids_that_begin_with_it_come_before_those_that_merely_look_like_it() -> None:
    numbered = [entitlement(f"team-{number:03}") for number in range(130)]
    assert [each.id for each in near(numbered, "team-04")] == ["team-040", "team-041", "team-042"]


def test_there_are_few_near_misses_and_none_for_something_else() -> None:
    assert len(near(OFFERED, "reports")) == 3
    assert near(OFFERED, "zzz") == []
