"""Containment: every step is tried whatever becomes of the others, and only what is done counts as contained."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Containment
from bot.domain.errors import AwsRefused, ForeignUser, Throttled, Unanswered
from bot.domain.leaks.incident import CHECKS, StepKind, Whose
from bot.domain.lifecycle import AdoptedState, CredentialState, IncidentState
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.leaks.contained import (
    DONE,
    REFUSED,
    SKIPPED,
    WAITING,
    found,
    issued,
    open_incident,
    session,
)
from tests.flows.world import World

DENIED = AwsRefused("UpdateAccessKey", "AccessDenied")
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


def test_an_issued_key_is_off_its_sessions_are_over_and_its_row_is_retiring(world: World) -> None:
    leak = issued(world)
    world.iam.calls.clear()
    assert leak.work() == 1
    assert leak.active is False
    now, undo = world.clock.now(), world.catalog.hygiene.undo
    assert leak.user.ended_before is not None
    assert leak.user.ended_before > now
    row = world.credential(leak.now.credential)  # type: ignore[arg-type]
    assert (row.state, row.delete_at, row.off_by) == (CredentialState.RETIRING, now + undo, ALICE)
    assert (leak.now.state, leak.now.contained_at, leak.now.check_at) == (
        IncidentState.CONTAINED,
        now,
        now + CHECKS[0],
    )
    assert leak.now.activity_at == now + CHECKS[0]
    assert [name for name, _ in world.iam.calls] == ["set_active", "end_sessions"], "the key first, and nothing more"
    assert {by for _, _, by in world.iam.acts[-2:]} == {ALICE}
    assert leak.tags()[-3:] == ["incident:step", "incident:step", "incident:contained"]
    assert leak.work() == 0, "once"


def test_a_found_key_is_off_and_its_user_denied_everything(world: World) -> None:
    leak, a = found(world)
    assert leak.work() == 1
    assert leak.active is False
    assert leak.user.attached == {DENY_ALL}
    row = a.row(leak.now.found_key or "")
    assert (row.state, row.off_by, row.why) == (AdoptedState.OFF, ALICE, None)
    assert leak.now.state is IncidentState.CONTAINED


def test_where_the_account_says_so_a_found_user_is_quarantined_instead(world: World) -> None:
    leak, _ = found(world, contain=Containment.QUARANTINE)
    leak.work()
    assert leak.user.attached == {"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}
    assert leak.steps[StepKind.SESSIONS] == (DONE, "quarantine")


def test_a_session_is_denied_by_its_name(world: World) -> None:
    leak, credential = session(world)
    leak.until_contained()
    assert world.iam.revoked["arn:aws:iam::123456789012:role/reports"] == {world.credential(credential).session_name}
    assert leak.steps == {StepKind.ROLE: (DONE, None)}
    assert world.credential(credential).state is CredentialState.DELETED
    assert leak.now.state is IncidentState.CONTAINED


def test_a_session_that_may_not_be_revoked_counts_as_contained_when_it_has_expired(world: World) -> None:
    leak, credential = session(world, may=False)
    leak.until_contained()
    assert leak.steps == {StepKind.ROLE: (SKIPPED, "revoke-sessions")}
    assert leak.now.state is IncidentState.CONTAINING
    assert leak.alarms()
    world.clock.advance(timedelta(hours=8))
    leak.work()
    assert (leak.now.state, world.credential(credential).revoked_at) == (IncidentState.CONTAINED, None)


# --- AWS refuses, or doesn't answer -----------------------------------------------------------------------------------


def test_a_refused_step_stops_no_other_is_escalated_at_once_and_tried_again(world: World) -> None:
    leak = issued(world)
    world.iam.fail_at("set_active", DENIED)
    assert leak.work() == 0
    assert leak.steps == {StepKind.KEY: (REFUSED, "AccessDenied"), StepKind.SESSIONS: (DONE, None)}
    assert leak.user.ended_before is not None
    assert leak.now.state is IncidentState.CONTAINING
    assert len(leak.alarms()) > 0
    assert "incident:step-refused" in leak.tags()
    world.clock.advance(seconds=30)
    assert leak.work() == 1
    assert leak.active is False
    assert leak.tags().count("incident:step-refused") == 1


def test_the_same_refusal_is_reported_once_and_waits_longer_each_time(world: World) -> None:
    leak, _ = found(world)
    waited = []
    for _ in range(9):
        world.iam.fail_at("switch_off", DENIED)
        leak.work()
        again = leak.now.next_try_at
        assert again is not None
        waited.append((again - world.clock.now()).total_seconds())
        world.clock.advance(again - world.clock.now())
    assert waited == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert leak.tags().count("incident:step-refused") == 1


def test_throttling_is_reported_when_it_lasts(world: World) -> None:
    leak = issued(world)
    for tried in range(1, 4):
        assert not leak.alarms(), tried
        world.iam.fail_at("end_sessions", Throttled("PutUserPolicy", "Throttling"))
        leak.work()
        assert leak.steps[StepKind.SESSIONS] == (WAITING, "Throttling")
        world.clock.advance(seconds=30)
    assert leak.alarms()
    leak.work()
    assert leak.now.state is IncidentState.CONTAINED


def test_a_lost_answer_is_sent_again_and_the_inactive_key_is_latchkeys_own_doing(world: World) -> None:
    leak, a = found(world)
    world.iam.fail_at("switch_off", Unanswered("UpdateAccessKey", "ReadTimeoutError"), after=True)
    leak.until_contained()
    assert leak.now.state is IncidentState.CONTAINED
    assert a.row(leak.now.found_key or "").why is None


@pytest.mark.parametrize("what", ["key", "user"])
def test_a_key_that_is_gone_is_contained(world: World, what: str) -> None:
    leak = issued(world)
    if what == "key":
        leak.user.keys.pop(leak.key)
    else:
        world.iam.users.clear()
    leak.work()
    assert leak.now.state is IncidentState.CONTAINED
    assert leak.active is None


def test_a_found_key_that_is_gone_is_contained_and_its_row_says_so(world: World) -> None:
    leak, a = found(world)
    a.retire(leak.now.found_key or "")
    leak.user.keys.pop(leak.key)
    leak.work()
    assert leak.steps[StepKind.KEY] == (DONE, "gone")
    assert a.row(leak.now.found_key or "").state is AdoptedState.GONE
    assert leak.now.state is IncidentState.CONTAINED


# --- what Latchkey may not do -----------------------------------------------------------------------------------------


def test_in_an_account_that_does_not_adopt_nothing_is_done_and_the_incident_stays_open(world: World) -> None:
    leak, a = found(world, adopt=False)
    leak.work()
    assert leak.steps == {StepKind.KEY: (SKIPPED, "not-adopted"), StepKind.SESSIONS: (SKIPPED, "not-adopted")}
    assert leak.active is True
    assert leak.now.state is IncidentState.CONTAINING
    assert BOB in leak.alarms()
    many = len(leak.alarms())
    world.clock.advance(minutes=5)
    leak.work()
    assert len(leak.alarms()) == many, "once"
    a.account(adopt=True)
    world.clock.advance(minutes=5)
    leak.work()
    assert (leak.active, leak.now.state) == (False, IncidentState.CONTAINED)


def test_there_what_somebody_did_by_hand_counts(world: World) -> None:
    leak, _ = found(world, adopt=False)
    leak.work()
    leak.user.keys[leak.key].active = False
    world.clock.advance(minutes=5)
    leak.work()
    assert leak.steps[StepKind.KEY] == (DONE, "by-hand")
    assert leak.now.state is IncidentState.CONTAINING, "its sessions still work"
    leak.user.attached.add(DENY_ALL)
    world.clock.advance(minutes=5)
    leak.work()
    assert leak.now.state is IncidentState.CONTAINED


def test_latchkeys_own_principal_is_never_touched_as_the_ledger_or_aws_says(world: World) -> None:
    leak = open_incident(world, world.iam.plant_key(MAIN, "worker").id, whose=Whose.ITSELF, user="worker")
    leak.work()
    assert set(leak.steps.values()) == {(SKIPPED, "itself")}
    other, _ = found(world)
    itself = ForeignUser("UpdateAccessKey", "LatchkeyItself")
    world.iam.fail_at("switch_off", itself)
    world.iam.fail_at("deny", itself)
    other.work()
    assert set(other.steps.values()) == {(SKIPPED, "itself")}
    assert {leak.active, other.active} == {True}
    assert {leak.now.state, other.now.state} == {IncidentState.CONTAINING}


def test_an_account_that_left_the_catalog_is_escalated(world: World) -> None:
    leak = issued(world)
    world.catalog = replace(world.catalog, accounts={})
    leak.work()
    assert leak.steps[StepKind.KEY] == (SKIPPED, "unknown-account")
    assert leak.alarms()


def test_a_user_who_was_moved_to_another_path_is_found_again(world: World) -> None:
    leak, _ = found(world)
    leak.user.path = "/elsewhere/"
    world.iam.fail_at("switch_off", DENIED)
    world.iam.fail_at("deny", DENIED)
    leak.work()
    world.clock.advance(seconds=30)
    leak.work()
    assert leak.now.user_arn == f"arn:aws:iam::{MAIN.id}:user/elsewhere/reporting"
    assert leak.now.state is IncidentState.CONTAINED
