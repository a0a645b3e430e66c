"""What an owner reads where the account enforces."""

from tests.slack.kit import House
from tests.slack.test_reminders import account, digests, step


def test_where_the_account_enforces_each_notice_to_the_owner_says_that_it_is_switched_off(h: House) -> None:
    account(h, enforce=True)
    h.live(duration="30d")
    step(h, 14)
    assert "you hear of it again" in digests(h)[0].words
    assert "It is switched off after that, not before" in digests(h)[0].words
    account(h, enforce=False)
    h.live(duration="30d")
    step(h, 14)
    assert "switched off" not in digests(h)[-1].words
