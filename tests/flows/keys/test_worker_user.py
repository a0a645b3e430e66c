"""The IAM user that Latchkey itself runs as: it has no owner, and no one can claim it."""

import pytest

from bot.domain.errors import AwsError, Reason, Unreadable
from bot.domain.hygiene.finding import FindingKind
from tests.fakes import ALICE
from tests.flows.ownership.kit import Owning, refused
from tests.flows.world import World


@pytest.fixture
def job(world: World) -> Owning:
    made = Owning(world)
    made.key = made.job()  # type: ignore[attr-defined]
    made.reader.worker = "job"
    made.look()
    return made


def test_it_is_not_listed_as_ownerless_and_its_old_key_still_is(job: Owning) -> None:
    assert job.kinds() == {FindingKind.STALE}
    assert job.post() == 0


@pytest.mark.parametrize("what", ["job", "KEY"])
def test_a_claim_is_refused_with_a_sentence(job: Owning, what: str) -> None:
    key = job.key  # type: ignore[attr-defined]
    refusal = refused(Reason.RUNS_LATCHKEY, lambda: job.claim(what.replace("KEY", key)))
    assert refusal.facts == {"name": "job"}


def test_a_claim_made_before_the_worker_moved_there_cannot_be_confirmed(job: Owning) -> None:
    job.reader.worker = ""
    job.look()
    assert FindingKind.OWNERLESS in job.kinds()
    made = job.claim()
    job.reader.worker = "job"
    job.look()
    assert FindingKind.OWNERLESS not in job.kinds()
    refused(Reason.RUNS_LATCHKEY, lambda: job.decide(made))
    assert job.user().owner is None
    job.decide(made, yes=False)


def test_an_owner_who_left_leaves_nothing_of_latchkeys_behind(job: Owning) -> None:
    job.tag(Slack=ALICE)
    job.look()
    job.leaves(ALICE)
    job.look()
    assert FindingKind.LEAVER not in job.kinds()


def test_a_reading_that_fails_forgets_nothing(job: Owning) -> None:
    fault: AwsError = Unreadable("GetCallerIdentity", "Throttling")
    job.reader.faults["users"] = fault
    job.look()
    refused(Reason.RUNS_LATCHKEY, job.claim)
