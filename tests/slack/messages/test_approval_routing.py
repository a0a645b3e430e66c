"""Who is asked to decide: mentions, silent approvers, approvers who can't be asked, reminders and escalation."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.catalog import Approvers
from bot.flows.requests import approval_reminders
from bot.sandbox.slack import Message
from tests.fakes import BOB, CAROL, DAVE
from tests.flows.catalog import catalog
from tests.slack.kit import House
from tests.slack.messages.offering import Build, offering
from tests.slack.press import button_in, buttons

GROUP = "<!subteam^S0PLATFORM>"


def warnings(h: House) -> list[Message]:
    return [each for each in h.bob.dms() if "Correct `[approvers" in each.words]


def test_a_deactivated_approver_is_said_on_the_card_and_to_the_admins_once(h: House) -> None:
    h.slack.people[DAVE].deleted = True
    card = h.requested()
    assert f"<@{DAVE}> of *platform* isn't a full member" in card.words
    assert f"Asked: <@{BOB}> and {GROUP}" in card.words
    h.requested("reports-two")
    (warned,) = warnings(h)
    assert "reports read" in warned.words
    h.approve(card)
    assert button_in(h.alice.dms(), "grant:collect")


def test_an_unreadable_user_group_does_not_lose_the_request(h: House) -> None:
    h.slack.faults.fail("usergroups.users.list", "missing_scope", times=None)
    card = h.requested()
    assert f"{GROUP} of *platform* is empty, or Slack can't say who is in it" in card.words
    assert len(warnings(h)) == 1
    h.slack.faults.clear()
    h.tick.seconds += 301
    h.approve(card)
    assert button_in(h.alice.dms(), "grant:collect")


def test_without_a_channel_the_people_of_the_catalog_are_asked(build: Build) -> None:
    h = build(offering(channel=None, users=(DAVE,)))
    h.slack.faults.fail("usergroups.users.list", "missing_scope", times=None)
    h.ask()
    assert button_in(h.dave.dms(), "request:approve")


def test_where_nobody_can_be_named_the_admins_are_asked_and_the_group_later(build: Build) -> None:
    h = build(offering(channel=None, users=()))
    h.slack.faults.fail("usergroups.users.list", "missing_scope", times=None)
    h.ask()
    assert button_in(h.bob.dms(), "request:approve"), "bob is the admin"
    assert not h.dave.dms()
    h.slack.faults.clear()
    h.tick.seconds += 301
    h.advance(hours=2)
    approval_reminders.send(h.context)
    h.send()
    h.approve(button_in(h.dave.dms(), "request:approve"), by=h.dave)
    assert button_in(h.alice.dms(), "grant:collect")


def test_where_every_approver_is_deactivated_the_admins_are_asked(build: Build) -> None:
    h = build(offering(channel=None, users=(DAVE,), usergroups=()))
    h.slack.people[DAVE].deleted = True
    h.ask()
    assert button_in(h.bob.dms(), "request:approve")
    assert len(warnings(h)) == 1


def test_a_channel_that_cannot_be_reached_becomes_a_message_to_each_but_the_silent(build: Build) -> None:
    h = build(offering(silent=(DAVE,)))
    h.slack.world.workspace.channels["C01OPS"].archived = True
    h.ask()
    h.advance(minutes=1)
    h.send()
    assert button_in(h.bob.dms(), "request:approve")
    assert not h.dave.dms()


def test_the_reminder_comes_after_two_hours_and_the_escalation_after_eight_unless_the_catalog_says_otherwise(
    build: Build,
) -> None:
    groups = {
        "platform": Approvers("platform", users=(BOB,), channel="C01OPS", escalate_to="security"),
        "security": Approvers("security", users=(CAROL,), channel="C01OPS", escalate_to="platform"),
    }
    h = build(replace(catalog(), approvers=groups))
    h.requested()
    seen = []
    for _ in range(24):
        h.advance(timedelta(hours=1))
        approval_reminders.send(h.context)
        h.send()
        seen.append(len(h.bob.channel("C01OPS")))
    assert (seen[0], seen[1], seen[6], seen[7], seen[-1]) == (1, 2, 2, 3, 3)
    assert f"<@{CAROL}>" in h.bob.channel("C01OPS")[-1].words


def test_the_user_group_and_the_people_are_mentioned(h: House) -> None:
    card = h.requested()
    assert GROUP in card.words
    assert f"<@{BOB}>" in card.words
    assert f"<@{DAVE}>" in card.words
    assert "*platform*" in card.words
    assert "Needs 1 approval" in card.words
    assert "Needs 2 approvals" in h.requested("reports-two").words


def test_silent_approvers_may_decide_but_are_not_mentioned(build: Build) -> None:
    h = build(offering(silent=(DAVE,)))
    card = h.requested()
    assert f"<@{DAVE}>" not in card.words
    assert GROUP not in card.words, "dave is in it"
    assert f"<@{BOB}>" in card.words
    h.approve(card, by=h.dave)
    assert f"Approved by <@{DAVE}>" in h.bob.channel("C01OPS")[-1].words


def test_silent_approvers_get_no_direct_message(build: Build) -> None:
    h = build(offering(silent=(DAVE,), channel=None))
    h.ask()
    assert "request:approve" in buttons(button_in(h.bob.dms(), "request:approve"))
    assert not h.dave.dms()
