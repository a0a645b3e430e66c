"""What an owner reads if the account enforces."""

from tests.slack.kit import House
from tests.slack.messages.test_digest import account, digests, ripe, step


def test_where_the_account_enforces_each_notice_to_the_owner_says_that_it_is_switched_off(h: House) -> None:
    account(h, enforce=True)
    h.live(duration="30d")
    step(h, 14)
    assert "We'll remind you" in digests(h)[0].words
    assert "After that, Latchkey switches it off" in digests(h)[0].words
    account(h, enforce=False)
    h.live(duration="30d")
    step(h, 14)
    assert "switched off" not in digests(h)[-1].words


def test_without_enforce_no_one_is_notified_that_it_is_deactivated(h: House) -> None:
    ripe(h)
    account(h, enforce=False)
    h.live(duration="30d")
    for days in (14, 7, 2):
        step(h, days)
    assert "switched off" not in h.bob.channel("C01OPS")[-1].words
