"""An entitlement for the members of Slack user groups: who may ask, and what holds while Slack can't say."""

from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.flows import access
from bot.flows.requests import ask as request
from bot.flows.requests import decide, renew
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.catalog import catalog, entitlement
from tests.flows.world import World

ANALYSTS, GONE = "S0ANALYSTS", "S0GONE"


@pytest.fixture
def grouped(world: World) -> World:
    world.catalog = catalog(
        entitlement("for-group", requester_groups=(ANALYSTS,)),
        entitlement("for-both", requesters=(CAROL,), requester_groups=(ANALYSTS,)),
        entitlement("for-nobody", requester_groups=(GONE,)),
    )
    world.people.usergroups[ANALYSTS] = frozenset({ALICE})
    return world


def reason(world: World, what: str, by: SlackUserId = ALICE) -> Reason | None:
    try:
        world.ask(what, by=by)
    except Refused as refusal:
        return refusal.reason
    return None


def shown(world: World, person: SlackUserId) -> set[str]:
    return {each.id for each in access.offered(world.people, world.catalog, person) if each.id.startswith("for-")}


def test_members_may_ask_and_nobody_else(grouped: World) -> None:
    assert shown(grouped, ALICE) == {"for-group", "for-both"}
    assert shown(grouped, CAROL) == {"for-both"}
    assert reason(grouped, "for-group") is None
    assert reason(grouped, "for-both") is None
    assert reason(grouped, "for-group", CAROL) is Reason.NOT_REQUESTABLE
    assert reason(grouped, "for-both", CAROL) is None
    assert reason(grouped, "for-nobody") is Reason.NOT_REQUESTABLE


def test_while_slack_cannot_say_who_is_in_it_it_is_not_offered(grouped: World) -> None:
    grouped.people.unreadable_groups.add(ANALYSTS)
    assert shown(grouped, ALICE) == set()
    assert shown(grouped, CAROL) == {"for-both"}
    assert reason(grouped, "for-group") is Reason.PEOPLE_UNREADABLE
    assert reason(grouped, "for-both", CAROL) is None


def test_the_owner_has_to_be_in_it_not_the_requester(grouped: World) -> None:
    words = {"duration": timedelta(hours=1), "justification": "x", "delivery": None}
    for_alice = EntitlementId("for-group")
    made = request.ask(grouped.context, entitlement=for_alice, by=CAROL, owner=ALICE, **words)  # type: ignore[arg-type]
    assert made.owner == ALICE
    with pytest.raises(Refused) as refusal:
        request.ask(grouped.context, entitlement=for_alice, by=ALICE, owner=CAROL, **words)  # type: ignore[arg-type]
    assert refusal.value.reason is Reason.NOT_REQUESTABLE


def test_who_left_it_meanwhile_gets_nothing(grouped: World) -> None:
    asked = grouped.ask("for-group")
    grouped.people.usergroups[ANALYSTS] = frozenset()
    with pytest.raises(Refused) as refusal:
        decide.approve(grouped.context, request=asked, by=BOB, delivery=None)
    assert refusal.value.reason is Reason.NOT_REQUESTABLE


def test_who_left_it_after_collect_began_gets_no_key(grouped: World) -> None:
    grant = grouped.granted("for-group")
    made = grouped.collect(grant)
    grouped.people.usergroups[ANALYSTS] = frozenset()
    grouped.mint(made.id)
    with grouped.work.begin() as tx:
        row = tx.credentials.get(made.id)
    assert row is not None
    assert row.state is CredentialState.FAILED


def test_who_left_it_cannot_collect_or_renew(grouped: World) -> None:
    grant, _ = grouped.live("for-group")
    other = grouped.granted("for-both")
    grouped.people.usergroups[ANALYSTS] = frozenset()
    with pytest.raises(Refused) as refusal:
        grouped.collect(other)
    assert refusal.value.reason is Reason.NOT_REQUESTABLE
    with pytest.raises(Refused) as refusal:
        renew.may_renew(grouped.context, grant=grant, by=ALICE)
    assert refusal.value.reason is Reason.NOT_REQUESTABLE
