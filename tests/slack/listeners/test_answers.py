"""Each press gets one answer, and no message keeps showing an outdated state."""

from datetime import timedelta

from bot.domain.lifecycle import CredentialState
from bot.sandbox.slack import Message
from tests.fakes import BOB
from tests.flows.catalog import MAIN
from tests.slack.found_key import about, digested, same
from tests.slack.kit import House
from tests.slack.listeners.test_renew import asked
from tests.slack.listeners.test_rotate import rotated, second_one_off
from tests.slack.messages.test_switchover import message
from tests.slack.press import button_in, buttons, told, top


def rotation(h: House) -> Message:
    return next(each for each in h.alice.dms() if each.words.startswith(":arrows_counterclockwise:"))


def off(h: House) -> None:
    """Alice deactivated the old key."""
    rotated(h)
    h.alice.press(message(h), "credential:retire")
    h.sweep()


def off_by_bob(h: House) -> None:
    """Through a revoke that he limited to one key."""
    rotated(h)
    h.bob.command(f"/key revoke {h.credentials()[0].access_key_id}")
    h.bob.press(top(h.bob), "credential:retire")
    h.sweep()


def test_wait_is_answered_where_the_message_stays_as_it_was(h: House) -> None:
    h.alice.press(h.live(duration="1d"), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))
    h.sweep()
    before = message(h).words
    h.alice.press(message(h), "credential:wait")
    h.sweep()
    assert message(h).words == before
    ends = h.grant().lease_until
    assert ends is not None
    assert f"stays on until <!date^{int(ends.timestamp())}" in told(h.alice), "not as long as another overlap"


def test_before_aws_was_asked_the_message_does_not_say_that_it_did_not_answer(h: House) -> None:
    rotated(h)
    said = message(h).words
    assert "did not answer" not in said
    assert "Latchkey is asking AWS" in said


def test_a_second_rotation_of_the_same_key_asks_anew(h: House) -> None:
    rotated(h)
    h.sweep()
    h.alice.command(f"/key revoke {h.key()}")
    h.alice.press(top(h.alice), "credential:retire")
    h.alice.close(top(h.alice))
    h.sweep()
    h.advance(days=7, minutes=1)
    h.sweep()
    assert [each.state for each in h.credentials()] == [CredentialState.LIVE, CredentialState.DELETED]
    h.alice.command("/key rotate")
    h.mint()
    h.reveal()
    said = message(h).words
    assert "did not answer" not in said
    assert "use not known yet" in said


def test_a_key_that_is_off_is_not_to_be_switched_off(h: House) -> None:
    off(h)
    said = rotation(h).words
    assert "The old key is off." in said
    assert "Switch over" not in said


def test_a_rotation_ends_with_its_grant(h: House) -> None:
    rotated(h)
    shown = rotation(h)
    h.alice.press(button_in(h.alice.dms(), "grant:return"), "grant:return")
    h.send()
    now = same(h.alice, shown)
    assert "has ended, and its rotation with it" in now.words
    assert not buttons(now)


def test_a_renewal_moves_the_end_in_the_message_of_a_rotation(h: House) -> None:
    h.alice.press(h.live(duration="1d"), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))
    h.sweep()
    h.approve(asked(h, "7d"))
    h.sweep()
    lease = h.grant().lease_until
    assert lease is not None
    assert lease > h.clock.now() + timedelta(days=6)
    old = next(line for line in message(h).words.splitlines() if line.startswith("Old:"))
    assert f"<!date^{int(lease.timestamp())}^" in old


def test_a_key_that_an_approver_switched_off_comes_back_until_the_lease_ends_at_most(h: House) -> None:
    h.alice.press(h.live(duration="1d"), "credential:rotate")
    h.mint()
    h.reveal()
    h.alice.close(top(h.alice))
    h.bob.command(f"/key revoke {h.credentials()[0].access_key_id}")
    h.bob.press(top(h.bob), "credential:retire")
    h.sweep()
    lease = h.grant().lease_until
    assert lease is not None
    assert f"<!date^{int(lease.timestamp())}^" in about(h.alice, "switched off your key").words


def test_an_approver_who_switches_a_key_off_reads_how_to_bring_it_back(h: House) -> None:
    off_by_bob(h)
    old = h.credentials()[0].access_key_id
    assert f"`/key reactivate {old}`" in told(h.bob)
    h.bob.close(top(h.bob))
    assert "reactivating it" in h.bob.command(f"/key reactivate {old}").words


def test_this_wasnt_me_after_the_end_gets_one_answer(h: House) -> None:
    h.live()
    shown = h.alice.command("/key list").ephemeral
    h.alice.press(shown, "grant:return")
    h.sweep()
    before = len(h.alice.ephemerals())
    h.alice.press(shown, "credential:disown")
    assert len(h.alice.ephemerals()) == before + 1
    assert "had already ended" in told(h.alice)


def test_the_error_of_a_field_shows_no_markup(h: House) -> None:
    h.ask()
    error = h.ask().errors["entitlement"]
    assert "already waiting" in error
    assert "/key list shows it" in error
    assert not set("`*<>") & set(error)


def test_the_error_of_a_field_shows_no_id_of_a_person(h: House) -> None:
    off(h)
    first = h.grant().id
    h.advance(seconds=1)
    second_one_off(h)
    h.alice.command("/key reactivate")
    with h.work.begin() as tx:
        (old, _) = tx.credentials.of(first)
        tx.credentials.set(old.id, off_by=BOB)
    error = h.alice.submit(top(h.alice), {"key": first}).errors["key"]
    assert BOB not in error
    assert error.startswith("Someone else switched off this key")


def test_a_digest_says_nothing_of_a_key_after_its_finding_is_settled(h: House) -> None:
    digest = digested(h)
    h.alice.press(digest, "grant:return")
    h.sweep()
    shown = same(h.alice, digest).words
    assert "Resolved" in shown
    assert "press Undo" not in shown
    assert buttons(about(h.alice, "press Undo")).keys() == {"credential:reactivate"}


def test_the_report_names_the_user_that_latchkey_runs_on(h: House) -> None:
    h.reader.key(MAIN, "latchkey-worker")
    h.reader.worker = "latchkey-worker"
    h.read_account()
    h.bob.command("/key report")
    h.send()
    said = h.bob.dms()[-1].text
    assert "• latchkey-worker, which Latchkey runs as" in said
    assert "not named" not in said
    assert "owner unknown" not in said
