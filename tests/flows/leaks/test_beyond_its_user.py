"""Beyond the key's own user: roles that it assumed have a button, and what it made elsewhere is an alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused
from bot.domain.leaks.activity import Activity
from bot.domain.leaks.incident import CHECKS, Step, StepKind, StepState
from bot.domain.leaks.offspring import Made, MadeKind
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import made
from bot.flows.leaks.decisions.end_sessions import end_sessions
from tests.fakes import BOB
from tests.flows.catalog import MAIN
from tests.flows.leaks.contained import DONE, REFUSED, SKIPPED, Leak, issued
from tests.flows.world import World

OURS, FOREIGN = (f"arn:aws:iam::{MAIN.id}:role/{name}" for name in ("reports", "admin"))


def pressed(world: World, role: str) -> Leak:
    """Contained a minute ago; bob pressed End sessions of the role that it assumed."""
    world.catalog = replace(world.catalog, accounts={MAIN.name: replace(MAIN, revoke_sessions=True)})
    leak = issued(world)
    leak.work()
    world.clock.advance(minutes=1)
    with world.work.begin() as tx:
        tx.incidents.add_steps([Step(leak.id, StepKind.ROLE, role, 0, StepState.OFFERED)])
    end_sessions(world.context, incident=leak.id, number=3, by=BOB, delivery=None)
    return leak


def test_all_older_sessions_of_a_role_of_the_catalog_are_ended(world: World) -> None:
    leak = pressed(world, OURS)
    since = world.clock.now() - timedelta(minutes=1)
    assert leak.work() == 1
    assert world.iam.older_revoked == {OURS: world.clock.now() + timedelta(minutes=1)}
    assert world.iam.acts[-1] == ("end_role_sessions", OURS, BOB)
    assert leak.steps[StepKind.ROLE] == (DONE, None)
    assert (leak.now.state, leak.now.contained_at) == (IncidentState.CONTAINED, since), "the key was contained before"
    assert leak.now.check_at == world.clock.now() + CHECKS[0]


def test_where_latchkey_may_not_write_a_person_gets_the_lines(world: World) -> None:
    leak = pressed(world, FOREIGN)
    assert leak.work() == 1
    assert leak.steps[StepKind.ROLE] == (SKIPPED, "foreign-role")
    assert not world.iam.older_revoked
    assert leak.alarms()
    assert leak.now.state is IncidentState.CONTAINED


def test_a_refusal_is_tried_again(world: World) -> None:
    leak = pressed(world, OURS)
    world.iam.fail_at("end_role_sessions", AwsRefused("PutRolePolicy", "LimitExceeded"))
    assert leak.work() == 0
    assert leak.steps[StepKind.ROLE] == (REFUSED, "LimitExceeded")
    leak.until_contained()
    assert leak.now.state is IncidentState.CONTAINED


@pytest.mark.parametrize(("offset", "told"), [(timedelta(0), True), (timedelta(hours=-1), False)])
def test_what_the_key_made_after_the_report_is_an_alarm_once(world: World, offset: timedelta, told: bool) -> None:
    leak = issued(world)
    leak.work()
    now = world.clock.now()
    user = Made(MadeKind.USER, "backup-service", None, leak.now.opened_at + offset)
    seen = Activity(now - timedelta(days=1), now, made=(user,))
    for before in (None, seen):
        with world.work.begin() as tx:
            incident = tx.incidents.lock(leak.id)
            assert incident is not None
            made.report_new(tx, incident, before, seen, now, (BOB,))
    assert leak.tags().count("incident:found") == int(told)
    assert leak.alarms() == ([BOB] if told else [])
