"""List, pending, pause, help and the Home tab: every command gets an answer."""

from dataclasses import replace

import pytest

from bot.domain.ids import RequestId
from bot.domain.issuing.pause import PAUSED
from bot.sandbox.slack import Message
from bot.slack import app as slack_app
from bot.slack.text import command_help
from tests.fakes import ALICE, BOB
from tests.slack.kit import House
from tests.slack.press import buttons, told, top


@pytest.mark.parametrize("line", ["/key help", "/key HELP"])
def test_help_names_every_command(h: House, line: str) -> None:
    answer = h.alice.command(line)
    assert all(f"/key {words}" in answer.words for words, _ in command_help.HELP)
    assert "request:open" in buttons(answer)
    roles = [answer.words.index(each) for each in ("Your keys", "For approvers", "For admins")]
    assert roles == sorted(roles)


def test_a_mistyped_word_gets_the_nearest_command(h: House) -> None:
    answer = h.alice.command("/key lst")
    assert "I don't know `/key lst`. Did you mean `/key list`?" in answer.words


@pytest.mark.parametrize("word", ["frobnicate", "<!channel>"])
def test_unknown_and_later_words_get_help_never_silence(h: House, word: str) -> None:
    answer = h.alice.command(f"/key {word} something")
    assert "/key request" in answer.words
    assert "<!channel>" not in answer.words


def test_every_command_is_in_the_help() -> None:
    known = set(slack_app._commands()) | {"help"}
    helped = {words.split()[0] for words, _ in command_help.HELP}
    assert known == helped


def test_the_menus_button_opens_the_request_window(h: House) -> None:
    h.alice.press(h.alice.command("/key").ephemeral, "request:open")
    assert top(h.alice).callback_id == "request"


def test_the_list_shows_grants_and_waiting_requests_with_their_buttons(h: House) -> None:
    h.live()
    h.advance(seconds=1)
    h.granted()
    h.ask()
    answer = h.alice.command("/key list")
    assert buttons(answer).keys() >= {"grant:collect", "credential:rotate", "grant:return", "request:cancel"}


def cancels(message: Message) -> set[str]:
    found = [element for block in message.blocks for element in block.get("elements", [])]
    return {each["value"] for each in found if each.get("action_id") == "request:cancel"}


def later(message: Message) -> str:
    found = [element for block in message.blocks for element in block.get("elements", [])]
    return str(max(int(each["value"]) for each in found if each.get("action_id") == "list:turn"))


def test_a_list_longer_than_a_message_says_how_many_more(h: House) -> None:
    h.ask()
    with h.work.begin() as tx:
        (first,) = tx.requests.open_of(ALICE)
        for number in range(44):
            tx.requests.add(replace(first, id=RequestId(f"{first.id[:-2]}{number:02}"), dedup_key=None))
    shown, message = set[str](), h.alice.command("/key list").ephemeral
    for _ in range(9):
        assert len(message.blocks) <= 50
        shown |= cancels(message)
        if "Next page" not in message.words:
            break
        before = len(h.alice.ephemerals())
        h.alice.press(message, "list:turn", later(message))
        (message,) = [each for each in h.alice.ephemerals() if each.ts == message.ts]
        assert len(h.alice.ephemerals()) == before, "the same message turns its page"
    assert len(shown) == 45, "each of them is on one page"
    assert "Back to the start" in message.words


def test_nothing_held_says_what_to_do(h: House) -> None:
    assert "/key request" in h.alice.command("/key list").words


def test_pending_shows_an_approver_what_waits(h: House) -> None:
    h.requested()
    answer = h.bob.command("/key pending")
    assert "quarterly report" in answer.words
    assert buttons(answer).keys() >= {"request:approve", "request:decline"}


def test_an_approval_from_the_private_list_is_answered_with_a_sentence(h: House) -> None:
    h.requested("reports-two")
    h.bob.press(h.bob.command("/key pending").ephemeral, "request:approve")
    assert "1 of 2" in told(h.bob)


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_pending_shows_nothing_to_requester_and_outsider(h: House, who: str) -> None:
    h.requested()
    assert "No request is waiting" in getattr(h, who).command("/key pending").words


def test_pending_shows_a_guest_nothing_even_in_the_approvers_group(h: House) -> None:
    h.slack.people[BOB].is_restricted = True
    h.requested()
    answer = h.bob.command("/key pending")
    assert "quarterly report" not in answer.words
    assert "full members" in told(h.bob)


def test_only_admins_pause(h: House) -> None:
    h.carol.command("/key pause")
    assert "admins" in told(h.carol)
    assert "paused" in h.bob.command("/key pause").words
    assert "resumed" in h.bob.command("/key resume").words


@pytest.mark.parametrize("what", ["deleted", "is_restricted"])
@pytest.mark.parametrize("word", ["pause", "resume"])
def test_an_admin_who_is_no_full_member_pauses_nothing(h: House, word: str, what: str) -> None:
    setattr(h.slack.people["U02BOB"], what, True)
    answer = h.bob.command(f"/key {word}")
    assert "paused" not in answer.words
    assert "resumed" not in answer.words
    with h.work.begin() as tx:
        assert tx.flag(PAUSED) is None


def test_the_home_tab_shows_what_is_held_and_what_waits(h: House) -> None:
    h.live()
    h.requested()
    home = h.alice.open_home()
    assert home is not None
    assert {"request:open", "grant:return", "request:cancel"} <= buttons(home).keys()
    theirs = h.bob.open_home()
    assert theirs is not None
    assert {"request:approve", "request:decline"} <= buttons(theirs).keys()


def test_a_press_on_the_home_tab_draws_it_anew_and_answers_in_a_window(h: House) -> None:
    h.live()
    home = h.alice.open_home()
    h.alice.press(home, "grant:return")
    assert "The grant has ended" in top(h.alice).words
    assert "grant:return" not in buttons(h.alice.home())


def test_a_refusal_on_the_home_tab_is_a_window(h: House) -> None:
    h.requested()
    home = h.bob.open_home()
    h.dave.press(h.bob.channel("C01OPS")[-1], "request:approve")
    h.bob.press(home, "request:approve")
    assert "Already" in top(h.bob).words


def test_a_guests_home_tab_says_why_it_is_empty(h: House) -> None:
    h.slack.people[ALICE].is_restricted = True
    home = h.alice.open_home()
    assert home is not None
    assert "full members" in home.words


def test_a_removed_button_is_answered(h: House) -> None:
    message = h.requested()
    button = {"type": "button", "action_id": "old:thing", "value": "x", "text": {"type": "plain_text", "text": "Old"}}
    message.blocks.append({"type": "actions", "block_id": "old", "elements": [button]})
    h.bob.press(message, "old:thing")
    assert "no longer works" in told(h.bob)


def test_a_fault_of_ours_is_a_sentence_and_no_traceback(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("bot.flows.queries.requests_of", broken)
    answer = h.alice.command("/key list")
    assert answer.ok
    assert "went wrong on our side" in told(h.alice)
    assert "secret detail" not in told(h.alice)
