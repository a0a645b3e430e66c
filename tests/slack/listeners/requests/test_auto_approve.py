"""A request that a rule of the catalog approves, over HTTP: everybody reads so, and nobody is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import EntitlementId
from bot.domain.requests.auto_approve import AutoApprove, Quota
from bot.flows.issuing import pause
from bot.store.work import SqlUnitOfWork
from tests.fakes import BOB, FakeClock
from tests.flows.catalog import catalog
from tests.slack.kit import House, house
from tests.slack.press import button_in, buttons, told

READ, TWO = EntitlementId("reports-read"), EntitlementId("reports-two")
BY_RULE = "Approved by rule 1 of the catalog"


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    rule = AutoApprove(1, (READ, TWO), max_duration=timedelta(days=7), quota=Quota(1, timedelta(days=7)))
    with house(sqlite_work, clock, replace(catalog(), auto_approve=(rule,))) as made:
        yield made


def test_the_owner_collects_and_the_channel_is_informed(h: House) -> None:
    assert h.ask().ok
    (card,) = h.bob.channel("C01OPS")
    assert BY_RULE in card.words
    assert card.text.startswith(BY_RULE)  # the notification doesn't ask
    assert {"request:approve", "request:decline"}.isdisjoint(buttons(card))
    mine = button_in(h.alice.dms(), "grant:collect")
    assert BY_RULE in mine.words
    assert any(BY_RULE in each.words for each in h.alice.dms() if each.ts != mine.ts)
    h.collect(mine)
    assert h.reveal() is not None


def test_what_is_approved_during_a_pause_says_that_it_cant_be_collected_yet(h: House) -> None:
    pause.pause(h.context, by=BOB, delivery=None, justification="a leak")
    h.ask()
    assert any("nothing can be collected until it's resumed" in each.words for each in h.alice.dms())


def test_a_second_one_over_the_quota_is_asked_as_usual(h: House) -> None:
    h.ask()
    assert h.ask("reports-two").ok
    card = h.bob.channel("C01OPS")[-1]
    assert BY_RULE not in card.words
    h.approve(card)
    assert "1 of 2 approvals" in h.bob.channel("C01OPS")[-1].words


def test_a_late_press_reads_which_rule_was_first(h: House) -> None:
    asked = h.requested("reports-two", "30d")
    h.alice.press(button_in(h.alice.dms(), "request:cancel"), "request:cancel")
    h.send()
    h.ask("reports-two")
    with h.work.begin() as tx:
        found = tx.grants.of_owner(h.grant().owner)[0].request
    old = asked.blocks
    for block in old:
        for element in block.get("elements", []):
            if element.get("action_id") == "request:approve":
                element["value"] = found
    h.bob.press(asked, "request:approve")
    assert "Already approved by rule 1 of the catalog" in told(h.bob)
