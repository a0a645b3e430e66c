"""Presses and windows that Slack didn't make: somebody with the signing secret signs their own."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from bot.domain.leaks.keys_in_text import scan
from bot.sandbox.slack import View
from bot.slack.answer_url import is_slacks
from bot.slack.hidden_characters import without
from bot.slack.listeners.collect_modal import WINDOW
from bot.slack.ui import respond
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, CAROL, FakeClock
from tests.slack.kit import PUBLIC_URL, House, house
from tests.slack.press import top
from tests.slack.test_http_gate import post


def forge(h: House, kind: str, view: dict[str, Any], **more: Any) -> None:
    who = {"id": ALICE, "team_id": "T01LATCH"}
    body = {"type": kind, "user": who, "trigger_id": "1.2", "view": {"type": "modal", **view}, **more}
    post(h, urlencode({"payload": json.dumps(body)}))
    h.listeners.finish()
    h.mint()
    h.slack.complaints.clear()  # its trigger was invented


def carols(h: House) -> View:
    h.carol.command("/key request")
    return top(h.carol)


def test_a_forged_collect_shows_its_link_in_no_window_of_someone_elses(h: House) -> None:
    h.granted()
    view = carols(h)
    forge(h, "block_actions", {"id": view.id}, actions=[{"action_id": "grant:collect", "value": h.grant().id}])
    assert f"{PUBLIC_URL}/c/" not in top(h.carol).words
    assert h.credentials() == ()


@pytest.mark.parametrize("whose", ["carol", "alice"])
def test_nor_does_a_forged_choice_of_a_key_to_rotate(h: House, whose: str) -> None:
    h.live()
    view = carols(h)
    if whose == "alice":  # a window of hers, but not the one that asks for a key
        h.alice.command("/key request")
        view = top(h.alice)
    chosen = {"key": {"value": {"selected_option": {"value": h.grant().id}}}}
    window = {"id": view.id, "callback_id": "credential:rotate", "state": {"values": chosen}}
    forge(h, "view_submission", window)
    assert [each for each in (*h.windows(CAROL), *h.windows(ALICE)) if f"{PUBLIC_URL}/c/" in each.words] == []
    assert len(h.credentials()) == 1


def test_nor_does_a_forged_press_in_a_window_that_waited_for_a_link_of_theirs(h: House) -> None:
    h.granted()
    view = carols(h)
    with h.work.begin() as tx:
        tx.set_flag(WINDOW.format(view.id), CAROL, h.clock.now())
    forge(h, "block_actions", {"id": view.id}, actions=[{"action_id": "grant:collect", "value": h.grant().id}])
    assert f"{PUBLIC_URL}/c/" not in top(h.carol).words
    assert h.credentials() == ()


def test_a_picker_of_an_older_release_says_to_press_again(h: House) -> None:
    h.live()
    h.advance(seconds=1)
    h.live()
    h.alice.command("/key rotate")
    view = top(h.alice)
    with h.work.begin() as tx:
        tx.set_flag(WINDOW.format(view.id), None)  # that release remembered no windows
    answer = h.alice.submit(view, {"key": h.grant().id})
    assert "press Rotate again" in answer.errors["key"]
    assert len(h.credentials()) == 1


@pytest.mark.parametrize(
    ("url", "api", "slacks"),
    [
        ("https://hooks.slack.com/commands/T/1/x", "https://slack.com/api/", True),
        ("https://hooks.slack-gov.com/commands/T/1/x", "https://slack-gov.com/api/", True),
        ("http://127.0.0.1:9/r", "http://localhost:8/api/", True),
        ("https://slack.proxy.example/r", "https://slack.proxy.example/api/", True),
        ("http://hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com@evil.example/x", "https://slack.com/api/", False),
        ("http://169.254.169.254/latest", "https://slack.com/api/", False),
        ("http://127.0.0.1:9/r", "https://slack.com/api/", False),
        ("http://[::1", "https://slack.com/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_answers_go_to_slack_alone(url: str, api: str, slacks: bool) -> None:
    assert is_slacks(url, api) is slacks


def test_a_forged_response_url_is_not_called(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(respond.WebhookClient, "send", lambda hook, **_: asked.append(hook.url))
    body = {"response_url": "http://169.254.169.254/", "user": {"id": ALICE}}
    respond.answer(h.deps, body, "Your keys")
    respond.answer(h.deps, body | {"response_url": f"{h.slack.url}/r"}, "Your keys")
    assert asked == [f"{h.slack.url}/r"]


HOSTILE = "quarter\x00ly \ud800report \u202efor the\u200b board\n\x1b[31m\U0001f469\u200d\U0001f4bb"


@pytest.mark.parametrize("word", ["audit", "usage", "revoke", "leaked", "claim"])
def test_a_command_with_a_nul_is_answered(postgres_work: SqlUnitOfWork, clock: FakeClock, word: str) -> None:
    with house(postgres_work, clock) as h, capture_logs() as lines:
        h.alice.command(f"/key {word} nightly\x00job")
    assert [each for each in lines if each["log_level"] == "error"] == []


def test_what_nobody_sees_is_taken_out_of_what_people_write(work: SqlUnitOfWork, clock: FakeClock) -> None:
    with house(work, clock) as h:
        h.slack.people[ALICE].title = "Analyst \u202etsylanA"
        assert h.ask("reports-read", "7d", HOSTILE).ok
        h.send()
        (card,) = h.bob.channel("C01OPS")
        with h.work.begin() as tx:
            (request,) = tx.requests.open_all()
    assert request.justification == "quarterly report for the board\n[31m\U0001f469\u200d\U0001f4bb"
    assert "\u202e" not in card.words


@pytest.mark.parametrize("between", ["\x0b", "\x0c", "\x1e", "\x85", "\u2028"])
def test_a_key_and_its_secret_stay_apart(between: str) -> None:
    key, secret = "AKIAQ7WERTZUIOPASDFG", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzT4mQe9LKY"
    assert scan(without(f"{key}{between}{secret}")) == scan(f"{key}\n{secret}")


def test_a_guest_turns_no_page_of_the_list_that_they_had_as_a_member(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    h.live()
    h.slack.people[ALICE].is_restricted = True
    h.tick.seconds += 61
    monkeypatch.setattr(respond.WebhookClient, "send", lambda _hook, text, **_: said.append(text))
    forge(h, "block_actions", {}, actions=[{"action_id": "list:first", "value": "0"}], response_url=f"{h.slack.url}/r")
    (answer,) = said
    assert "Only full members" in answer
