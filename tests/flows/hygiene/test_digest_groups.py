"""Digests of what left the catalog, and of a user group whose members live in two time zones."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.events import Notice
from bot.domain.hygiene.finding import FindingKind, Step
from bot.domain.ids import EntitlementId
from bot.flows.hygiene import digest
from tests.fakes import ALICE, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.reminders import HOUR, Minder
from tests.store.rows import a_finding, plant

TUESDAY = datetime(2026, 11, 9, 23, tzinfo=UTC)  # an hour before nine in Tokyo, fifteen before nine in New York


def test_a_key_whose_entitlement_left_the_catalog_is_looked_after(minder: Minder) -> None:
    minder.key()
    offered = dict(minder.world.catalog.entitlements)
    del offered[EntitlementId("reports-long")]
    minder.world.catalog = replace(minder.world.catalog, entitlements=offered)
    minder.pass_days(5)
    assert [each.kind for each in minder.findings()] == [FindingKind.NEVER_USED]
    assert minder.post.count(Notice.DIGEST, ALICE) == 1


def test_an_account_that_left_the_catalog_is_silent_until_it_is_back(minder: Minder) -> None:
    minder.key()
    minder.foreign()
    minder.found.look()
    before, minder.world.catalog = minder.world.catalog, replace(minder.world.catalog, accounts={})
    minder.pass_days(30)
    assert {each.notice for each in minder.post.taken}.isdisjoint({Notice.DIGEST, Notice.ESCALATED})
    minder.world.catalog = before
    minder.pass_days(3)
    assert minder.post.count(Notice.DIGEST, ALICE) == 1


def test_what_was_found_in_it_is_neither_reported_beside_the_rest_nor_postponed(minder: Minder) -> None:
    world = minder.world
    minder.until(TUESDAY + 12 * HOUR)
    due = replace(a_finding("here"), account=MAIN.name, step=Step.OWNER, due_at=world.clock.now())
    lost = [replace(due, id=each, account="lost", iam_user=each, owner=each) for each in (ALICE, CAROL)]
    plant(world.work, due, *lost)  # type: ignore[arg-type]
    assert digest.digest(world.context) == 1
    with world.work.begin() as tx:
        assert [tx.findings.get(each.id) for each in lost] == lost
        assert tx.findings.get(due.id) != due


def test_a_groups_digests_in_two_time_zones_are_two_messages(minder: Minder) -> None:
    """Also on one day: each holds only its own entries, and none exceeds Slack's limits."""
    world = minder.world
    world.people.usergroups["S0JOBS"] = frozenset({ALICE, CAROL})
    for person, zone in ((ALICE, "Asia/Tokyo"), (CAROL, "America/New_York")):
        world.people.people[person] = replace(world.people.people[person], time_zone=zone)
    for number in range(2 * digest.ENTRIES_MOST):
        minder.foreign(f"job-{number:02}", owner="subteam-S0JOBS")
    minder.until(TUESDAY)
    minder.found.look()
    minder.pass_days(1, every=HOUR)
    digests = {each.subject for each in minder.post.taken if each.notice is Notice.DIGEST}
    assert len(digests) == 2
    with world.work.begin() as tx:
        assert {len(tx.findings.in_message(Notice.DIGEST, each)) for each in digests} == {digest.ENTRIES_MOST}
