"""A collect's modal says what became of its link: opened, expired, replaced, or never created."""

import re

import pytest

from bot.domain.errors import AwsRefused
from tests.fakes import ALICE
from tests.slack.kit import PUBLIC_URL, House
from tests.slack.press import buttons, top


def test_the_window_says_that_its_link_was_opened_when_and_where(h: House) -> None:
    h.collect(h.granted())
    h.reveal()
    view = top(h.alice)
    assert view.title == "Opened ✓"
    assert re.search(r"Opened ✓ <!date\^\d+\^\{time\}\|\d+:\d\d [AP]M UTC>", view.words)
    assert "Chrome on macOS" in view.words
    assert "203.0.113.7" in view.words
    assert f"{PUBLIC_URL}/c/" not in view.words
    assert not buttons(view)


def test_a_link_that_is_still_to_be_opened_stays_in_its_window(h: House) -> None:
    h.collect(h.granted())
    h.send()
    h.sweep()
    assert h.link()


def test_a_link_that_expired_leaves_its_window(h: House) -> None:
    h.collect(h.granted())
    h.advance(minutes=11)
    h.sweep()
    assert f"{PUBLIC_URL}/c/" not in top(h.alice).words
    assert "didn't open the link within ten minutes" in top(h.alice).words


def test_after_a_second_collect_only_the_newest_window_has_a_link(h: House) -> None:
    message = h.granted()
    h.collect(message)
    h.collect(message)
    first, second = h.windows(ALICE)
    assert f"{PUBLIC_URL}/c/" not in first.words
    assert "newest window" in first.words
    assert f"{PUBLIC_URL}/c/" in second.words


def test_a_double_press_leaves_no_window_that_prepares_forever(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    h.alice.press(message, "grant:collect")
    h.mint()
    first, second = h.windows(ALICE)
    assert "newest window" in first.words
    assert f"{PUBLIC_URL}/c/" in second.words


def test_a_grant_that_is_given_back_takes_the_link_out_of_its_window(h: House) -> None:
    h.collect(h.granted())
    h.alice.command("/key revoke")
    h.alice.submit(top(h.alice), {"justification": "changed my mind"})
    h.send()
    assert [each.words for each in h.windows(ALICE) if f"{PUBLIC_URL}/c/" in each.words] == []
    assert "The grant has ended" in h.windows(ALICE)[0].words


@pytest.mark.parametrize("unclaimed", [True, False], ids=["no worker", "refused by AWS"])
def test_a_failed_collect_says_so_in_its_modal(h: House, unclaimed: bool) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    if unclaimed:
        h.advance(seconds=31)
        h.sweep()
    else:
        h.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
        h.mint()
    assert "Preparing" not in top(h.alice).words
    assert "othing was created" in top(h.alice).words


def test_a_modal_that_was_closed_meanwhile_is_not_an_error(h: House) -> None:
    h.collect(h.granted())
    link = h.link()
    h.alice.close(top(h.alice))
    h.reveal(link)
    with h.work.begin() as tx:
        assert tx.outbox.due(h.clock.now(), 10) == ()
    assert h.alice.modal() is None


def test_slack_that_is_away_shows_it_later(h: House) -> None:
    h.collect(h.granted())
    link = h.link()
    h.slack.faults.down("views.update", times=1, how="503")
    h.reveal(link)
    assert h.link() == link
    h.advance(minutes=1)
    h.send()
    assert top(h.alice).title == "Opened ✓"
