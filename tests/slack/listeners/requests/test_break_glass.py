"""Break-glass over HTTP: the box, who hears of it, the review and its reminder."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.slack import Answer, Message
from bot.store.work import SqlUnitOfWork
from tests.fakes import BOB, FakeClock
from tests.flows.catalog import MAIN, catalog, entitlement
from tests.slack.kit import House, house
from tests.slack.press import Hand, button_in, buttons, told, top


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    prod = entitlement("prod", break_glass=timedelta(hours=1), dangerous=True, approvals=2)
    offered = replace(catalog(prod), accounts={MAIN.name: replace(MAIN, channel="C02MAIN")})
    with house(sqlite_work, clock, offered) as made:
        made.slack.channels["C02MAIN"] = replace(made.slack.channels["C01OPS"], id="C02MAIN", name="main", messages=[])
        yield made


def emergency(h: House, what: str = "prod", duration: str = "1h", why: str = "the shop is down") -> Answer:
    h.alice.command(f"/key request {what}")
    answer = h.alice.submit(
        top(h.alice), {"entitlement": what, "duration": duration, "justification": why, "emergency": ["yes"]}
    )
    h.send()
    assert isinstance(answer, Answer)
    return answer


def review(h: House) -> Message:
    return button_in(h.bob.channel("C01OPS"), "review:close")


def close(h: House, card: Message, by: Hand | None = None) -> Answer:
    actor = by or h.bob
    actor.press(card, "review:close")
    answer = actor.submit(top(actor), {"justification": "It really was down."})
    h.send()
    assert isinstance(answer, Answer)
    return answer


def test_it_is_issued_and_everybody_hears_of_it(h: House) -> None:
    assert emergency(h).ok
    card = review(h)
    assert "as an emergency" in card.words
    assert "the shop is down" in card.words
    assert f"<@{BOB}>" in card.words
    assert "<!subteam^S0PLATFORM>" in card.words
    assert "request:approve" not in buttons(card)
    assert any("as an emergency" in each.words for each in h.bob.channel("C02MAIN"))
    assert any("as an emergency" in each.words for each in h.bob.dms())
    mine = button_in(h.alice.dms(), "grant:collect")
    assert "Issued as an emergency" in mine.words
    h.collect(mine)
    assert h.reveal() is not None


def test_a_reason_must_be_typed(h: House) -> None:
    assert set(emergency(h, why=" ").errors) == {"justification"}


def test_longer_than_the_catalog_allows_is_refused_at_the_duration(h: House) -> None:
    assert set(emergency(h, duration="8h").errors) == {"duration"}


def test_a_second_one_is_refused_at_the_box(h: House) -> None:
    emergency(h)
    answer = emergency(h)
    assert set(answer.errors) == {"emergency"}
    assert "already issued" in answer.errors["emergency"]


def test_somebody_else_closes_the_review_and_every_copy_says_so(h: House) -> None:
    emergency(h)
    for actor in (h.alice, h.carol):
        actor.press(review(h), "review:close")
        assert "aren't an approver" in told(actor)
    old = review(h)
    assert close(h, old).ok
    for place in (h.bob.channel("C01OPS")[-1], h.bob.channel("C02MAIN")[-1]):
        assert f"<@{BOB}> closed the review" in place.words
        assert "It really was down." in place.words
        assert "review:close" not in buttons(place)
    h.bob.press(old, "review:close")
    assert "Already closed" in told(h.bob)


def test_an_approver_doesnt_review_their_own(h: House) -> None:
    h.bob.command("/key request prod")
    answer = h.bob.submit(
        top(h.bob), {"entitlement": "prod", "duration": "1h", "justification": "it is down", "emergency": ["yes"]}
    )
    assert answer.ok
    h.send()
    h.bob.press(review(h), "review:close")
    assert "your own emergency" in told(h.bob)


def test_the_reminder_comes_each_day_and_closes_with_it(h: House) -> None:
    emergency(h)
    h.advance(days=1)
    h.sweep()
    again = review(h)
    assert "still open" in again.words
    close(h, again)
    assert not any("still open" in each.words for each in h.bob.channel("C01OPS"))
    assert all("review:close" not in buttons(each) for each in h.bob.channel("C01OPS"))


def test_pending_lists_it_for_whoever_may_close_it(h: House) -> None:
    emergency(h)
    assert "Decide (1)" in h.bob.command("/key").words
    listed = h.bob.command("/key pending")
    assert "review of an emergency is still open" in listed.words
    assert "review:close" in buttons(listed)
    for actor in (h.alice, h.carol):
        assert "review:close" not in buttons(actor.command("/key pending"))
