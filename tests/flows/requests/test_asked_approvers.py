"""Who is asked to decide: the approvers, but never the requester."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.catalog import Approvers
from bot.domain.events import Notice
from bot.flows.requests import approval_reminders
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.renewals import ask
from tests.flows.world import World


def by_message(world: World) -> None:
    """Without a channel, alice is an approver herself, and also in the escalation group."""
    plain = world.catalog.approvers["platform"]
    hours = timedelta(hours=1)
    platform = replace(
        plain, channel=None, users=(ALICE, BOB), usergroups=(), remind_after=hours, escalate_after=hours,
        escalate_to="security",
    )  # fmt: skip
    world.catalog = replace(
        world.catalog, approvers={"platform": platform, "security": Approvers("security", users=(ALICE, CAROL))}
    )


def asked(world: World, *notices: Notice) -> set[str]:
    return {to for notice, to in world.items() if notice in notices}


def test_a_renewal_is_not_put_before_the_owner_who_is_an_approver(world: World) -> None:
    by_message(world)
    grant, _ = world.live()
    ask(world, grant)
    assert asked(world, Notice.APPROVAL) == {BOB}


def test_nor_does_a_reminder_or_an_escalation_reach_the_requester(world: World) -> None:
    by_message(world)
    world.ask()
    world.clock.advance(hours=2)
    approval_reminders.send(world.context)
    assert asked(world, Notice.REMINDER) == {BOB}
    assert asked(world, Notice.ESCALATION) == {CAROL}
