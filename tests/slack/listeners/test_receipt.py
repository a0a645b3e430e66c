"""After the link: did you get it, a link that was never opened, and one that was opened twice."""

from bot.domain.lifecycle import CredentialState
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def test_a_key_that_was_collected_already_offers_to_rotate(h: House) -> None:
    message = h.granted()
    h.collect(message)
    h.reveal()
    h.collect(message)
    view = top(h.alice)
    assert "only once" in view.words
    h.alice.press(view, "credential:rotate")
    assert top(h.alice).id == view.id, "Slack opens no window for a press in one"
    h.mint()
    assert len(h.iam.all_keys()) == 2
    assert h.link()


def test_revealed_without_a_receipt_says_when_and_where(h: House) -> None:
    message = h.granted()
    h.collect(message)
    h.reveal(receipt=False)
    h.collect(message)
    assert "203.0.113.7" in top(h.alice).words
    assert buttons(top(h.alice)).keys() == {"credential:replace", "credential:disown"}


def test_did_you_get_it_yes(h: House) -> None:
    h.collect(h.granted())
    h.reveal(receipt=False)
    h.advance(minutes=11)
    h.sweep()
    asked = button_in(h.alice.dms(), "credential:confirm")
    h.alice.press(asked, "credential:confirm")
    h.send()
    assert h.credentials()[-1].state is CredentialState.LIVE
    assert any("You have" in each.words for each in h.alice.dms())
    h.alice.close(top(h.alice))
    h.alice.press(asked, "credential:confirm")
    assert "Thank you" in told(h.alice), "the message looks the same after a second press"
    h.alice.press(asked, "credential:replace")
    assert "already collected" in told(h.alice)
    assert buttons(top(h.alice)).keys() == {"credential:rotate"}


def test_did_you_get_it_no_makes_a_new_one_and_deletes_the_old(h: House) -> None:
    h.collect(h.granted())
    h.reveal(receipt=False)
    first = h.key()
    h.advance(minutes=11)
    h.sweep()
    h.alice.press(button_in(h.alice.dms(), "credential:replace"), "credential:replace")
    h.mint()
    assert h.key() != first
    h.reveal()
    h.advance(seconds=20)
    h.sweep()
    assert set(h.iam.all_keys()) == {h.key()}


def test_a_link_that_no_one_opened_ends_and_can_be_collected_again(h: House) -> None:
    h.collect(h.granted())
    link = h.link()
    h.advance(minutes=10, seconds=1)
    h.sweep()
    h.sweep()
    assert not h.iam.all_keys()
    assert "didn't open the link within ten minutes" in h.alice.dms()[-1].words
    assert h.reveal(link).outcome == "expired"
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    assert h.link()


def test_a_used_link_opened_again_tells_the_owner_once_with_revoke(h: House) -> None:
    h.collect(h.granted())
    link = h.link()
    h.reveal(link)
    for _ in range(3):
        assert h.reveal(link, receipt=False).outcome == "revealed"
    (knock,) = [each for each in h.alice.dms() if "Someone tried your link" in each.words]
    h.alice.press(knock, "grant:revoke")
    h.sweep()
    assert h.grant_state() == "revoked"
    assert not h.iam.all_keys()


def test_uncollected_in_time_lapses(h: House) -> None:
    h.granted()
    h.advance(hours=73)
    h.sweep()
    assert all("grant:collect" not in buttons(each) for each in h.alice.dms())
    assert any("wasn't collected" in each.words for each in h.alice.dms())


def test_an_old_message_of_a_lapsed_grant_is_answered(h: House) -> None:
    message = h.granted()
    h.advance(hours=73)
    h.sweep()
    h.collect(message)
    assert "wasn't collected in time" in top(h.alice).words
