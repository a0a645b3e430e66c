"""Request, and cancel."""

from datetime import timedelta

import pytest

from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.ids import DeliveryId, EntitlementId
from bot.domain.lifecycle import RequestState
from bot.flows.requests import ask as request
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.world import World


def ask(world: World, **changes: object) -> object:
    words: dict[str, object] = {
        "entitlement": EntitlementId("reports-read"),
        "duration": timedelta(days=1),
        "justification": "why",
        "by": ALICE,
        "delivery": None,
        **changes,
    }
    return request.ask(world.context, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entitlement": "nothing"}, Reason.ENTITLEMENT_GONE),
        ({"entitlement": "reports-bob"}, Reason.NOT_REQUESTABLE),
        ({"duration": timedelta(days=31)}, Reason.TOO_LONG),
        ({"justification": "  \n"}, Reason.NO_JUSTIFICATION),
        ({"by": DAVE}, Reason.NOT_A_MEMBER),
    ],
)
def test_it_refuses_what_the_catalog_does_not_offer(world: World, changes: dict[str, object], reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        ask(world, **changes)
    assert refusal.value.reason is reason
    assert world.items() == []


def test_it_asks_the_approvers_and_answers_the_requester(world: World) -> None:
    world.ask()
    assert world.items() == [("request:approval", "C01OPS"), ("request:receipt", ALICE)]


def test_a_delivery_that_comes_twice_asks_once(world: World) -> None:
    ask(world, delivery=DeliveryId("view-1"))
    with pytest.raises(AlreadyDone):
        ask(world, delivery=DeliveryId("view-1"))
    assert len(world.items()) == 2


def test_unreadable_people_are_refused(world: World) -> None:
    world.people.readable = False
    with pytest.raises(Refused) as refusal:
        ask(world)
    assert refusal.value.reason is Reason.PEOPLE_UNREADABLE


def test_only_the_requester_may_cancel_and_only_while_it_is_open(world: World) -> None:
    asked = world.ask()
    with pytest.raises(Refused) as refusal:
        request.cancel(world.context, request=asked, by=CAROL, delivery=None)
    assert refusal.value.reason is Reason.NOT_OWNER
    after = request.cancel(world.context, request=asked, by=ALICE, delivery=None)
    assert after.state is RequestState.CANCELLED
    with pytest.raises(Refused) as refusal:
        world.approve(asked, BOB)
    assert refusal.value.reason is Reason.ALREADY_DECIDED


def test_a_request_that_no_one_decides_lapses_and_the_requester_is_notified(world: World) -> None:
    world.ask()
    world.clock.advance(hours=72)
    world.sweep()
    assert ("request:outcome", ALICE) in world.items()
