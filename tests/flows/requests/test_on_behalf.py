"""Somebody asks for a credential that somebody else will hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request
from bot.flows import queries
from bot.flows.issuing import collect, intent, recheck
from bot.flows.requests import ask as request
from bot.flows.requests import decide
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.world import World
from tests.store.racing import race

BOT, STRANGER = SlackUserId("U09BOT"), SlackUserId("U09NOBODY")


def ask(world: World, owner: SlackUserId | None = CAROL, what: str = "reports-read", **more: object) -> Request:
    words = {"duration": timedelta(hours=1), "justification": "why", "by": ALICE, "delivery": None, **more}
    return request.ask(world.context, entitlement=EntitlementId(what), owner=owner, **words)  # type: ignore[arg-type]


def refused(do: object, *words: object, **named: object) -> Refused:
    with pytest.raises(Refused) as refusal:
        do(*words, **named)  # type: ignore[operator]
    return refusal.value


def test_the_owner_collects_and_the_requester_is_kept_up_to_date(world: World) -> None:
    asked = ask(world)
    assert (asked.requester, asked.owner) == (ALICE, CAROL)
    assert world.items() == [
        ("request:approval", "C01OPS"), ("request:receipt", ALICE), ("request:receipt", CAROL)
    ]  # fmt: skip
    world.approve(asked.id)
    assert ("grant:owner", CAROL) in world.items()
    assert ("grant:owner", ALICE) not in world.items()
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked.id)
    assert grant is not None
    assert grant.owner == CAROL
    window = intent.Window("V1", world.clock.now())
    words = {"grant": grant.id, "window": window, "delivery": None}
    assert refused(collect.begin, world.context, by=ALICE, **words).reason is Reason.NOT_OWNER
    made = world.collect(grant.id, by=CAROL)
    spec = recheck.evaluate(world.context, made.id)
    assert (spec.requester, spec.grant.owner) == (ALICE, CAROL)


@pytest.mark.parametrize("owner", [DAVE, BOT, STRANGER])
def test_an_owner_has_to_be_a_full_member(world: World, owner: SlackUserId) -> None:
    people = world.people.people
    people[BOT] = replace(people[CAROL], id=BOT, full_member=False)
    assert refused(ask, world, owner).reason is Reason.OWNER_NOT_A_MEMBER
    assert world.items() == []


def test_a_guest_cannot_ask_for_a_member(world: World) -> None:
    assert refused(ask, world, CAROL, by=DAVE).reason is Reason.NOT_A_MEMBER


def test_what_is_asked_for_has_to_be_offered_to_its_owner(world: World) -> None:
    assert refused(ask, world, CAROL, "reports-bob").reason is Reason.NOT_REQUESTABLE
    assert refused(ask, world, ALICE, "reports-bob", by=BOB).reason is Reason.NOT_REQUESTABLE


def test_the_limit_of_one_open_request_counts_by_owner(both: World) -> None:
    ask(both)
    assert refused(ask, both, None, by=CAROL).reason is Reason.ALREADY_WAITING
    ask(both, None)
    assert refused(ask, both, ALICE, by=CAROL).reason is Reason.ALREADY_WAITING


def test_of_two_who_ask_for_the_same_owner_at_once_one_is_heard(both: World) -> None:
    got = race(2, lambda number: ask(both, CAROL, by=(ALICE, BOB)[number]))
    reasons = [each.reason for each in got if isinstance(each, Refused)]
    assert reasons == [Reason.ALREADY_WAITING], got


def test_neither_of_the_two_decides(world: World) -> None:
    world.people.usergroups["S0PLATFORM"] = frozenset({ALICE, BOB, CAROL})
    asked = ask(world)
    for party in (ALICE, CAROL):
        refusal = refused(decide.approve, world.context, request=asked.id, by=party, delivery=None)
        assert refusal.reason is Reason.OWN_REQUEST


def test_approvers_besides_both_are_needed(world: World) -> None:
    world.people.usergroups["S0PLATFORM"] = frozenset({CAROL})
    platform = world.catalog.approvers["platform"]
    world.catalog.approvers["platform"] = replace(platform, users=(ALICE,))  # type: ignore[index]
    assert refused(ask, world).reason is Reason.NOT_REQUESTABLE


@pytest.mark.parametrize("by", [ALICE, CAROL])
def test_either_may_cancel_it(both: World, by: SlackUserId) -> None:
    asked = ask(both)
    assert request.cancel(both.context, request=asked.id, by=by, delivery=None).state is RequestState.CANCELLED


def test_nobody_else_may_cancel_it(world: World) -> None:
    asked = ask(world)
    assert refused(request.cancel, world.context, request=asked.id, by=BOB, delivery=None).reason is Reason.NOT_OWNER


def test_both_see_it_in_their_list_and_hear_its_end(both: World) -> None:
    asked = ask(both)
    for party in (ALICE, CAROL):
        assert [each.id for each in queries.requests_of(both.work, party=party)] == [asked.id]
    decide.decline(both.context, request=asked.id, by=BOB, justification="no", delivery=None)
    assert {("request:outcome", ALICE), ("request:outcome", CAROL)} <= set(both.items())


def test_both_hear_that_nobody_decided(world: World) -> None:
    ask(world)
    world.clock.advance(hours=73)
    world.sweep()
    assert {("request:outcome", ALICE), ("request:outcome", CAROL)} <= set(world.items())


def test_the_audit_log_names_the_owner(world: World) -> None:
    asked = ask(world)
    with world.work.begin() as tx:
        (made,) = tx.audit.of(asked.id)
    assert (made.actor, made.facts["owner"]) == (ALICE, CAROL)


def test_an_emergency_is_only_where_the_catalog_allows_it_and_not_for_longer(world: World) -> None:
    assert refused(ask, world, emergency=True).reason is Reason.NO_BREAK_GLASS
    rows = world.catalog.entitlements
    rows[EntitlementId("reports-read")] = replace(  # type: ignore[index]
        rows[EntitlementId("reports-read")], break_glass=timedelta(minutes=30)
    )
    assert refused(ask, world, emergency=True).facts["longest"] == timedelta(minutes=30)
    assert ask(world, emergency=True, duration=timedelta(minutes=30)).emergency
