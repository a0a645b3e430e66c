"""Pre-approvals: who may give and revoke them, what they approve in whose name, and what they don't."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import CredentialState, RequestState
from bot.domain.requests.preapproval import Preapproval
from bot.domain.requests.request import Request
from bot.flows.requests import ask, decide, preapprove
from bot.store.preapprovals import SqlPreapprovals
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import entitlement
from tests.flows.test_races import both_at_once
from tests.flows.world import World

DAY = timedelta(days=1)


def given(world: World, on: RequestId, by: SlackUserId = BOB, until: datetime | None = None) -> Preapproval:
    return preapprove.preapprove(
        world.context, request=on, by=by, until=until or world.clock.now() + 10 * DAY, delivery=None
    )


def request(world: World, of: RequestId) -> Request:
    with world.work.begin() as tx:
        found = tx.requests.get(of)
    assert found is not None
    return found


def state(world: World, of: RequestId) -> str:
    return request(world, of).state.value


def approved(world: World, what: str = "reports-read") -> RequestId:
    """A decided request, on whose message an approver can pre-approve."""
    asked = world.ask(what)
    world.approve(asked)
    return asked


def test_later_requests_are_approved_in_the_approvers_name(world: World) -> None:
    row = given(world, approved(world))
    later = world.ask()
    assert state(world, later) == "approved"
    with world.work.begin() as tx:
        (decision,) = tx.decisions.of(later)
        events = {each.tag.value: (each.actor, each.facts) for each in tx.audit.of(later)}
        grant = tx.grants.of_request(later)
    assert (decision.approver, decision.preapproval) == (BOB, row.id)
    assert events["decision:made"] == (BOB, {"answer": "approve", "preapproval": row.id})
    assert events["request:approved"][0] == BOB
    assert grant is not None
    credential = world.collect(grant.id).id
    world.mint(credential)
    assert world.credential(credential).state is CredentialState.SEALED


def test_it_approves_nothing_by_itself(world: World) -> None:
    asked = world.ask()
    given(world, asked)
    assert state(world, asked) == "requested"
    with world.work.begin() as tx:
        assert tx.decisions.of(asked) == ()


@pytest.mark.parametrize(
    ("what", "by", "duration"),
    [("reports-coded", ALICE, "7d"), ("reports-read", CAROL, "7d"), ("reports-read", ALICE, "8d")],
)
def test_it_is_for_one_person_one_entitlement_and_a_duration(
    world: World, what: str, by: SlackUserId, duration: str
) -> None:
    given(world, approved(world))
    assert state(world, world.ask(what, by, duration)) == "requested"


def test_what_was_approved_for_less_is_pre_approved_for_less(world: World) -> None:
    asked = world.ask()
    decide.approve(world.context, request=asked, by=BOB, delivery=None, duration=DAY)
    assert given(world, asked).duration == DAY
    assert state(world, world.ask()) == "requested"


def test_that_nobody_is_pre_approved_is_remembered_for_a_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request without one in the ledger is a single write. One that this process adds counts at once."""
    asked = approved(world)
    read: list[object] = []
    before = SqlPreapprovals.any
    monkeypatch.setattr(SqlPreapprovals, "any", lambda self, now: read.append(now) or before(self, now))
    later = time.monotonic() + 10
    monkeypatch.setattr(time, "monotonic", lambda: later)
    world.approve(world.ask("reports-coded"))
    world.approve(world.ask("reports-coded"))
    assert len(read) == 1
    given(world, asked)
    assert state(world, world.ask()) == "approved"
    assert len(read) == 2


def test_it_ends_on_its_date(world: World) -> None:
    given(world, approved(world), until=world.clock.now() + DAY)
    world.clock.advance(DAY - timedelta(seconds=1))
    assert state(world, world.ask()) == "approved"
    world.clock.advance(seconds=1)
    assert state(world, world.ask()) == "requested"


def test_of_two_approvals_it_is_one_persons(world: World) -> None:
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    first = world.ask("reports-two")
    world.approve(first)
    given(world, first)
    world.approve(first, by=DAVE)
    later = world.ask("reports-two")
    assert state(world, later) == "requested"
    with pytest.raises(Refused) as refused:
        world.approve(later)
    assert refused.value.reason is Reason.ALREADY_VOTED
    world.approve(later, by=DAVE)
    assert state(world, later) == "approved"


def test_two_peoples_pre_approvals_are_two_approvals(world: World) -> None:
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    first = world.ask("reports-two")
    for each in (BOB, DAVE):
        given(world, first, by=each)
    ask.cancel(world.context, request=first, by=ALICE, delivery=None)
    assert state(world, world.ask("reports-two")) == "approved"


def test_it_counts_only_while_its_approver_is_one(world: World) -> None:
    given(world, approved(world))
    group = replace(world.catalog.approvers["platform"], users=(DAVE,), usergroups=())
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    world.catalog = replace(world.catalog, approvers={"platform": group})
    assert state(world, world.ask()) == "requested"


def test_a_deactivated_approvers_doesnt_count(world: World) -> None:
    given(world, approved(world))
    world.people.people[BOB] = replace(world.people.people[BOB], full_member=False)
    assert state(world, world.ask()) == "requested"


def test_what_became_dangerous_waits_for_a_person(world: World) -> None:
    given(world, approved(world))
    danger = entitlement("reports-read", dangerous=True)
    world.catalog = replace(world.catalog, entitlements={**world.catalog.entitlements, danger.id: danger})
    asked = world.ask()
    assert state(world, asked) == "requested"
    with pytest.raises(Refused) as refused:
        given(world, asked)
    assert refused.value.reason is Reason.NOT_PREAPPROVABLE


def test_only_an_approver_who_is_no_party_gives_one(world: World) -> None:
    asked = world.ask()
    for by, reason in ((CAROL, Reason.NOT_APPROVER), (ALICE, Reason.NOT_APPROVER)):
        with pytest.raises(Refused) as refused:
            given(world, asked, by=by)
        assert refused.value.reason is reason
    world.people.usergroups["S0PLATFORM"] = frozenset({BOB, ALICE})
    own = world.ask("reports-coded")
    with pytest.raises(Refused) as refused:
        given(world, own, by=ALICE)
    assert refused.value.reason is Reason.OWN_REQUEST


@pytest.mark.parametrize(("days", "reason"), [(0, Reason.NOT_AHEAD), (92, Reason.PREAPPROVED_TOO_LONG)])
def test_its_date_lies_at_most_ninety_days_ahead(world: World, days: int, reason: Reason) -> None:
    asked = approved(world)
    with pytest.raises(Refused) as refused:
        given(world, asked, until=world.clock.now() + days * DAY)
    assert refused.value.reason is reason
    given(world, asked, until=world.clock.now() + 91 * DAY)  # the end of the ninetieth day


def test_a_second_one_of_the_same_approver_replaces_the_first(world: World) -> None:
    asked = approved(world)
    first = given(world, asked)
    second = given(world, asked, until=world.clock.now() + DAY)
    assert [each.id for each in preapprove.listed(world.context, by=BOB)] == [second.id]
    with world.work.begin() as tx:
        old = tx.preapprovals.get(first.id)
    assert old is not None
    assert old.ended_by == BOB


def test_any_approver_revokes_it_once(world: World) -> None:
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    row = given(world, approved(world))
    with pytest.raises(Refused) as refused:
        preapprove.revoke(world.context, preapproval=row.id, by=CAROL, delivery=None)
    assert refused.value.reason is Reason.NOT_APPROVER
    preapprove.revoke(world.context, preapproval=row.id, by=DAVE, delivery=None)
    assert state(world, world.ask()) == "requested"
    assert preapprove.listed(world.context, by=BOB) == ()
    with pytest.raises(Refused) as late:
        preapprove.revoke(world.context, preapproval=row.id, by=BOB, delivery=None)
    assert (late.value.reason, late.value.facts["by"]) == (Reason.ALREADY_DECIDED, DAVE)
    with world.work.begin() as tx:
        assert [each.tag.value for each in tx.audit.of(row.id)] == ["preapproval:made", "preapproval:revoked"]


def test_a_revoke_beside_a_request_leaves_one_outcome(both: World) -> None:
    for _ in range(6):
        row = given(both, approved(both))
        asked, _ = both_at_once(
            both.ask, lambda row=row: preapprove.revoke(both.context, preapproval=row.id, by=BOB, delivery=None)
        )
        with both.work.begin() as tx:
            decisions, grant = tx.decisions.of(asked), tx.grants.of_request(asked)
        done = state(both, asked) == RequestState.APPROVED
        assert (len(decisions), grant is not None) == (int(done), done)
        if not done:
            ask.cancel(both.context, request=asked, by=ALICE, delivery=None)
        both.clock.advance(hours=2)


@pytest.mark.parametrize("by", [BOB, CAROL])
def test_an_unreadable_group_doesnt_refuse_the_request_of_somebody_pre_approved(world: World, by: SlackUserId) -> None:
    """Whom the catalog names counts all the same, as for a press."""
    world.people.usergroups["S0PLATFORM"] = frozenset({CAROL})
    given(world, approved(world), by=by)
    world.people.unreadable_groups.add("S0PLATFORM")
    assert state(world, world.ask()) == ("approved" if by == BOB else "requested")


def test_of_two_at_once_by_the_same_approver_one_stands(both: World) -> None:
    asked = approved(both)
    for _ in range(6):
        both_at_once(lambda: given(both, asked), lambda: given(both, asked))
        with both.work.begin() as tx:
            assert len(tx.preapprovals.standing(both.clock.now())) == 1
