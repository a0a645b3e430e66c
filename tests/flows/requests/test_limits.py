"""Limits on one person: one open request for each entitlement, a number per hour, and a number of characters."""

from datetime import timedelta

import pytest

from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.ids import DeliveryId, EntitlementId, GrantId, RequestId
from bot.domain.lifecycle import RequestState
from bot.domain.rate_limits import CLAIMS, REQUESTS
from bot.flows import queries
from bot.flows.requests import ask as request
from bot.flows.requests import decide, renew
from tests.fakes import ALICE, BOB, CAROL, FakeClock
from tests.flows.ownership.kit import Owning
from tests.flows.world import World
from tests.store.racing import race

HOUR = timedelta(hours=1)


def ask(world: World, what: str = "reports-read", *, why: str = "why", delivery: str | None = None) -> RequestId:
    return request.ask(
        world.context,
        entitlement=EntitlementId(what),
        duration=HOUR,
        justification=why,
        by=ALICE,
        delivery=DeliveryId(delivery) if delivery else None,
    ).id


def cancel(world: World, asked: RequestId) -> None:
    request.cancel(world.context, request=asked, by=ALICE, delivery=None)


def refused(do: object, *words: object, **named: object) -> Refused:
    with pytest.raises(Refused) as refusal:
        do(*words, **named)  # type: ignore[operator]
    return refusal.value


def test_a_second_request_for_the_same_says_since_when_the_first_waits(both: World) -> None:
    asked_at = both.clock.now()
    ask(both)
    both.clock.advance(minutes=5)
    refusal = refused(ask, both)
    assert refusal.reason is Reason.ALREADY_WAITING
    assert refusal.facts["since"] == asked_at
    assert len(queries.requests_of(both.work, party=ALICE)) == 1
    ask(both, "reports-session")  # another entitlement


def test_of_two_submissions_at_once_one_is_a_request(both: World) -> None:
    got = race(2, lambda number: ask(both, delivery=f"view:{number}"))
    reasons = [each.reason for each in got if isinstance(each, Refused)]
    assert reasons == [Reason.ALREADY_WAITING], got
    assert len(queries.requests_of(both.work, party=ALICE)) == 1


def test_the_same_submission_once_more_is_a_repetition_and_no_second_request(both: World) -> None:
    ask(both, delivery="view:1")
    with pytest.raises(AlreadyDone):
        ask(both, delivery="view:1")


def test_once_decided_cancelled_or_overdue_the_next_one_may_be_asked(both: World) -> None:
    cancel(both, ask(both))
    both.approve(ask(both))
    overdue = ask(both)
    both.clock.advance(hours=72)  # and no sweep has run
    ask(both)
    with both.work.begin() as tx:
        found = tx.requests.get(overdue)
    assert found is not None
    assert found.state is RequestState.LAPSED
    assert ("request:outcome", ALICE) in both.items()


def test_a_renewal_waits_once_for_each_grant(both: World) -> None:
    grant, _ = both.live()
    other, _ = both.live()

    def ask_longer(of: GrantId) -> None:
        renew.ask(both.context, grant=of, duration=timedelta(days=20), justification="why", by=ALICE, delivery=None)

    ask_longer(grant)
    ask_longer(other)
    assert refused(ask_longer, grant).reason is Reason.ALREADY_WAITING


def test_twenty_requests_an_hour_and_the_sentence_knows_when_it_goes_on(both: World) -> None:
    begun = both.clock.now()
    for _ in range(REQUESTS.most):
        cancel(both, ask(both))
    both.clock.advance(minutes=59)
    refusal = refused(ask, both)
    assert (refusal.reason, refusal.facts["until"]) == (Reason.TOO_MANY, begun + HOUR)
    both.clock.advance(minutes=1)
    ask(both)


def test_they_are_twenty_in_any_hour_also_across_its_end(both: World) -> None:
    """19 at the end of one hour and 19 at the start of the next would be 38 within minutes."""
    cancel(both, ask(both))
    both.clock.advance(minutes=58)
    late = both.clock.now()
    for _ in range(REQUESTS.most - 1):
        cancel(both, ask(both))
    both.clock.advance(minutes=2)
    cancel(both, ask(both))  # replaces the first one
    refusal = refused(ask, both)
    assert (refusal.reason, refusal.facts["until"]) == (Reason.TOO_MANY, late + HOUR)
    both.clock.advance(minutes=58)
    for _ in range(REQUESTS.most - 1):
        cancel(both, ask(both))
    assert refused(ask, both).reason is Reason.TOO_MANY


def test_a_clock_that_was_ahead_for_some_of_them_blocks_no_one(both: World) -> None:
    ahead = both.clock.now() + timedelta(days=365)
    with both.work.begin() as tx:
        for number in range(REQUESTS.most):
            tx.count(REQUESTS, ALICE, ahead if number > 1 else both.clock.now())
    both.clock.advance(hours=1)
    for _ in range(REQUESTS.most * 2):
        both.clock.advance(minutes=4)
        cancel(both, ask(both))


def test_twenty_at_once_are_the_last_twenty(both: World) -> None:
    for _ in range(REQUESTS.most - 1):
        cancel(both, ask(both))
    got = race(4, lambda number: ask(both, ["reports-read", "reports-two", "reports-coded", "reports-session"][number]))
    assert sum(isinstance(each, str) for each in got) == 1, got
    assert {each.reason for each in got if isinstance(each, Refused)} == {Reason.TOO_MANY}


def test_a_count_that_a_clock_ahead_began_blocks_no_one(both: World) -> None:
    ahead = FakeClock()
    ahead.advance(days=365)
    with both.work.begin() as tx:
        for _ in range(REQUESTS.most):
            tx.count(REQUESTS, ALICE, ahead.now())
    ask(both)


@pytest.mark.parametrize("length", [1_000, 1_001, 200_000])
def test_a_justification_has_a_thousand_characters_at_most(world: World, length: int) -> None:
    if length == 1_000:
        ask(world, why="x" * length)
        return
    refusal = refused(ask, world, why="x" * length)
    assert (refusal.reason, refusal.facts["length"]) == (Reason.JUSTIFICATION_TOO_LONG, length)


def test_so_have_those_of_decline_and_revoke(world: World) -> None:
    asked, (grant, _) = ask(world, "reports-session"), world.live()
    long = "x" * 1001
    declined = refused(
        decide.decline, world.context,
        request=asked, by=BOB, justification=long, delivery=None,
    )  # fmt: skip
    assert declined.reason is Reason.JUSTIFICATION_TOO_LONG
    assert refused(world.revoke, grant, why=long).reason is Reason.JUSTIFICATION_TOO_LONG


def claims(world: World, names: list[str]) -> Owning:
    made = Owning(world)
    for each in names:
        made.job(each)
    made.look()
    return made


def test_ten_claims_an_hour(both: World) -> None:
    names = [f"job-{number}" for number in range(CLAIMS.most + 1)]
    jobs, begun = claims(both, names), both.clock.now()
    for each in names[:-1]:
        jobs.claim(each)
    refusal = refused(jobs.claim, names[-1])
    assert (refusal.reason, refusal.facts["until"]) == (Reason.TOO_MANY, begun + HOUR)
    jobs.claim(names[-1], by=CAROL)
    both.clock.advance(hours=1)
    jobs.claim(names[-1])


def test_a_declined_claim_is_made_again_after_a_day(both: World) -> None:
    jobs = claims(both, ["job", "other"])
    declined_at = both.clock.now()
    jobs.decide(jobs.claim(), yes=False)
    both.clock.advance(hours=23)
    refusal = refused(jobs.claim)
    assert (refusal.reason, refusal.facts["until"]) == (Reason.CLAIM_DECLINED, declined_at + timedelta(days=1))
    jobs.claim("other")
    jobs.claim(by=CAROL)
    both.clock.advance(hours=1)
    jobs.claim()
