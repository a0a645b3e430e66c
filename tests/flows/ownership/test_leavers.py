"""Leavers: what a leaver still holds is reported to the approvers, once at each stage, until someone takes it over."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason
from bot.domain.hygiene.finding import FindingKind
from bot.flows.ownership import leavers
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.ownership.kit import Owning, refused
from tests.flows.world import World

LEAVER, STALE = FindingKind.LEAVER, FindingKind.STALE
LEFT = "owner:left"


@pytest.fixture
def job(world: World) -> Owning:
    """Alice's, by the tag."""
    made = Owning(world)
    made.job(Slack=ALICE)
    made.look()
    made.leavers()
    return made


def gone(job: Owning) -> Owning:
    job.leaves(ALICE)
    assert job.leavers() == 1
    return job


def test_approvers_are_notified_at_once_and_open_findings_have_no_owner_meanwhile(job: Owning) -> None:
    gone(job)
    assert job.told(LEFT) == ["C01OPS"]
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, None), (LEAVER, None)}
    assert job.audit(ALICE) == ["owner:left"]
    job.look()
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, None), (LEAVER, None)}
    assert job.user().owner == ALICE


def test_each_stage_is_reported_once_and_the_end_to_the_admins_as_well(job: Owning) -> None:
    job.world.catalog = replace(job.world.catalog, admins=(CAROL,))
    gone(job)
    days = []
    for day in range(1, 30):
        job.settle_outbox()
        job.world.clock.advance(days=1)
        if job.leavers():
            days.append((day, sorted(set(job.told(LEFT)))))
    assert days == [(7, ["C01OPS"]), (13, ["C01OPS"]), (14, ["C01OPS", CAROL])]


def test_a_worker_that_slept_tells_the_stage_that_has_come_and_no_other(job: Owning) -> None:
    gone(job)
    job.settle_outbox()
    job.world.clock.advance(days=13, hours=12)
    assert job.leavers() == 1
    with job.world.work.begin() as tx:
        subjects = [each.subject for each in tx.outbox.due(job.world.clock.now(), 100)]
    assert sorted(each.split("/")[1] for each in subjects) == ["1", "14"], "the first one is brought up to date"
    assert job.leavers() == 0


def test_an_account_removed_from_the_catalog_notifies_no_one(job: Owning) -> None:
    job.world.catalog = replace(job.world.catalog, accounts={}, admins=(CAROL,))
    job.leaves(ALICE)
    for _ in range(3):
        job.leavers()
        job.world.clock.advance(days=7)
    assert job.told(LEFT) == []


def test_a_key_that_someone_claims_is_out_of_it(job: Owning) -> None:
    gone(job)
    job.decide(job.claim(by=CAROL))
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, CAROL)}
    job.look()
    assert job.kinds() == {STALE}
    job.settle_outbox()
    job.world.clock.advance(days=7)
    job.leavers()
    assert job.told(LEFT) == []


def test_an_approver_transfers_it_and_the_named_person_confirms(job: Owning) -> None:
    gone(job)
    refused(Reason.NOT_APPROVER, lambda: job.hand_over(job.about(LEAVER), CAROL, BOB))
    for to in (None, BOB):
        refused(Reason.NAMES_NOBODY, lambda to=to: job.hand_over(job.about(LEAVER), BOB, to))  # type: ignore[misc]
    made = job.hand_over(job.about(LEAVER), BOB, CAROL)
    assert job.user().owner == ALICE, "the countdown runs on"
    refused(Reason.NOT_NAMED, lambda: job.decide(made, by=BOB))
    job.decide(made, by=CAROL)
    assert (job.user().owner, job.kinds()) == (CAROL, {STALE})


def test_a_person_who_is_back_owns_it_again(job: Owning) -> None:
    gone(job)
    job.returns(ALICE)
    assert job.leavers() == 0
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, ALICE)}
    assert job.audit(ALICE) == ["owner:left", "owner:back"]
    job.settle_outbox()
    job.world.clock.advance(days=30)
    job.leavers()
    assert job.told(LEFT) == []
    gone(job)
    assert job.told(LEFT) == ["C01OPS"], "a second time is a countdown of its own"


def test_where_slack_does_not_answer_no_one_has_left_and_no_one_is_back(job: Owning) -> None:
    job.world.people.readable = False
    assert job.leavers() == 0
    job.look()
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, ALICE)}
    job.world.people.readable = True
    gone(job)
    job.world.people.readable = False
    job.leavers()
    job.look()
    assert job.kinds() == {STALE, LEAVER}
    assert job.audit(ALICE) == ["owner:left"]


def test_a_tag_that_never_named_a_member_does_not_make_a_leaver(job: Owning) -> None:
    job.job("other", Slack=DAVE)
    job.look()
    assert job.leavers() == 0
    assert job.kinds("other") == {STALE, FindingKind.OWNERLESS}


def test_an_inventory_alone_finds_the_leaver_too(job: Owning) -> None:
    job.leaves(ALICE)
    job.look()
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, None), (LEAVER, None)}
    job.returns(ALICE)
    job.look()
    assert {(each.kind, each.owner) for each in job.open("job")} == {(STALE, ALICE)}


def test_a_group_that_has_become_empty_has_left(job: Owning) -> None:
    job.tag(Slack="subteam-S0PLATFORM")
    job.look()
    job.world.people.usergroups["S0PLATFORM"] = frozenset()
    assert job.leavers() == 1
    assert job.kinds() == {STALE, LEAVER}


# --- Latchkey's own grants ------------------------------------------------------------------------------------------


def test_grants_of_a_leaver_go_to_their_approvers_and_run_to_their_own_end(world: World) -> None:
    job = Owning(world)
    grant, _ = world.live(duration="30d")
    job.look()
    gone(job)
    assert job.told(LEFT) == ["C01OPS"]
    job.look()
    assert job.open(world.grant(grant).iam_user) == (), "its owner is known, and the lease is its end"
    job.world.clock.advance(days=20)
    job.leavers()
    assert world.grant(grant).state == "active", "a clock that is no lease ends nothing"
    with pytest.raises(Exception, match="not-a-member"):
        world.rotate(grant)


def test_a_grant_that_was_revoked_is_out_of_it(world: World) -> None:
    job = Owning(world)
    grant, _ = world.live(duration="30d")
    gone(job)
    job.settle_outbox()
    from bot.flows.lifecycle import revoke

    revoke.revoke(world.context, grant=grant, by=BOB, justification="left", delivery=None)
    assert job.told(LEFT) == ["C01OPS"], "the message says so"
    job.settle_outbox()
    world.clock.advance(days=7)
    job.leavers()
    assert job.told(LEFT) == []


def test_owners_are_asked_about_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leavers, "PAGE", 1)
    job = Owning(world)
    for owner in (ALICE, BOB, CAROL):
        job.job(f"of-{owner}", Slack=owner)
    job.look()
    job.leaves(CAROL)
    assert [job.leavers() for _ in range(3)] == [0, 0, 1]
    job.leaves(ALICE)
    assert [job.leavers() for _ in range(2)] == [0, 1]


def test_an_owner_about_whom_slack_gives_an_error_holds_up_no_other(world: World) -> None:
    job = Owning(world)
    for owner in (ALICE, BOB, CAROL):
        job.job(f"of-{owner}", Slack=owner)
    job.look()
    job.leaves(ALICE)
    job.leaves(CAROL)
    world.people.unknown.add(ALICE)
    assert [job.leavers() for _ in range(2)] == [1, 0]
    world.people.unknown.clear()
    assert job.leavers() == 1
