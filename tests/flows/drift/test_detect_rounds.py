"""The passes of drift detection: account by account, page by page, and their cost."""

from dataclasses import replace

import pytest

from bot.domain import batch_size
from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccountName
from tests.flows.catalog import entitlement
from tests.flows.drift.kit import compare, compare_once, console_user, told
from tests.flows.world import World


def two_accounts(world: World) -> Account:
    other = Account(AccountName("other"), "210987654321", boundary_arn=world.iam.boundary_arn)
    there = entitlement("there", account="other")
    former = world.catalog
    world.catalog = replace(
        former,
        accounts={**former.accounts, other.name: other},
        entitlements={**former.entitlements, there.id: there},
    )
    return other


@pytest.mark.parametrize("call", ["first", "second"])
def test_an_account_that_does_not_answer_stops_no_other(world: World, call: str) -> None:
    two_accounts(world)
    for what in ("reports-read", "there"):
        grant, credential = world.live(what)
        (user,) = [each for each in world.iam.users.values() if each.grant == grant]
        user.keys[world.key(credential)].active = False
    world.clock.advance(hours=1)
    compare_once(world)
    world.clock.advance(minutes=5)
    before, seen = world.iam.users_seen, []

    def one_answers(account: Account, users: object) -> object:
        seen.append(account.name)
        if len(seen) == (1 if call == "first" else 2):
            raise Unreadable("GetAccountAuthorizationDetails", "AccessDenied")
        return before(account, users)  # type: ignore[arg-type]

    world.iam.users_seen = one_answers  # type: ignore[method-assign,assignment]
    assert compare_once(world) == 1
    assert sorted(seen) == ["main", "other"]


def test_a_round_costs_one_list_for_each_grant_and_one_answer_about_all_of_them(world: World) -> None:
    for _ in range(5):
        console_user(world)
    world.granted()
    world.live("reports-session", "1h")
    world.iam.calls.clear()
    for _ in range(60):
        world.clock.advance(minutes=1)
        compare_once(world)
    assert (world.iam.count("users_seen"), world.iam.count("keys_of"), len(world.iam.calls)) == (1, 5, 6)


def test_where_no_one_holds_a_key_aws_is_not_asked(world: World) -> None:
    world.granted()
    compare(world)
    assert world.iam.calls == []


def test_a_large_account_is_gone_through_in_several_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_size, "COMPARED_GRANTS", 2)
    for _ in range(5):
        console_user(world).switch(active=False)
    world.clock.advance(hours=1)
    world.iam.calls.clear()
    counts = []
    for _ in range(4):
        world.clock.advance(minutes=1)
        compare_once(world)
        counts.append(world.iam.count("keys_of"))
    assert counts == [2, 4, 5, 5]
    for _ in range(5):
        world.clock.advance(minutes=5)
        compare_once(world)
    assert len(told(world)) == 5
