"""Revoke, Give back and "This wasn't me": who may press them, and what remains."""

from dataclasses import replace

import pytest

from tests.fakes import ALICE, BOB
from tests.slack.kit import House
from tests.slack.listeners.test_sessions import dialog
from tests.slack.press import button_in, buttons, told, top


def ended(h: House) -> bool:
    h.sweep()
    return h.grant_state() == "revoked" and not h.iam.all_keys() and not h.iam.users


def test_giving_back_ends_it_and_the_message_loses_its_buttons(h: House) -> None:
    message = h.live()
    assert h.alice.press(message, "grant:return").ok
    assert ended(h)
    shown = [each for each in h.alice.dms() if each.ts == message.ts]
    assert buttons(shown[0]) == {}
    assert "Its IAM user and keys are deleted" in shown[0].words


def test_the_button_asks_by_confirm_and_is_pressed_once(h: House) -> None:
    message = h.live()
    (give_back,) = [e for b in message.blocks for e in b.get("elements", []) if e.get("action_id") == "grant:return"]
    assert give_back["confirm"]["confirm"]["text"] == "Give back"


def test_a_second_press_is_answered(h: House) -> None:
    message = h.live()
    h.alice.press(message, "grant:return")
    h.alice.press(message, "grant:return")
    assert "This grant was given back" in told(h.alice)


@pytest.mark.parametrize("presser", ["carol", "bob"])
def test_no_one_else_gives_it_back(h: House, presser: str) -> None:
    other = getattr(h, presser)
    other.press(h.live(), "grant:return")
    assert "isn't for you" in told(other)
    assert h.grant_state() == "active"


def test_the_dialog_says_what_stops_working_only_once_something_works(h: House) -> None:
    message = h.granted()
    assert "nothing stops working" in dialog(message, "grant:return")
    h.collect(message)
    h.reveal()
    assert "still uses it stops working now" in dialog(button_in(h.alice.dms(), "grant:return"), "grant:return")


def test_not_wanted_any_more_before_it_is_collected(h: House) -> None:
    h.alice.press(h.granted(), "grant:return")
    assert ended(h)


def test_a_typed_revoke_asks_why_in_a_window(h: House) -> None:
    h.live()
    h.alice.command("/key revoke")
    view = top(h.alice)
    assert view.callback_id == "grant:revoke"
    assert [each["block_id"] for each in view.blocks if each["type"] == "input"] == ["justification"]
    assert h.alice.submit(view, {"justification": "moved to a role"}).ok
    assert ended(h)
    assert any("moved to a role" in each.words for each in h.alice.dms())


def test_an_approver_revokes_by_key_id_and_the_owner_is_notified_who_and_why(h: House) -> None:
    h.live()
    h.bob.command(f"/key revoke {h.key()}")
    assert f"<@{ALICE}>" in top(h.bob).words
    h.bob.submit(top(h.bob), {"justification": "seen in a log"})
    assert ended(h)
    (told_owner,) = [each for each in h.alice.dms() if "was revoked by" in each.words]
    assert f"<@{BOB}>" in told_owner.words
    assert "seen in a log" in told_owner.words


def test_an_approver_who_revokes_is_answered_and_the_channel_is_notified_of_it(h: House) -> None:
    h.live()
    h.bob.command(f"/key revoke {h.key()}")
    before = h.bob.dms()
    h.bob.submit(top(h.bob), {"justification": "seen in a log"})
    assert "Revoked" in top(h.bob).words
    h.sweep()
    (said,) = [each.words for each in h.bob.channel("C01OPS") if "was revoked by" in each.words]
    assert f"<@{ALICE}>" in said
    assert f"<@{BOB}>" in said
    assert "seen in a log" in said
    assert h.bob.dms() == before


def test_a_key_that_is_over_opens_no_window_again(h: House) -> None:
    h.live()
    key = h.key()
    h.bob.command(f"/key revoke {key}")
    h.bob.submit(top(h.bob), {"justification": "seen in a log"})
    h.sweep()
    h.bob.close(top(h.bob))
    h.bob.command(f"/key revoke {key}")
    assert h.bob.modal() is None
    assert told(h.bob) == "This grant was revoked, so nothing was done.", "he has nothing to ask for"


def test_an_outsider_gets_no_window_to_revoke_in(h: House) -> None:
    h.live()
    h.carol.command(f"/key revoke {h.key()}")
    assert h.carol.modal() is None
    assert "isn't for you" in told(h.carol)
    assert h.grant_state() == "active"


def test_several_grants_are_chosen_from_in_the_same_window(h: House) -> None:
    h.live()
    first = h.grant().id
    h.advance(seconds=1)
    h.granted()
    h.alice.command("/key revoke")
    view = top(h.alice)
    inputs = [each["block_id"] for each in view.blocks if each["type"] == "input"]
    assert inputs == ["key", "justification"]
    h.alice.submit(view, {"key": first, "justification": "x"})
    h.sweep()
    assert h.grant_state(first) == "revoked"
    assert h.grant_state() == "approved"


def test_a_revoked_grant_collects_and_rotates_nothing(h: House) -> None:
    message = h.live()
    h.alice.press(message, "grant:return")
    h.sweep()
    h.alice.press(message, "credential:rotate")
    assert "given back" in top(h.alice).words
    h.mint()
    assert not h.iam.all_keys()


def test_revoked_while_the_link_is_open_opens_nothing(h: House) -> None:
    message = h.granted()
    h.collect(message)
    h.alice.press(message, "grant:return")
    assert h.reveal().outcome == "given back"
    assert ended(h)


@pytest.mark.parametrize(("who", "outcome", "said"), [
    ("bob", "revoked", "because its grant had been revoked"),
    ("alice", "given back", "because you had given it back"),
])  # fmt: skip
def test_a_link_opened_after_the_end_says_what_ended_it(h: House, who: str, outcome: str, said: str) -> None:
    h.collect(message := h.granted())
    link = h.link()
    if who == "alice":
        h.alice.press(message, "grant:return")
    else:
        h.bob.command(f"/key revoke {h.key()}")
        h.bob.submit(top(h.bob), {"justification": "seen in a log"})
    assert h.reveal(link).outcome == outcome
    h.send()
    (knock,) = [each.words for each in h.alice.dms() if "Someone tried your link" in each.words]
    assert said in knock


def test_an_ended_lease_is_announced_reported_and_torn_down(h: House) -> None:
    h.live()
    h.advance(days=6, minutes=1)
    h.sweep()
    assert len([each for each in h.alice.dms() if "ends <!date" in each.words]) == 1
    h.advance(days=1)
    h.sweep()
    assert h.grant_state() == "expired"
    assert not h.iam.users
    assert len([each for each in h.alice.dms() if "as agreed" in each.words]) == 1


def test_from_a_private_list_the_answer_is_a_sentence(h: House) -> None:
    h.live()
    shown = h.alice.command("/key list").ephemeral
    h.alice.press(shown, "grant:return")
    assert "The grant has ended" in told(h.alice)


def test_old_buttons_are_gone_from_the_list(h: House) -> None:
    h.alice.press(h.live(), "grant:return")
    assert "don't have anything from Latchkey" in h.alice.command("/key list").words


def test_the_collect_button_of_a_revoked_grant_is_answered(h: House) -> None:
    message = h.granted()
    h.alice.press(message, "grant:return")
    h.collect(message)
    assert "given back" in top(h.alice).words
    assert button_in([message], "grant:collect")


def test_a_picker_shows_titles_as_they_are(h: House) -> None:
    wanted = h.catalog.entitlements["reports-read"]  # type: ignore[index]
    h.catalog.entitlements[wanted.id] = replace(wanted, title="Read <the> *reports* & more*")  # type: ignore[index]
    h.live()
    h.advance(seconds=1)
    h.granted()
    h.alice.command("/key revoke")
    assert "Read <the> *reports* & more*" in str(top(h.alice).blocks)
