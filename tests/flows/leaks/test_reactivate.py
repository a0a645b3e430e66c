"""Two people agreed about a contained key: what held its user goes, the key works, and the incident is closed."""

from dataclasses import replace

import pytest

from bot.domain.errors import AwsRefused, Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import AdoptedState, CredentialState, IncidentState
from bot.flows.leaks import reactivate
from bot.flows.leaks.decisions import agree
from bot.ports import Person
from tests.fakes import ALICE, BOB, DAVE, TEAM
from tests.flows.catalog import MAIN
from tests.flows.leaks.contained import NOTHING, Leak, found, issued
from tests.flows.world import World

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


@pytest.fixture
def deciders(world: World) -> World:
    """Bob and dave approve in the account."""
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    return world


def agreed(leak: Leak, *by: SlackUserId) -> Incident:
    now = leak.world.clock.now()
    with leak.world.work.begin() as tx:
        for each in by:
            tx.incidents.agree(leak.id, each, now)
        tx.incidents.set(leak.id, reactivate_at=now, reactivate_by=by[-1], next_try_at=None)
    return leak.now


def made(world: World, whose: str) -> Leak:
    if whose == "issued":
        leak = issued(world)
    else:
        leak, a = found(world)
        group = replace(world.catalog.approvers["platform"], users=(BOB, DAVE))
        world.catalog = replace(world.catalog, approvers={"platform": group})
        del a
    leak.work()
    return leak


@pytest.mark.parametrize("whose", ["issued", "found"])
def test_the_key_works_again_and_the_incident_is_closed(deciders: World, whose: str) -> None:
    leak = made(deciders, whose)
    agreed(leak, BOB, DAVE)
    assert reactivate.carry_out(leak.context) == 1
    assert leak.active is True
    assert (leak.user.ended_before, leak.user.attached) == (None, set())
    now = leak.now
    assert (now.state, now.closed_by, now.reactivated_at) == (IncidentState.CLOSED, DAVE, deciders.clock.now())
    assert leak.tags()[-2:] == ["incident:reactivated", "incident:closed"]
    with deciders.work.begin() as tx:
        if whose == "issued":
            row = tx.credentials.get(now.credential)  # type: ignore[arg-type]
            assert row is not None
            assert row.state is CredentialState.LIVE
        else:
            adopted = tx.adopted.get(now.found_key or "")
            assert adopted is not None
            assert adopted.state is AdoptedState.ON
    assert reactivate.carry_out(leak.context) == 0


@pytest.mark.parametrize("whose", ["issued", "found"])
def test_in_the_names_of_both(deciders: World, whose: str) -> None:
    leak = made(deciders, whose)
    agreed(leak, BOB, DAVE)
    deciders.iam.acts.clear()
    reactivate.carry_out(leak.context)
    assert {by for _, _, by in deciders.iam.acts} == {f"{BOB}+{DAVE}"}
    assert [name for name, _, _ in deciders.iam.acts] == {
        "issued": ["allow_sessions", "set_active"],
        "found": ["allow", "switch_on"],
    }[whose]


def test_one_who_decides_no_more_or_owns_it_does_not_count(deciders: World) -> None:
    leak = made(deciders, "issued")
    for pair in ((ALICE, BOB), (BOB,)):
        agreed(leak, *pair)
        assert reactivate.carry_out(leak.context) == 0
        assert (leak.active, leak.now.reactivate_at) == (False, None)


def test_what_aws_refuses_is_tried_again(deciders: World) -> None:
    leak = made(deciders, "issued")
    agreed(leak, BOB, DAVE)
    deciders.iam.fail_at("set_active", AwsRefused("UpdateAccessKey", "AccessDenied"))
    assert reactivate.carry_out(leak.context) == 0
    assert reactivate.carry_out(leak.context) == 0, "not at once"
    deciders.clock.advance(seconds=15)
    assert reactivate.carry_out(leak.context) == 1
    assert leak.active is True


def test_a_grant_that_is_over_stays_over(deciders: World) -> None:
    leak = made(deciders, "issued")
    agreed(leak, BOB, DAVE)
    deciders.revoke(leak.now.grant)  # type: ignore[arg-type]
    assert reactivate.carry_out(leak.context) == 0
    assert leak.active is False


def test_what_denied_the_user_before_the_leak_stays(deciders: World) -> None:
    leak, a = found(deciders, read=False)
    a.reader.profiles["reporting"].allowed = NOTHING | {"managed": [DENY_ALL]}
    a.look(deciders.catalog.accounts[MAIN.name])
    leak.user.attached.add(DENY_ALL)
    leak.work()
    agreed(leak, BOB, ALICE)
    assert reactivate.carry_out(leak.context) == 1
    assert (leak.active, leak.user.attached) == (True, {DENY_ALL})


def test_one_decider_alone_is_told_who_is_left(deciders: World) -> None:
    leak = made(deciders, "found")
    group = replace(deciders.catalog.approvers["platform"], users=(BOB,))
    deciders.catalog = replace(deciders.catalog, admins=(BOB,), approvers={"platform": group})
    with pytest.raises(Refused, match=Reason.NO_TWO_DECIDERS) as refusal:
        agree.agree(leak.context, incident=leak.id, by=BOB, delivery=None)
    assert refusal.value.facts["able"] == {BOB}
