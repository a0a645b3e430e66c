"""The lease end sent to AWS: never later than approved, whatever the ledger's date says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.events import Notice, Tag
from bot.domain.ids import GrantId
from bot.store import tables
from tests.fakes import ALICE
from tests.flows.catalog import catalog, entitlement
from tests.flows.drift.kit import BY_HAND, compare, repair_now
from tests.flows.renewals import approved, carry_out, in_aws, lease, renewed
from tests.flows.world import World

DAY = timedelta(days=1)
FAR = datetime(2126, 1, 1, tzinfo=UTC)


def forge(world: World, grant: GrantId, *, intent: bool = True) -> None:
    """As an attacker who can write to the database would."""
    with world.work.begin() as tx:
        tx.grants.set_lease(grant, FAR)
        if intent:
            tx.grants.set_renewal(grant, FAR, None)


def alarms(world: World, grant: GrantId) -> tuple[int, list[str]]:
    """Audit events, and who is notified."""
    with world.work.begin() as tx:
        events = [each for each in tx.audit.of(grant) if each.tag is Tag.GRANT_OVERSTATED]
    return len(events), [to for notice, to in world.items() if notice == Notice.OVERSTATED]


def given(world: World, grant: GrantId) -> list[tuple[str, str]]:
    """Every lease end sent to AWS, according to the audit log."""
    with world.work.begin() as tx:
        events = [each for each in tx.audit.of(grant) if each.tag is Tag.GRANT_LEASE_SET]
    return [(each.facts["for"], each.facts["until"]) for each in events]


def test_a_forged_date_in_the_ledger_does_not_reach_aws(both: World) -> None:
    grant, _ = both.live()
    before = lease(both, grant)
    forge(both, grant)
    for _ in range(3):
        carry_out(both)
        both.clock.advance(minutes=5)
    assert in_aws(both, grant) == lease(both, grant) == before
    assert alarms(both, grant) == (1, [*both.catalog.admins, ALICE]), "its owner sees which end holds"
    assert both.grant(grant).renew_until is None, "the comparison goes on"


def test_an_end_that_is_put_back_is_in_the_trail(world: World) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    with world.work.begin() as tx:
        tx.grants.set_renewal(grant, before, None)
    carry_out(world)
    assert before is not None
    assert given(world, grant) == [("mint", before.isoformat()), ("put-back", before.isoformat())]


def test_nor_with_a_forged_approval_beyond_the_catalogs_longest_from_now(world: World) -> None:
    grant, _ = world.live()
    asked = approved(world, grant)
    with world.work.begin() as tx:
        tx.grants.set_renewal(grant, FAR, asked)
    now = world.clock.now()
    carry_out(world)
    world.clock.advance(days=1)
    assert in_aws(world, grant) == lease(world, grant) == now + 30 * DAY
    assert alarms(world, grant)[0] == 1


def test_where_nothing_was_approved_aws_keeps_its_date(world: World) -> None:
    grant, _ = world.live()
    before = in_aws(world, grant)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(delete(tables.decision))
    forge(world, grant)
    calls = world.iam.count("extend")
    carry_out(world)
    assert (in_aws(world, grant), world.iam.count("extend")) == (before, calls)
    assert alarms(world, grant)[0] == 1


def test_a_rotation_does_not_carry_it_into_aws(world: World) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    forge(world, grant, intent=False)
    world.rotated(grant)
    assert in_aws(world, grant) == before
    assert alarms(world, grant)[0] == 1


def test_nor_does_the_repair_of_a_difference(world: World) -> None:
    who = BY_HAND[K.POLICY](world)
    before = lease(world, who.grant)
    forge(world, who.grant, intent=False)
    compare(world)
    repair_now(world, K.POLICY)
    assert in_aws(world, who.grant) == before
    assert alarms(world, who.grant)[0] == 1


@pytest.mark.parametrize("ahead", [-15, 0, 15])
def test_the_clocks_of_two_hosts_raise_no_alarm(world: World, ahead: int) -> None:
    """The web process that took the click, and the worker."""
    world.catalog = catalog(entitlement("reports-read", max_duration=7 * DAY))
    grant = world.granted()
    world.clock.advance(seconds=60 + ahead)
    credential = world.collect(grant).id
    world.clock._now -= timedelta(seconds=ahead)  # type: ignore[attr-defined]
    world.mint(credential)
    world.reveal()
    assert in_aws(world, grant) == lease(world, grant)
    assert alarms(world, grant) == (0, [])


LIVES: dict[str, Callable[[World, GrantId], object]] = {
    "a rotation": lambda world, grant: world.rotated(grant),
    "a renewal": renewed,
    "two renewals": lambda world, grant: (
        renewed(world, grant, "14d"),
        world.clock.advance(days=2),
        renewed(world, grant),
    ),
}


@pytest.mark.parametrize("what", LIVES)
def test_an_honest_life_raises_no_alarm_and_every_date_is_in_the_trail(world: World, what: str) -> None:
    grant, _ = world.live()
    world.clock.advance(days=1)
    LIVES[what](world, grant)
    end = lease(world, grant)
    assert in_aws(world, grant) == end
    assert alarms(world, grant) == (0, [])
    assert given(world, grant)[0][0] == "mint"
    assert given(world, grant)[-1][1] == end.isoformat()
