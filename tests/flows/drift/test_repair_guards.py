"""The worker checks again before it repairs: nothing is changed that is unknown, in progress or already repaired."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.drift.difference import REPAIRS
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.errors import AwsRefused, Reason, Refused, Throttled, Unreadable
from bot.domain.ids import CredentialId
from bot.domain.leaks.incident import Source
from bot.domain.leaks.keys_in_text import Found as Leaked
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import report
from bot.store import tables
from tests.fakes import CAROL
from tests.flows.drift.kit import FOREIGN, ConsoleUser, again, carry_out, compare, done, one, press, repair_now
from tests.flows.drift.test_repair import differs, writes
from tests.flows.world import World

REPAIRABLE = pytest.mark.parametrize("kind", sorted(REPAIRS))


@pytest.mark.parametrize("call", ["users_seen", "keys_of"])
@REPAIRABLE
def test_unreadable_is_unknown_and_tried_again(world: World, kind: K, call: str) -> None:
    differs(world, kind)
    world.iam.fail_at(call, Unreadable("List"))
    row = repair_now(world, kind)
    assert writes(world) == []
    assert (again(world, row).repaired_at, again(world, row).stuck_on) == (None, None)
    assert carry_out(world) == 0, "not at once"
    world.clock.advance(seconds=15)
    assert carry_out(world) == 1


@REPAIRABLE
def test_drift_that_is_gone_is_not_repaired(world: World, kind: K) -> None:
    who = differs(world, kind)
    press(world, row := one(world, kind))
    who.undo()
    assert carry_out(world) == 0
    assert writes(world) == []
    assert again(world, row).closed_at
    assert again(world, row).repaired_at is None


def test_what_changed_once_more_is_not_put_back_by_the_old_button(world: World) -> None:
    who = differs(world, K.POLICY)
    press(world, row := one(world, K.POLICY))
    who.lengthen()
    assert carry_out(world) == 0
    assert writes(world) == []
    assert FOREIGN in who.user.seen().shape.policies
    assert again(world, row).closed_at


@REPAIRABLE
def test_it_waits_while_a_key_is_made(world: World, kind: K) -> None:
    who = differs(world, kind)
    press(world, one(world, kind))
    with world.work.begin() as tx:
        (first, *_) = tx.credentials.of(who.grant)
        tx.credentials.add(
            replace(first, id=CredentialId("x"), state=C.ISSUING, slot=None, access_key_id=None, gone_at=None)
        )
    world.clock.advance(seconds=15)
    assert carry_out(world) == 0
    assert world.iam.calls == []


@pytest.mark.parametrize("kind", [K.POLICY, K.BOUNDARY, K.TAGS])
def test_a_refusal_is_reported_and_the_button_stands_again(world: World, kind: K) -> None:
    differs(world, kind)
    world.iam.fail_at("repair", AwsRefused("PutUserPolicy", "AccessDenied"))
    row = again(world, repair_now(world, kind))
    assert (row.stuck_on, row.pressed_by, row.repaired_at) == ("PutUserPolicy: AccessDenied", None, None)
    row = again(world, repair_now(world, kind))
    assert (row.stuck_on, bool(row.repaired_at)) == (None, True)


def test_a_throttle_is_a_reason_to_come_back(world: World) -> None:
    differs(world, K.POLICY)
    world.iam.fail_at("repair", Throttled("PutUserPolicy", "Throttling"), after=True)
    row = repair_now(world, K.POLICY)
    assert again(world, row).stuck_on is None
    world.clock.advance(seconds=15)
    carry_out(world)
    assert again(world, row).closed_at, "it had been carried out, and AWS shows nothing to repair"


def test_without_its_boundary_no_policy_is_put_back(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    who.unbind()
    compare(world)
    assert again(world, repair_now(world, K.POLICY)).stuck_on == "CreateUser: EntityAlreadyExists"
    repair_now(world, K.BOUNDARY)
    assert again(world, repair_now(world, K.POLICY)).repaired_at


def test_under_a_boundary_that_is_not_the_printed_one_nothing_is_put_back(world: World) -> None:
    differs(world, K.POLICY)
    world.iam.bad_boundaries["123456789012"] = "Differs"
    assert again(world, repair_now(world, K.POLICY)).stuck_on == "GetPolicy: Differs"


@pytest.mark.parametrize("kind", [K.POLICY, K.KEY_OFF])
@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"lease": timedelta(days=900)}, Reason.TOO_LONG),
        ({"owner": "U03CAROL"}, Reason.NOT_FOUND),
        ({"entitlement": "reports-two"}, Reason.ENTITLEMENT_GONE),
    ],
    ids=["lease", "owner", "entitlement"],
)
def test_a_forged_row_gives_no_one_more_rights(
    world: World, kind: K, forged: dict[str, object], reason: Reason
) -> None:
    """An attacker who can write to the database gets no more from a repair than from a mint."""
    who = differs(world, kind)
    row = one(world, kind)
    press(world, row)
    lease = {"lease_until": world.clock.now() + forged["lease"]} if "lease" in forged else forged  # type: ignore[operator]
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(tables.grants).where(tables.grants.c.id == who.grant).values(**lease))
    carry_out(world)
    assert writes(world) == []
    if kind is K.KEY_OFF:
        assert again(world, row).stuck_on == reason
    assert not again(world, row).repaired_at


def test_unapproved_rows_put_nothing_back(world: World) -> None:
    differs(world, K.POLICY)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(tables.decision.delete())
    assert again(world, repair_now(world, K.POLICY)).stuck_on == Reason.NOT_APPROVER
    assert writes(world) == []


@pytest.mark.parametrize("pressed", [False, True], ids=["before the press", "after the press"])
def test_a_key_whose_leak_is_open_is_not_reactivated(world: World, pressed: bool) -> None:
    """Somebody deactivated it in AWS because it leaked; only its incident brings it back."""
    who = differs(world, K.KEY_OFF)
    row = one(world, K.KEY_OFF)
    if pressed:
        press(world, row)
    (incident,) = report.report(
        world.context, found=Leaked((who.key,), ()), by=CAROL, source=Source.COMMAND, delivery=None
    ).incidents
    assert incident.state is IncidentState.REPORTED
    if not pressed:
        with pytest.raises(Refused) as refused:
            press(world, row)
        assert refused.value.reason is Reason.LEAKED
    carry_out(world)
    assert not who.user.keys[who.key].active
    assert again(world, row).stuck_on == (Reason.LEAKED if pressed else None)
