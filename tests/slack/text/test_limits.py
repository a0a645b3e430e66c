"""What a person reads who reaches a limit: which one it is, and when they can continue."""

from datetime import datetime

from bot.domain.rate_limits import CLAIMS, REQUESTS
from bot.slack.text.formatting import moment, plainly
from tests.fakes import ALICE
from tests.slack.kit import House
from tests.slack.owned_key import DAY, channel_message, job
from tests.slack.press import told


def plain(at: datetime) -> str:
    return plainly(moment(at))


def test_a_second_request_shows_since_when_the_first_one_waits_and_until_when(h: House) -> None:
    asked_at = h.clock.now()
    h.ask()
    h.advance(hours=2)
    said = h.ask().errors["entitlement"]
    assert f"already waiting, since {plain(asked_at)}" in said
    assert f"until {plain(asked_at + h.catalog.decide_within)}" in said
    assert len(h.bob.channel("C01OPS")) == 1


def test_the_twenty_first_request_says_when_the_next_one_is_possible(h: House) -> None:
    begun = h.clock.now()
    with h.work.begin() as tx:
        for _ in range(REQUESTS.most):
            tx.count(REQUESTS, ALICE, begun)
    h.advance(minutes=10)
    said = h.ask().errors["entitlement"]
    assert said == f"You can make 20 requests an hour. You can make the next one {plain(begun + REQUESTS.per)}."


def test_the_eleventh_claim_says_when_the_next_one_is_possible(h: House) -> None:
    job(h)
    begun = h.clock.now()
    with h.work.begin() as tx:
        for _ in range(CLAIMS.most):
            tx.count(CLAIMS, ALICE, begun)
    h.alice.command("/key claim job")
    assert "You can make 10 claims an hour. You can make the next one " in told(h.alice)
    assert plain(begun + CLAIMS.per) in told(h.alice)


def test_a_declined_claim_says_when_it_can_be_made_again(h: House) -> None:
    job(h)
    h.alice.command("/key claim job")
    h.send()
    declined_at = h.clock.now()
    h.bob.press(channel_message(h, "is theirs"), "claim:decline")
    h.advance(hours=1)
    h.alice.command("/key claim job")
    assert "This claim was declined. You can claim it again " in told(h.alice)
    assert plain(declined_at + DAY) in told(h.alice)
