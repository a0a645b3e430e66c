"""The review of an emergency: who closes it, once, and reminders each day until then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import review
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.requests.test_break_glass import break_glass, with_prod
from tests.flows.test_races import both_at_once
from tests.flows.world import World

DAY = timedelta(days=1)


@pytest.fixture
def prod(world: World) -> World:
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    return with_prod(world)


def close(world: World, of: RequestId, by: SlackUserId = BOB, why: str = "the shop was down") -> review.OpenReview:
    return review.close(world.context, request=of, by=by, justification=why, delivery=None)


def reminders(world: World) -> list[str]:
    return sorted(to for notice, to in world.items() if notice == "review:reminder")


def test_it_is_open_until_somebody_closes_it(prod: World) -> None:
    asked = break_glass(prod)
    (found,) = review.open_reviews(prod.context)
    assert (found.request.id, found.review.closed_at) == (asked, None)
    close(prod, asked)
    assert review.open_reviews(prod.context) == ()
    with prod.work.begin() as tx:
        row, events = tx.reviews.get(asked), tx.audit.of(asked)
    assert row is not None
    assert (row.closed_by, row.justification) == (BOB, "the shop was down")
    assert [(each.actor, each.facts) for each in events if each.tag.value == "review:closed"] == [
        (BOB, {"justification": "the shop was down"})
    ]


@pytest.mark.parametrize(
    ("by", "reason"), [(ALICE, Reason.NOT_APPROVER), (CAROL, Reason.NOT_APPROVER), (BOB, None), (DAVE, None)]
)
def test_an_approver_or_admin_closes_it_who_is_no_party(prod: World, by: SlackUserId, reason: Reason | None) -> None:
    asked = break_glass(prod)
    if reason is None:
        close(prod, asked, by)
        return
    with pytest.raises(Refused) as refused:
        close(prod, asked, by)
    assert refused.value.reason is reason
    assert review.open_reviews(prod.context, by=by) == ()


@pytest.mark.parametrize(("by", "owner"), [(BOB, BOB), (BOB, ALICE), (ALICE, BOB)])
def test_not_even_an_admin_closes_their_own(prod: World, by: SlackUserId, owner: SlackUserId) -> None:
    """As the requester, or as the owner."""
    asked = break_glass(prod, by=by, owner=owner)
    with pytest.raises(Refused) as refused:
        close(prod, asked, BOB)
    assert refused.value.reason is Reason.OWN_REVIEW


def test_an_admin_closes_it_after_the_catalog_dropped_the_entitlement(prod: World) -> None:
    asked = break_glass(prod)
    prod.catalog = replace(prod.catalog, entitlements={})
    with pytest.raises(Refused):
        close(prod, asked, DAVE)
    close(prod, asked, BOB)


def test_what_was_found_is_mandatory(prod: World) -> None:
    asked = break_glass(prod)
    with pytest.raises(Refused) as refused:
        close(prod, asked, why="  ")
    assert refused.value.reason is Reason.NO_JUSTIFICATION


def test_of_two_who_close_it_at_once_one_does(both: World) -> None:
    with_prod(both)
    both.people.people[DAVE] = replace(both.people.people[DAVE], full_member=True)
    for _ in range(6):
        asked = break_glass(both)
        got = both_at_once(lambda asked=asked: close(both, asked, BOB), lambda asked=asked: close(both, asked, DAVE))
        (refused,) = (each for each in got if isinstance(each, Refused))
        winner = DAVE if refused is got[0] else BOB
        assert (refused.reason, refused.facts["state"], refused.facts["by"]) == (
            Reason.ALREADY_DECIDED,
            "closed",
            winner,
        )
        both.clock.advance(hours=80)


def test_people_are_reminded_each_day_until_it_is_closed(prod: World) -> None:
    asked = break_glass(prod)
    prod.clock.advance(DAY - timedelta(seconds=1))
    assert review.remind(prod.context) == 0
    prod.clock.advance(seconds=1)
    assert (review.remind(prod.context), review.remind(prod.context)) == (1, 0)
    assert reminders(prod) == ["C01OPS", BOB]
    prod.clock.advance(DAY * 3)  # the worker was down: once, not three times
    assert (review.remind(prod.context), review.remind(prod.context)) == (1, 0)
    assert len(reminders(prod)) == 4
    close(prod, asked)
    prod.clock.advance(DAY)
    assert review.remind(prod.context) == 0


def test_the_requester_is_not_reminded(prod: World) -> None:
    break_glass(prod, by=BOB)
    prod.clock.advance(DAY)
    review.remind(prod.context)
    assert reminders(prod) == ["C01OPS"]


def test_two_workers_remind_once(both: World) -> None:
    with_prod(both)
    break_glass(both)
    both.clock.advance(DAY)
    got = both_at_once(lambda: review.remind(both.context), lambda: review.remind(both.context))
    assert sorted(got) == [0, 1]
