"""Accounts of the organization that the catalog lacks: asked once a day, and kept for a week while AWS refuses."""

from dataclasses import replace

import pytest

from bot.domain.errors import Unreadable
from bot.domain.hygiene.organization import Member, Organization, Outside
from bot.domain.ids import AccountName
from bot.domain.retention import WEEK
from bot.flows.hygiene import organization
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR, SECOND, Found
from tests.flows.world import World

OTHERS = (Member("3" * 12, "Payments"), Member("4" * 12, "Data"), Member("5" * 12, "Old", "SUSPENDED"))


@pytest.fixture
def found(world: World) -> Found:
    found = Found(world)
    found.with_accounts(MAIN, SECOND)
    found.reader.organized = organized(Member(MAIN.id, "Company"), Member(SECOND.id, "Second"), *OTHERS)
    return found


def organized(*members: Member) -> Organization:
    return Organization("o-exampleorg", "aws", MAIN.id, members)


def outside(found: Found) -> Outside | None:
    with found.world.work.begin() as tx:
        return organization.outside(tx, found.world.catalog)


def test_active_accounts_outside_the_catalog_are_counted_and_named(found: Found) -> None:
    assert outside(found) is None
    assert organization.read_accounts(found.context) == 4
    assert outside(found) == Outside(2, ("Data", "Payments"), found.world.clock.now())
    found.with_accounts(MAIN, SECOND, replace(MAIN, name=AccountName("data"), id="4" * 12))
    assert outside(found) == Outside(1, ("Payments",), found.world.clock.now())


def test_aws_is_asked_once_a_day(found: Found) -> None:
    calls = []
    for _ in range(50):
        organization.read_accounts(found.context)
        calls.append(len(found.reader.calls))
        found.world.clock.advance(hours=1)
    assert calls[-1] == 3
    assert (calls[0], calls[23], calls[24]) == (1, 1, 2)


def test_while_aws_refuses_the_list_is_kept_for_a_week_and_then_nothing_is_said(found: Found) -> None:
    organization.read_accounts(found.context)
    found.world.clock.advance(seconds=DAY.total_seconds())
    found.reader.faults["organization"] = Unreadable("ListAccounts", "AccessDeniedException")
    assert organization.read_accounts(found.context) == 0
    assert outside(found) is not None
    found.world.clock.advance(seconds=(WEEK - DAY + HOUR).total_seconds())
    with found.world.work.begin() as tx:
        assert tx.prune("member_account", found.world.clock.now()) == 4
    assert outside(found) is None


@pytest.mark.parametrize("now", [None, organized(Member(MAIN.id, "Company"))])
def test_accounts_that_left_are_gone_with_the_next_list(now: Organization | None, found: Found) -> None:
    organization.read_accounts(found.context)
    found.reader.organized = now
    found.world.clock.advance(seconds=DAY.total_seconds())
    organization.read_accounts(found.context)
    assert outside(found) is None
