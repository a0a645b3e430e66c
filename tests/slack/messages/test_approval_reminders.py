"""A request without a decision: one reminder, then an escalation to more people; every copy shows the outcome."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Approvers
from bot.flows.requests import approval_reminders
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, CAROL, FakeClock
from tests.flows.world import catalog
from tests.slack.kit import House, house
from tests.slack.press import button_in, buttons, told


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    plain = catalog()
    platform = replace(
        plain.approvers["platform"],
        remind_after=timedelta(hours=2),
        escalate_after=timedelta(hours=8),
        escalate_to="security",
    )
    groups = {"platform": platform, "security": Approvers("security", users=(CAROL,))}
    with house(sqlite_work, clock, replace(plain, approvers=groups)) as made:
        yield made


def later(h: House, **span: float) -> None:
    h.advance(**span)
    approval_reminders.send(h.context)
    h.send()


def test_nothing_is_said_before_its_time(h: House) -> None:
    h.requested()
    later(h, hours=1, minutes=59)
    assert len(h.bob.channel("C01OPS")) == 1


def test_the_approvers_are_reminded_once_also_by_a_worker_that_slept(h: House) -> None:
    h.requested()
    later(h, hours=7)
    later(h, minutes=1)
    first, reminder = h.bob.channel("C01OPS")
    assert "Still waiting" in reminder.words
    assert buttons(reminder) == buttons(first)


def test_every_copy_shows_the_outcome(h: House) -> None:
    h.requested()
    later(h, hours=9)
    h.approve(h.bob.channel("C01OPS")[-1])
    copies = [*h.bob.channel("C01OPS"), *h.carol.dms()]
    assert len(copies) == 3
    assert all(f"Approved by <@{BOB}>" in each.words and "request:approve" not in buttons(each) for each in copies)


def test_whom_it_is_escalated_to_may_decide_from_then_on_and_not_before(h: House) -> None:
    message = h.requested()
    h.approve(message, by=h.carol)
    assert "aren't an approver for this" in told(h.carol)
    later(h, hours=8)
    h.approve(button_in(h.carol.dms(), "request:approve"), by=h.carol)
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    assert h.link()


def test_an_escalation_is_in_the_audit_trail_once(h: House) -> None:
    h.requested()
    later(h, hours=9)
    later(h, hours=9)
    with h.work.begin() as tx:
        (waiting,) = tx.requests.open_of(ALICE)
        tags = [each.tag.value for each in tx.audit.of(waiting.id)]
    assert tags.count("request:escalated") == 1
    assert tags.count("request:reminded") == 1


def test_a_request_whose_time_is_over_is_not_brought_up_again(h: House) -> None:
    h.requested()
    later(h, hours=73)
    assert len(h.bob.channel("C01OPS")) == 1


def test_slack_not_saying_who_is_in_a_group_is_tried_again(h: House) -> None:
    h.catalog.approvers["security"] = Approvers("security", usergroups=("S0PLATFORM",))  # type: ignore[index]
    h.requested()
    h.tick.seconds += 301
    h.slack.faults.down("usergroups.users.list", times=1, how="503")
    later(h, hours=8)
    assert not h.dave.dms()
    later(h, minutes=1)
    assert button_in(h.dave.dms(), "request:approve")
