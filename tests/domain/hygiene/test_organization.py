"""The organization's accounts beside the catalog: each in one list, with valid and distinct names for new ones."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.config.catalog_rules import ACCOUNT_NAME
from bot.domain.catalog import Catalog
from bot.domain.hygiene.organization import Member, Organization, compare, table_names
from bot.domain.ids import AccountName
from tests.flows.catalog import MAIN, catalog

LIKE = st.sampled_from(["Prod", "prod", "PROD-000000000001", "Größe", "", "日本"])
NAMES = st.lists(st.text(max_size=60) | LIKE, max_size=9)


def organization(*members: Member, worker: str = MAIN.id) -> Organization:
    return Organization("o-exampleorg", "aws", worker, members)


def with_accounts(*external_ids: str | None) -> Catalog:
    made = (
        replace(MAIN, name=AccountName(f"a{n}"), id=f"{n:012}", external_id=each) for n, each in enumerate(external_ids)
    )
    return replace(catalog(), accounts={each.name: each for each in made})


@given(NAMES, st.lists(st.sampled_from(["prod", "Main", "prod-000000000002", "account-000000000003"]), unique=True))
def test_names_are_valid_distinct_and_new_to_the_catalog(names: list[str], taken: list[str]) -> None:
    members = [Member(f"{number:012}", name) for number, name in enumerate(names)]
    found = table_names(members, taken)
    assert found.keys() == {each.id for each in members}
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each) and len(each) <= ACCOUNT_NAME for each in found.values())
    assert len({*found.values(), *(each.casefold() for each in taken)}) == len(found) + len(taken)


def test_a_name_that_comes_once_is_kept_and_the_others_get_their_ids() -> None:
    names = ["Team Größe (prod)", "Data", "data", "日本"]
    members = [Member(str(number) * 12, name) for number, name in enumerate(names, start=1)]
    assert list(table_names(members, ["main"]).values()) == [
        "team-groe-prod",
        "data-222222222222",
        "data-333333333333",
        "account-444444444444",
    ]


def test_each_account_is_in_one_list() -> None:
    found = compare(
        organization(
            Member(MAIN.id, "Company"),
            Member("2" * 12, "Payments"),
            Member("3" * 12, "Old", "SUSPENDED"),
            Member("4" * 12, "Older", "PENDING_CLOSURE"),
        ),
        replace(catalog(), accounts={MAIN.name: MAIN, AccountName("far"): replace(MAIN, id="9" * 12)}),
    )
    assert [(account.name, member.name) for account, member in found.known] == [("main", "Company")]
    assert [(each.name, each.id) for each in found.missing] == [("payments", "2" * 12)]
    assert [each.name for each in found.closed] == ["Old", "Older"]
    assert [each.id for each in found.elsewhere] == ["9" * 12]


def test_only_the_workers_own_account_needs_no_external_id() -> None:
    both = organization(Member("7" * 12, "Own"), Member("8" * 12, "Other"), worker="7" * 12)
    ids = {each.name: each.external_id for each in compare(both, with_accounts("latchkey-7d41")).missing}
    assert ids == {"own": None, "other": "latchkey-7d41"}
    ids = {each.name: each.external_id for each in compare(both, with_accounts("one", "two", None)).missing}
    assert ids == {"own": "latchkey-o-exampleorg", "other": "latchkey-o-exampleorg"}
