"""Claims that are pressed twice, concurrently, during a scan, or of a key that is gone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import DeliveryId
from bot.flows.hygiene.scan import Outcome
from bot.flows.ownership import claim
from tests.fakes import ALICE, CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, HOUR
from tests.flows.ownership.kit import Owning, refused
from tests.flows.world import World


def test_a_second_press_says_that_it_was_already_done(job: Owning) -> None:
    made = job.claim()
    job.decide(made)
    for yes in (True, False):
        facts = refused(Reason.SOMEBODY_WAS_FIRST, lambda yes=yes: job.decide(made, yes=yes)).facts  # type: ignore[misc]
        assert facts["state"] == "confirmed"
    assert job.audit("main/job") == ["owner:changed"]


def test_a_replayed_delivery_does_nothing(job: Owning) -> None:
    world = job.world
    words = {"what": "job", "by": ALICE, "delivery": DeliveryId("trigger:1")}
    claim.ask(world.context, **words)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        claim.ask(world.context, **words)  # type: ignore[arg-type]


def test_of_two_claims_one_is_confirmed_and_the_other_is_over(job: Owning) -> None:
    mine, theirs = job.claim(), job.claim(by=CAROL)
    job.decide(mine)
    assert refused(Reason.SOMEBODY_WAS_FIRST, lambda: job.decide(theirs)).facts["state"] == "over"
    assert job.user().owner == ALICE


def test_two_approvers_at_once_make_one_owner(both: World) -> None:
    job = Owning(both)
    job.job()
    job.look()
    claims = (job.claim(), job.claim(by=CAROL))

    def press(made: object) -> bool:
        try:
            job.decide(made)  # type: ignore[arg-type]
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(press, claims))
    assert sorted(won) == [False, True]
    assert job.user().owner == claims[won.index(True)].claimant
    assert job.audit("main/job") == ["owner:changed"]


def test_what_is_settled_while_an_account_is_read_is_not_lost(job: Owning) -> None:
    """The scan saw the old owner, and writes after the claim was confirmed."""
    made = job.claim()
    judged_before_write(job, lambda: job.decide(made))
    assert job.user().owner == ALICE
    assert [(each.kind, each.owner) for each in job.open("job")] == [(FindingKind.STALE, ALICE)]


def judged_before_write(job: Owning, act: Callable[[], object]) -> Outcome:
    """`act` happens between a scan's decision and its write."""
    from bot.flows.hygiene import record

    write = record.write

    def late(*arguments: object) -> None:
        act()
        write(*arguments)  # type: ignore[arg-type]

    record.write = late  # type: ignore[assignment]
    try:
        return job.look()
    finally:
        record.write = write


def test_a_user_that_is_gone_takes_its_claims_with_it(job: Owning) -> None:
    made = job.claim()
    job.world.iam.users.pop((MAIN.id, "job"))
    job.world.clock.advance(6 * HOUR)
    job.look()
    assert refused(Reason.SOMEBODY_WAS_FIRST, lambda: job.decide(made)).facts["state"] == "over"
    refused(Reason.NO_SUCH_KEY, job.claim)


def test_a_later_user_of_the_same_name_is_another(job: Owning) -> None:
    job.decide(job.claim())
    job.reader.profiles["job"].made_at = job.world.clock.now() - DAY
    job.world.clock.advance(6 * HOUR)
    job.look()
    assert job.user().owner is None
