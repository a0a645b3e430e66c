"""A worker that comes late, a clock that jumps, and an attacker who renames the user: contained all the same, once."""

from datetime import timedelta

import pytest

from bot.domain.errors import AwsRefused
from bot.domain.leaks.incident import CHECKS
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import checks, contain, people, reactivate
from bot.flows.leaks.decisions import close, replaced
from bot.ports import Person
from tests.fakes import BOB, DAVE, TEAM
from tests.flows import leak_presses
from tests.flows.catalog import MAIN
from tests.flows.during_aws_call import LOST, during
from tests.flows.leaks.contained import DONE, Leak, found, issued, issued_of
from tests.flows.leaks.test_reactivate import agreed, made
from tests.flows.world import World

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
DENIED = AwsRefused("PutUserPolicy", "AccessDenied")


def due(leak: Leak) -> None:
    at = leak.now.check_at
    assert at is not None
    leak.world.clock.advance(at - leak.world.clock.now())


def test_a_check_that_was_asleep_counts_for_nothing(world: World) -> None:
    """Others made the checks meanwhile, and one is still to come."""
    leak = issued(world)
    leak.work()
    due(leak)

    def others() -> None:
        world.clock.advance(checks.CLAIM)
        checks.check(leak.context)

    with pytest.MonkeyPatch.context() as patch:
        during(world.iam, "standing", others, patch)
        checks.check(leak.context)
    assert leak.now.check == 1


def test_what_aws_refuses_late_is_not_undone(world: World) -> None:
    leak = issued(world)

    def slow() -> None:
        world.clock.advance(contain.CLAIM)
        leak.work()
        raise DENIED

    with pytest.MonkeyPatch.context() as patch:
        during(world.iam, "end_sessions", slow, patch)
        leak.work()
    assert leak.now.state is IncidentState.CONTAINED
    assert {state for state, _ in leak.steps.values()} == {DONE}
    assert leak.tags().count("incident:step") == 2
    assert not leak.alarms()


def test_nothing_is_sent_to_aws_after_it_was_closed(world: World) -> None:
    leak = issued(world)
    with pytest.MonkeyPatch.context() as patch:
        during(
            world.iam,
            "set_active",
            lambda: close.close(world.context, incident=leak.id, by=BOB, justification="Not a leak.", delivery=None),
            patch,
        )
        leak.work()
    assert leak.now.state is IncidentState.CLOSED
    assert leak.user.ended_before is None


@pytest.mark.parametrize("whose", ["issued", "found"])
@pytest.mark.parametrize("when", ["before", "lost"])
def test_a_check_sees_nothing_new_in_what_two_agreed_to(world: World, whose: str, when: str) -> None:
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    leak = made(world, whose)
    due(leak)
    agreed(leak, BOB, DAVE)
    calls = {"issued": (world.iam, "allow_sessions", "set_active"), "found": (leak.hand, "allow", "switch_on")}
    target, first, second = calls[whose]

    def press() -> None:
        if when == "lost":
            raise LOST
        checks.check(leak.context)

    with pytest.MonkeyPatch.context() as patch:
        during(target, first if when == "before" else second, press, patch)
        reactivate.carry_out(leak.context)
    checks.check(leak.context)
    world.clock.advance(seconds=15)
    reactivate.carry_out(leak.context)
    assert (leak.active, leak.now.state) == (True, IncidentState.CLOSED)
    assert not leak.alarms()


def test_half_a_reactivation_that_is_called_off_is_contained_again(world: World) -> None:
    """AWS's answer was lost, and one of the two decides no more: after the last check, too."""
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    leak = issued(world)
    leak.work()
    while leak.now.check_at is not None:
        due(leak)
        checks.check(leak.context)
    agreed(leak, BOB, DAVE)

    def lost() -> None:
        raise LOST

    with pytest.MonkeyPatch.context() as patch:
        during(world.iam, "set_active", lost, patch)
        reactivate.carry_out(leak.context)
    assert leak.active
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=False)
    world.clock.advance(seconds=15)
    reactivate.carry_out(leak.context)
    for _ in range(3):
        world.clock.advance(seconds=10)
        checks.check(leak.context)
        leak.work()
    assert (leak.active, leak.now.state) == (False, IncidentState.CONTAINED)
    assert leak.user.ended_before


@pytest.mark.parametrize("jump", [-HOUR, -YEAR, YEAR])
def test_a_clock_that_jumps_holds_up_no_step_and_no_check(world: World, jump: timedelta) -> None:
    leak = issued(world)
    world.iam.fail_at("end_sessions", DENIED)
    leak.work()
    world.clock.advance(jump)
    world.clock.advance(seconds=2)
    assert leak.work() == 1
    world.clock.advance(jump)
    world.clock.advance(seconds=12)
    checks.check(leak.context)
    assert leak.now.check == 1
    at = leak.now.check_at
    assert at is not None
    assert at - world.clock.now() <= CHECKS[-1]


def test_every_step_is_tried_before_slack_is_asked_whom_to_tell(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack may take ten seconds for each user group."""
    leak = issued(world)
    asked: list[set[str]] = []

    def slow(*_args: object, **_words: object) -> tuple[str, ...]:
        asked.append({name for name, _, _ in world.iam.acts})
        return (BOB,)

    monkeypatch.setattr(people, "places", slow)
    for _ in range(3):
        world.iam.fail_at("set_active", DENIED)
        leak.work()
        world.clock.advance(seconds=20)
    (acts,) = asked  # and not again while nothing is new
    assert "end_sessions" in acts
    assert leak.work() == 1
    due(leak)
    assert checks.check(leak.context) == 0
    assert leak.now.check == 1
    assert len(asked) == 1


def test_what_was_reactivated_is_not_revoked_for_its_replacement(world: World) -> None:
    grant, credential = world.live()
    leak = issued_of(world, grant, credential)
    leak.work()
    asked = leak_presses.ask_replacement(world, leak.id, "reports-coded")
    world.approve(asked.id)
    with world.work.begin() as tx:
        new = tx.grants.of_request(asked.id)
    assert new is not None
    world.mint(world.collect(new.id).id)
    world.reveal()
    world.receipt()
    seen = leak.now
    with world.work.begin() as tx:
        close.end(tx, tx.incidents.lock(leak.id) or seen, by=BOB, why="reactivated", now=world.clock.now())
    assert not replaced._revoke(world.context, seen)
    assert not world.grant(grant).is_over


def test_a_renamed_found_user_is_contained_under_its_new_name(world: World) -> None:
    leak, _ = found(world)
    user = leak.user
    world.iam.rename(MAIN, user.name, "elsewhere")
    for _ in range(8):
        leak.work()
        world.clock.advance(seconds=10)
        checks.check(leak.context)
    now = world.iam.users[MAIN.id, "elsewhere"]
    assert leak.active is False
    assert "arn:aws:iam::aws:policy/AWSDenyAll" in now.attached
    assert leak.now.state is IncidentState.CONTAINED
    assert leak.now.round == 0
