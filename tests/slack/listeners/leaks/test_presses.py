"""What can be done about a leaked key, by whom, and when: judged at each press, and always answered."""

from datetime import timedelta

import pytest

from bot.domain.errors import Refused
from bot.domain.leaks.incident import Report, Source, StepState
from bot.domain.leaks.keys_in_text import scan
from bot.domain.lifecycle import IncidentState, RequestState
from bot.flows.leaks.decisions import replaced
from bot.flows.leaks.decisions.dismiss import dismiss
from bot.flows.leaks.report import report
from tests.slack.kit import House
from tests.slack.leaked import ROLE, again, contained, leaked, message, newest, offered
from tests.slack.press import Hand, buttons, told, top

WHY = {"justification": "It was a test key"}


def close(h: House, actor: Hand, wording: dict[str, str] | None = None) -> None:
    actor.press(message(h.bob), "leak:close")
    if actor.modal() is not None and top(actor).callback_id == "leak:close":
        actor.submit(top(actor), wording or WHY)
    h.send()


@pytest.mark.parametrize(("who", "state"), [
    ("alice", IncidentState.CONTAINING), ("bob", IncidentState.CONTAINING), ("dave", IncidentState.CONTAINING),
    ("carol", IncidentState.REPORTED),
])  # fmt: skip
def test_owner_approvers_and_admins_contain_and_a_reporter_alone_does_not(
    h: House, who: str, state: IncidentState
) -> None:
    found = leaked(h)
    actor: Hand = getattr(h, who)
    actor.press(message(h.bob, "leak:contain"), "leak:contain")
    assert again(h, found).state is state
    assert told(actor)


def test_a_second_press_on_contain_says_who_was_faster_and_when(h: House) -> None:
    found = leaked(h)
    pressed = message(h.bob, "leak:contain")
    h.alice.press(pressed, "leak:contain")
    h.dave.press(pressed, "leak:contain")
    assert again(h, found).contain_by == h.alice.id
    assert f"Already contained by <@{h.alice.id}>" in told(h.dave)


# --- close --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "closed"), [("alice", False), ("bob", True), ("dave", True), ("carol", False)])
def test_while_the_key_exists_only_those_who_decide_close_it_and_say_why(h: House, who: str, closed: bool) -> None:
    found = contained(h)
    close(h, getattr(h, who))
    after = again(h, found)
    assert (after.state is IncidentState.CLOSED) is closed
    if closed:
        assert (after.closed_by, after.justification) == (getattr(h, who).id, WHY["justification"])
        assert WHY["justification"] in h.bob.channel("C01OPS")[-1].words
    else:
        assert told(getattr(h, who))


def test_its_owner_closes_it_once_the_old_key_is_deleted(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        tx.credentials.set(found.credential, gone_at=h.clock.now())  # type: ignore[arg-type]
    close(h, h.alice)
    assert again(h, found).closed_by == h.alice.id


def test_what_aws_or_github_saw_in_public_is_closed_by_admins(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        tx.incidents.set(found.id, source=Source.GITHUB)
    close(h, h.dave)
    assert again(h, found).is_open
    assert "only Latchkey's admins" in told(h.dave)
    close(h, h.bob)
    assert not again(h, found).is_open


def test_a_closed_incident_has_no_buttons_and_answers_a_late_press(h: House) -> None:
    contained(h)
    pressed = message(h.bob)
    close(h, h.bob)
    assert not buttons(next(each for each in h.bob.channel("C01OPS") if each.ts == pressed.ts))
    for action in ("leak:close", "leak:replace", "leak:reactivate"):
        h.alice.press(pressed, action)
        assert "closed" in told(h.alice)


# --- replace ------------------------------------------------------------------------------------------------------


def test_replace_opens_the_request_filled_in_and_the_old_grant_ends_once_the_new_key_is_live(h: House) -> None:
    found = contained(h)
    old = h.grant().id
    h.advance(timedelta(days=3))
    h.alice.press(message(h.alice, "leak:replace"), "leak:replace")
    window = top(h.alice)
    assert window.callback_id == "request"
    assert window.values["entitlement"]["value"]["selected_option"]["value"] == "reports-read"
    assert window.values["duration"]["value"]["selected_option"]["value"] == "4d", "what was left of seven days"
    assert h.alice.submit(window, {}).ok
    h.send()
    asked = again(h, found).replacement
    assert asked is not None
    h.approve(h.bob.channel("C01OPS")[-1])
    with h.work.begin() as tx:
        request = tx.requests.get(asked)
    assert request is not None
    assert request.state is RequestState.APPROVED
    assert replaced.revoke_replaced(h.deps) == 0, "nothing is live yet"
    h.collect([each for each in h.alice.dms() if "grant:collect" in buttons(each)][-1])
    h.reveal()
    assert h.grant_state(old) == "active"
    assert replaced.revoke_replaced(h.deps) == 1
    assert replaced.revoke_replaced(h.deps) == 0
    h.send()
    assert h.grant_state(old) == "revoked"
    assert "Replaced: `AKIA" in message(h.bob).words
    h.advance(timedelta(days=8))
    h.sweep()
    said = message(h.alice, "leak:replace").words
    assert "has expired. Press *Replace* to ask again" in said
    assert "presses Collect" not in said


def test_nobody_else_replaces_it_and_nobody_twice(h: House) -> None:
    found = contained(h)
    pressed = message(h.alice, "leak:replace")
    h.bob.press(pressed, "leak:replace")
    assert f"Only <@{h.alice.id}>" in told(h.bob)
    h.alice.press(pressed, "leak:replace")
    h.alice.submit(top(h.alice), {})
    first = again(h, found).replacement
    h.alice.press(pressed, "leak:replace")
    assert "already requested" in told(h.alice)
    assert again(h, found).replacement == first


def test_a_declined_replacement_can_be_asked_for_again(h: House) -> None:
    contained(h)
    h.alice.command("/key rotate")
    assert "This key leaked" in told(h.alice), "there is no Collect to press"
    h.alice.close(top(h.alice))
    h.alice.press(message(h.alice, "leak:replace"), "leak:replace")
    h.alice.submit(top(h.alice), {})
    h.send()
    assert "leak:replace" not in buttons(message(h.alice))
    h.bob.press(h.bob.channel("C01OPS")[-1], "request:decline")
    h.bob.submit(top(h.bob), {"justification": "Ask for a session"})
    assert replaced.revoke_replaced(h.deps) == 0
    h.send()
    assert "was declined" in message(h.alice, "leak:replace").words
    h.alice.press(message(h.alice, "leak:replace"), "leak:replace")
    assert h.alice.submit(top(h.alice), {}).ok


# --- reactivate ---------------------------------------------------------------------------------------------------


def test_two_who_decide_reactivate_it_and_never_its_owner(h: House) -> None:
    found = contained(h)
    pressed = message(h.bob, "leak:reactivate")
    h.alice.press(pressed, "leak:reactivate")
    assert "your own key" in told(h.alice)
    h.carol.press(pressed, "leak:reactivate")
    h.bob.press(pressed, "leak:reactivate")
    h.bob.press(pressed, "leak:reactivate")
    h.send()
    assert again(h, found).reactivate_at is None, "one person, twice"
    assert "1 of 2" in message(h.bob, "leak:reactivate").words
    h.dave.press(pressed, "leak:reactivate")
    h.send()
    assert again(h, found).reactivate_by == h.dave.id
    assert "leak:reactivate" not in buttons(message(h.bob))
    h.dave.press(pressed, "leak:reactivate")
    assert told(h.dave)


def test_it_takes_a_contained_key(h: House) -> None:
    found = leaked(h, h.alice)
    assert found.state is IncidentState.CONTAINING
    assert "leak:reactivate" not in buttons(message(h.bob))


# --- end sessions ---------------------------------------------------------------------------------------------------


def test_who_decides_ends_the_sessions_of_a_role_that_it_assumed(h: House) -> None:
    found = contained(h, None, offered())
    pressed = message(h.bob, "leak:sessions")
    assert buttons(pressed)["leak:sessions"] == f"{found.id} 2"
    h.alice.press(pressed, "leak:sessions")
    assert again(h, found).state is IncidentState.CONTAINED, "others use that role too"
    h.bob.press(pressed, "leak:sessions")
    h.send()
    with h.work.begin() as tx:
        step = tx.incidents.steps(found.id)[1]
    assert (step.target, step.state, step.by) == (ROLE, StepState.WAITING, h.bob.id)
    assert again(h, found).state is IncidentState.CONTAINING
    h.dave.press(pressed, "leak:sessions")
    assert f"<@{h.bob.id}>" in told(h.dave)


# --- not a key ------------------------------------------------------------------------------------------------------


def from_channel(h: House) -> str:
    """Carol wrote a key of alice's in a watched channel."""
    h.live()
    made = report(h.deps, found=scan(str(h.key())), by=h.carol.id, source=Source.CHANNEL, delivery=None)
    return made.incidents[0].id


def test_its_author_says_that_it_is_not_a_key_while_nobody_was_paged(h: House) -> None:
    incident = from_channel(h)
    with pytest.raises(Refused):
        dismiss(h.deps, incident=incident, by=h.bob.id, delivery=None)
    assert not dismiss(h.deps, incident=incident, by=h.carol.id, delivery=None).is_open
    with pytest.raises(Refused):
        dismiss(h.deps, incident=incident, by=h.carol.id, delivery=None)


@pytest.mark.parametrize("then", ["paged", "reported"])
def test_once_others_know_of_it_its_author_alone_cannot_dismiss_it(h: House, then: str) -> None:
    incident = from_channel(h)
    with h.work.begin() as tx:
        if then == "paged":
            tx.incidents.set(incident, paged_at=h.clock.now())
        else:
            tx.incidents.report(Report(incident, h.dave.id, Source.COMMAND, h.clock.now()))
    with pytest.raises(Refused):
        dismiss(h.deps, incident=incident, by=h.carol.id, delivery=None)
    assert newest(h).is_open
