"""Collect: the modal comes first, only the owner sees the link, and every wrong press is answered."""

import threading

import pytest

from bot.domain.errors import AwsRefused, Doubtful
from bot.domain.lifecycle import CredentialState
from tests.fakes import ALICE, CAROL
from tests.slack.kit import PUBLIC_URL, House
from tests.slack.press import button_in, buttons, told, top


def test_the_window_says_preparing_before_anything_is_made(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    assert "Preparing" in top(h.alice).words
    assert not h.iam.all_keys()


def test_the_link_is_a_plain_link_and_its_modal_has_no_buttons(h: House) -> None:
    h.collect(h.granted())
    view = top(h.alice)
    assert f"<{PUBLIC_URL}/c/" in view.words
    assert "|Open one-time page>" in view.words
    assert "Works once" in view.words
    assert "submit" not in view.body
    assert not buttons(view)


def test_the_message_says_when_where_and_with_what_it_was_collected(h: House) -> None:
    message = h.live()
    assert "Chrome on macOS" in message.words
    assert "203.0.113.7" in message.words
    assert h.key() in message.words
    assert buttons(message).keys() == {"credential:rotate", "grant:renew", "grant:return", "credential:disown"}


@pytest.mark.parametrize("presser", ["carol", "bob"])
def test_someone_else_pressing_collect_makes_nothing(h: House, presser: str) -> None:
    message = h.granted()
    other = getattr(h, presser)
    h.collect(message, by=other)
    assert "isn't for you" in top(other).words
    assert not h.iam.all_keys()


def test_an_owner_who_was_deactivated_collects_nothing(h: House) -> None:
    message = h.granted()
    h.slack.people[ALICE].deleted = True
    h.tick.seconds += 61
    h.collect(message)
    assert "full members" in top(h.alice).words
    assert not h.iam.all_keys()


def test_an_owner_who_became_a_guest_collects_nothing(h: House) -> None:
    message = h.granted()
    h.slack.people[ALICE].is_ultra_restricted = True
    h.tick.seconds += 61
    h.collect(message)
    assert "full members" in top(h.alice).words


def test_someone_of_another_workspace_is_refused(h: House) -> None:
    message = h.granted()
    h.slack.people[CAROL].team_id = "T99OTHER"
    h.collect(message, by=h.carol)
    assert "another workspace" in told(h.carol)
    assert h.carol.modal() is None


def test_no_window_means_no_mint(h: House) -> None:
    message = h.granted()
    h.slack.faults.fail("views.open", "expired_trigger_id")
    h.collect(message)
    assert not h.iam.all_keys()
    assert h.credentials() == ()
    assert "didn't open the window" in told(h.alice)


def test_a_window_closed_meanwhile_discards_the_key_and_says_so(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    h.alice.close(top(h.alice))
    h.mint()
    assert not h.iam.all_keys()
    assert "closed the window" in h.alice.dms()[-1].words
    h.collect(button_in(h.alice.dms(), "grant:collect"))
    assert h.link()


def test_slack_that_does_not_take_the_link_discards_the_key(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    h.slack.faults.down("views.update", times=3, how="503")
    h.mint()
    assert not h.iam.all_keys()
    assert h.credentials()[-1].state is CredentialState.DISCARDED


def test_one_bad_answer_of_slack_is_tried_again(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:collect")
    h.slack.faults.rate_limit("views.update")
    h.mint()
    assert h.link()


def test_two_devices_at_once_make_one_key(h: House) -> None:
    message = h.granted()
    start = threading.Barrier(2)

    def press() -> None:
        start.wait()
        h.alice.press(message, "grant:collect")

    threads = [threading.Thread(target=press) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    h.mint()
    assert len(h.credentials()) == 1
    assert len(h.iam.all_keys()) == 1
    (shown,) = [each for each in h.windows(ALICE) if PUBLIC_URL in each.words]
    assert "Open one-time page" in shown.words


def test_a_second_press_while_the_link_is_open_replaces_it(h: House) -> None:
    message = h.granted()
    h.collect(message)
    first = h.link()
    h.collect(message)
    assert h.link() != first
    assert len(h.iam.all_keys()) == 1
    assert h.reveal(first).outcome == "replaced"


def test_a_replayed_press_makes_nothing_more(h: House) -> None:
    h.live()
    presses = [each for each in h.slack.deliveries if each.kind == "interactive"]
    for each in presses:
        h.slack.redeliver(each, retry=0)
    h.listeners.finish()
    h.mint()
    assert len(h.credentials()) == 1
    h.slack.complaints.clear()  # used triggers, as expected


def test_without_a_worker_nothing_is_made_and_the_admins_are_notified_once(h: House) -> None:
    message = h.granted()
    h.clock.advance(seconds=16)
    for _ in range(2):
        h.alice.press(message, "grant:collect")
        assert "worker isn't running" in top(h.alice).words
    assert h.credentials() == ()
    assert len([each for each in h.bob.dms() if "no Latchkey worker" in each.words]) == 1


def test_paused_between_approval_and_collection(h: House) -> None:
    message = h.granted()
    h.bob.command("/key pause")
    h.collect(message)
    assert "paused" in top(h.alice).words
    assert not h.iam.all_keys()


def test_a_session_is_simply_collected_anew_once_the_last_has_ended(h: House) -> None:
    message = h.live("reports-session", "8h")
    assert "grant:collect" in buttons(message)
    assert h.key().startswith("ASIA")


def test_an_entitlement_removed_from_the_catalog_is_not_minted(h: House) -> None:
    message = h.granted()
    del h.catalog.entitlements["reports-read"]  # type: ignore[attr-defined]
    h.collect(message)
    assert "no longer offers" in top(h.alice).words


def test_aws_refusing_is_said_in_the_window_and_in_a_dm(h: House) -> None:
    message = h.granted()
    h.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    h.collect(message)
    assert "denied Latchkey access" in top(h.alice).words
    assert "denied Latchkey access" in h.alice.dms()[-1].words
    h.collect(message)
    assert h.link()


def test_an_answer_of_aws_that_is_lost_is_said_and_can_be_collected_again(h: House) -> None:
    message = h.granted()
    h.iam.fail_at("create_key", Doubtful("CreateAccessKey", ""), after=True)
    h.collect(message)
    assert "didn't answer clearly" in top(h.alice).words
    h.collect(message)
    assert h.link()
    assert h.iam.count("create_key") == 2
