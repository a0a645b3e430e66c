"""Rotate: a second key through the same flow, and what becomes of the old one."""

from bot.domain.lifecycle import CredentialState
from tests.slack.kit import House
from tests.slack.press import button_in, buttons, told, top


def rotated(h: House) -> None:
    """Two keys: the new one collected, the old one still active."""
    h.alice.press(h.live(duration="30d"), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))


def test_a_failed_rotation_says_to_press_rotate(h: House) -> None:
    h.alice.press(h.live(), "credential:rotate")
    h.mint()
    h.advance(minutes=10, seconds=1)
    h.sweep()
    assert "Press Rotate again" in top(h.alice).words
    (said,) = [each for each in h.alice.dms() if "wasn't collected" in each.words]
    assert "The new key of" in said.words
    assert "Press Rotate again" in said.words
    assert buttons(said).keys() == {"credential:rotate"}


def states(h: House) -> list[CredentialState]:
    return [each.state for each in h.credentials()]


def test_rotating_gives_a_second_key_under_the_same_lease(h: House) -> None:
    message = h.live()
    lease = h.grant().lease_until
    h.advance(days=1)
    h.alice.press(message, "credential:rotate")
    h.mint()
    assert h.link()
    assert len(h.iam.all_keys()) == 2
    assert h.grant().lease_until == lease


def test_the_message_shows_both_keys_with_the_three_buttons(h: House) -> None:
    rotated(h)
    old, new = (each.access_key_id for each in h.credentials())
    message = button_in(h.alice.dms(), "credential:wait")
    assert str(old) in message.words
    assert str(new) in message.words
    assert buttons(message).keys() == {"credential:retire", "credential:wait"}


def test_switch_off_now_and_undo(h: House) -> None:
    rotated(h)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    old = h.credentials()[0]
    assert old.state is CredentialState.RETIRING
    assert not h.iam.all_keys()[old.access_key_id].active
    h.alice.press(button_in(h.alice.dms(), "credential:reactivate"), "credential:reactivate")
    h.sweep()
    assert states(h) == [CredentialState.LIVE, CredentialState.LIVE]
    assert h.iam.all_keys()[old.access_key_id].active


def test_wait_leaves_the_old_key_on(h: House) -> None:
    rotated(h)
    h.advance(days=6)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:wait")
    h.advance(days=2)
    h.sweep()
    assert states(h)[0] is CredentialState.LIVE


def test_the_old_key_is_deactivated_at_its_deadline_and_deleted_after_undo(h: House) -> None:
    rotated(h)
    h.advance(days=7, minutes=1)
    h.sweep()
    assert states(h)[0] is CredentialState.RETIRING
    h.advance(days=7, minutes=1)
    h.sweep()
    assert states(h)[0] is CredentialState.DELETED
    assert set(h.iam.all_keys()) == {h.key()}


def test_undo_after_its_time_is_refused_with_a_sentence(h: House) -> None:
    rotated(h)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    undo = button_in(h.alice.dms(), "credential:reactivate")
    h.advance(days=7, minutes=1)
    h.alice.press(undo, "credential:reactivate")
    assert "too late" in told(h.alice)


def test_an_outsider_cannot_deactivate_a_key(h: House) -> None:
    rotated(h)
    h.carol.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    assert "isn't for you" in told(h.carol)
    assert states(h) == [CredentialState.LIVE, CredentialState.LIVE]


def test_two_keys_already_says_which_and_deletes_nothing(h: House) -> None:
    rotated(h)
    h.alice.command("/key rotate")
    assert all(str(each.access_key_id) in top(h.alice).words for each in h.credentials())
    assert "never deletes a key to make room" in top(h.alice).words
    assert len(h.iam.all_keys()) == 2


def test_the_command_needs_no_picker_when_there_is_one(h: House) -> None:
    h.live()
    h.alice.command("/key rotate")
    h.mint()
    assert h.link()


def test_the_command_takes_a_key_id(h: House) -> None:
    h.live()
    h.alice.command(f"/key rotate {h.key()}")
    h.mint()
    assert h.link()


def test_a_key_that_no_one_knows_gets_an_explanation(h: House) -> None:
    h.alice.command("/key rotate AKIAIOSFODNN7EXAMPLE")
    assert "doesn't know the key `AKIAIOSFODNN7EXAMPLE`" in told(h.alice)


def test_a_key_of_someone_else_is_refused(h: House) -> None:
    h.live()
    h.carol.command(f"/key rotate {h.key()}")
    assert "isn't for you" in top(h.carol).words


def test_with_two_grants_a_picker_lists_both_and_its_window_gets_the_link(h: House) -> None:
    h.live()
    first = h.grant().id
    h.advance(seconds=1)
    h.live()
    h.alice.command("/key rotate")
    view = top(h.alice)
    assert view.callback_id == "credential:rotate"
    (field,) = [each for each in view.blocks if each["type"] == "input"]
    assert field["block_id"] == "key"
    assert len(field["element"]["options"]) == 2
    assert h.alice.submit(view, {"key": first}).ok
    assert "Preparing" in top(h.alice).words
    assert top(h.alice).id == view.id
    h.mint()
    assert h.link()


def test_nothing_held_gets_an_explanation(h: House) -> None:
    h.alice.command("/key rotate")
    assert "don't have anything" in told(h.alice)


def test_an_uncollected_grant_has_nothing_to_rotate(h: House) -> None:
    h.granted()
    h.alice.command("/key rotate")
    assert "Press Collect first" in top(h.alice).words


def test_reactivate_by_command(h: House) -> None:
    rotated(h)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    assert "reactivat" in h.alice.command("/key reactivate").words
    h.sweep()
    assert states(h) == [CredentialState.LIVE, CredentialState.LIVE]


def test_an_undo_pressed_twice_says_since_when_the_key_is_on(h: House) -> None:
    rotated(h)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    undo = button_in(h.alice.dms(), "credential:reactivate")
    h.alice.press(undo, "credential:reactivate")
    h.sweep()
    h.alice.press(undo, "credential:reactivate")
    assert told(h.alice).startswith("This key has been on since <!date^")


def test_reactivate_with_nothing_off_gets_an_explanation(h: House) -> None:
    h.live()
    h.alice.command("/key reactivate")
    assert "nothing to reactivate" in told(h.alice)


def second_one_off(h: House) -> None:
    """A further grant of alice's whose only key is off."""
    h.live()
    h.alice.command(f"/key revoke {h.key()}")
    h.alice.press(top(h.alice), "credential:retire")
    h.alice.close(top(h.alice))
    h.sweep()


def test_reactivate_offers_only_what_is_off(h: House) -> None:
    second_one_off(h)
    h.advance(seconds=1)
    h.live()
    assert "reactivating it" in h.alice.command("/key reactivate").words, "there is one, so nothing has to be chosen"


def test_rotate_offers_only_keys_in_use_with_a_free_slot(h: House) -> None:
    rotated(h)
    h.advance(seconds=1)
    h.granted()
    h.advance(seconds=1)
    h.live()
    h.alice.command("/key rotate")
    h.mint()
    assert h.link(), "there is one, so nothing has to be chosen"


def test_reactivate_asks_which_when_there_are_two_grants(h: House) -> None:
    rotated(h)
    h.alice.press(button_in(h.alice.dms(), "credential:wait"), "credential:retire")
    h.sweep()
    first = h.grant().id
    h.advance(seconds=1)
    second_one_off(h)
    h.alice.command("/key reactivate")
    view = top(h.alice)
    assert view.callback_id == "credential:reactivate"
    with h.work.begin() as tx:
        tx.credentials.set(h.credentials()[0].id, delete_at=h.clock.now())
    wrong = h.alice.submit(view, {"key": h.grant().id})
    assert "too late" in wrong.errors["key"]
    assert h.alice.submit(top(h.alice), {"key": first}).ok
    h.sweep()
    with h.work.begin() as tx:
        assert [each.state for each in tx.credentials.of(first)] == [CredentialState.LIVE, CredentialState.LIVE]
