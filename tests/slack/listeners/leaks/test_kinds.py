"""Leaked keys that Latchkey found, and sessions: contained by the worker, then replaced in their own way."""

from datetime import timedelta

from bot.domain.events import LATCHKEY
from bot.domain.lifecycle import IncidentState
from tests.slack.found_key import active, digested, key_of
from tests.slack.kit import House
from tests.slack.leaked import again, message, newest
from tests.slack.press import told, top


def work(h: House) -> None:
    """As the worker does, until nothing is left to contain."""
    for _ in range(4):
        h.advance(seconds=2)
        h.sweep()


def test_a_found_key_is_contained_and_replaced_by_an_ordinary_request_in_its_account(h: House) -> None:
    digested(h)
    h.alice.command(f"/key leaked {key_of(h)}")
    work(h)
    found = newest(h)
    assert (found.state, active(h)) == (IncidentState.CONTAINED, False)
    shown = message(h.alice, "leak:replace")
    assert "reporting (AKIA…" in shown.words
    h.bob.press(shown, "leak:replace")
    assert f"<@{h.alice.id}>" in told(h.bob)
    h.alice.press(shown, "leak:replace")
    window = top(h.alice)
    assert window.callback_id == "request"
    assert h.alice.submit(window, {"entitlement": "reports-read", "duration": "7d"}).ok
    with h.work.begin() as tx:
        request = tx.requests.get(again(h, found).replacement)  # type: ignore[arg-type]
    assert request is not None
    assert request.replaces == found.found_key
    h.send()
    assert "asked for a replacement" in message(h.bob).words


def test_without_adopt_the_lines_to_run_are_shown_and_nothing_is_touched(h: House) -> None:
    digested(h, adopt=False)
    h.bob.command(f"/key leaked {key_of(h)}")
    work(h)
    assert newest(h).state is IncidentState.CONTAINING
    assert active(h)
    said = message(h.bob).words
    assert "adopt = false" in said
    assert "isn't contained" in said
    assert f"aws iam update-access-key --user-name reporting --access-key-id {key_of(h)} --status Inactive" in said


def test_a_session_is_collected_again(h: House) -> None:
    h.live("reports-session", "8h")
    h.alice.command(f"/key leaked {h.key()}")
    h.send()
    found, now = newest(h), h.clock.now() + timedelta(seconds=1)
    with h.work.begin() as tx:
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=LATCHKEY, at=now)
        tx.outbox.refresh("leak:incident", found.id)  # type: ignore[arg-type]
    h.send()
    h.alice.press(message(h.alice, "leak:replace"), "leak:replace")
    h.mint()
    assert len(h.credentials()) == 2
    assert top(h.alice).callback_id != "request"


def test_a_key_of_another_account_is_shown_to_the_admins_who_close_it(h: House) -> None:
    h.carol.command("/key leaked AKIAQYLPMN5HHHFPZAM2")
    h.send()
    found = newest(h)
    assert "in its catalog" in told(h.carol)
    shown = message(h.bob)
    assert "isn't in Latchkey's catalog" in shown.words
    h.bob.press(shown, "leak:close")
    h.bob.submit(top(h.bob), {"justification": "Told their security team"})
    assert again(h, found).closed_by == h.bob.id
