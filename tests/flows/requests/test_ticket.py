"""A ticket, where the catalog asks for one: checked whole, kept, and given to AWS."""

from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId
from bot.domain.requests.request import Request
from bot.flows.issuing import recheck
from bot.flows.requests import ask as request
from tests.fakes import ALICE, BOB
from tests.flows.catalog import catalog, entitlement
from tests.flows.world import World


def ask(world: World, ticket: str, what: str = "ticketed") -> Request:
    world.catalog = catalog(entitlement("ticketed", ticket=r"FIN-\d+"), entitlement("hungry", ticket="(F+)+-"))
    return request.ask(
        world.context,
        entitlement=EntitlementId(what),
        duration=timedelta(hours=1),
        justification="why",
        by=ALICE,
        delivery=None,
        ticket=ticket,
    )


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        ("", Reason.NO_TICKET),
        ("  \n", Reason.NO_TICKET),
        ("OPS-1", Reason.OTHER_TICKET),
        ("FIN-212 and more", Reason.OTHER_TICKET),
        ("see FIN-212", Reason.OTHER_TICKET),
        ("FIN-212\nFIN-213", Reason.OTHER_TICKET),
        ("FIN-٢", Reason.OTHER_TICKET),
        ("FIN-" + "1" * 252, Reason.OTHER_TICKET),
    ],
)
def test_a_missing_or_another_ticket_is_refused(world: World, ticket: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        ask(world, ticket)
    assert refusal.value.reason is reason
    assert world.items() == []


def test_a_hostile_text_is_refused_at_once(world: World) -> None:
    with pytest.raises(Refused):
        ask(world, "F" * 255, "hungry")


@pytest.mark.parametrize("between", ["\n*Risks*\n", "\x00", "\u2028", "\u202e"])
def test_a_ticket_is_one_line_that_can_be_seen(world: World, between: str) -> None:
    """It stands in a field of the card, which a line break would let it continue as another one."""
    world.catalog = catalog(entitlement("anything", ticket="[^ ]+"))
    with pytest.raises(Refused) as refusal:
        request.ask(
            world.context, entitlement=EntitlementId("anything"), duration=timedelta(hours=1), justification="why",
            by=ALICE, delivery=None, ticket=f"FIN-1{between}none",
        )  # fmt: skip
    assert refusal.value.reason is Reason.OTHER_TICKET


def test_the_ticket_is_kept_with_the_request_and_in_the_audit_log(both: World) -> None:
    asked = ask(both, " FIN-212 ")
    with both.work.begin() as tx:
        found, (made,) = tx.requests.get(asked.id), tx.audit.of(asked.id)
    assert found is not None
    assert found.ticket == made.facts["ticket"] == "FIN-212"


def test_the_key_is_made_with_it(world: World) -> None:
    asked = ask(world, "FIN-212")
    world.approve(asked.id, BOB)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked.id)
    assert grant is not None
    assert recheck.evaluate(world.context, world.collect(grant.id).id).ticket == "FIN-212"


def test_where_the_catalog_asks_for_none_none_is_kept(world: World) -> None:
    assert ask(world, "<anything>", "reports-read").ticket is None
