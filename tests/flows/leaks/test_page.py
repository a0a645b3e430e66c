"""Who is paged, and when the admins are."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.events import Notice
from bot.domain.ids import AccountName
from bot.domain.leaks.incident import ADMINS_AFTER
from bot.domain.lifecycle import IncidentState
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import UNREAD, Leaking, keys

REPORTED, CONTAINING, CLOSED = IncidentState.REPORTED, IncidentState.CONTAINING, IncidentState.CLOSED


def test_the_admins_hear_after_ten_minutes_in_a_message_of_its_own(leaking: Leaking) -> None:
    (made,) = leaking.report(keys(leaking, "issued"), by=CAROL).incidents
    leaking.world.clock.advance(minutes=10, seconds=-1)
    assert leaking.page() == 0
    leaking.world.clock.advance(seconds=1)
    assert leaking.page() == 1
    assert BOB in leaking.told()
    assert leaking.told(Notice.INCIDENT_ALARM) == {ALICE, "C01OPS", BOB}
    assert leaking.page() == 0
    assert leaking.events(made)[-1] == "incident:escalated"


def test_nobody_is_paged_about_a_key_that_was_decided(leaking: Leaking) -> None:
    (made,) = leaking.report(keys(leaking, "issued"), by=CAROL).incidents
    leaking.contain(made, ALICE)
    leaking.world.clock.advance(seconds=ADMINS_AFTER.total_seconds())
    assert leaking.page() == 0


def test_an_account_without_approvers_pages_the_admins(leaking: Leaking) -> None:
    leaking.world.catalog = replace(leaking.world.catalog, entitlements={})
    leaking.world.catalog = replace(
        leaking.world.catalog, accounts={AccountName("main"): replace(MAIN, channel="C09MAIN")}
    )
    leaking.report(UNREAD, by=CAROL)
    leaking.world.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    leaking.page()
    assert leaking.told() == {BOB}
