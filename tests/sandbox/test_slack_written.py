"""What people write in channels, what Slack tells the app about it, and the shortcuts in a message's menu."""

from collections.abc import Iterator

import pytest

from bot.sandbox.slack import StandIn, Unplayable
from tests.sandbox.slack_kit import Api, HandClock, Json, ScriptedApp, api, app, clock, served, slack

__all__ = ["api", "app", "clock", "slack"]

GENERAL, OPS, ALICE, BOB = "C02GENERAL", "C01OPS", "U01ALICE", "U02BOB"
WATCHING = ("app_home_opened", "message.im", "message.channels", "message.groups")


@pytest.fixture
def watching(clock: HandClock) -> Iterator[tuple[StandIn, ScriptedApp]]:
    """A stand-in whose app may read channels, and is a member of #general."""
    scripted = ScriptedApp()
    with StandIn(clock=clock, events=WATCHING) as slack, served(scripted) as url:
        slack.deliver_to(url)
        slack.invite(GENERAL)
        yield slack, scripted


def heard(app: ScriptedApp) -> list[Json]:
    return [payload["event"] for _, payload in app.got if payload["type"] == "event_callback"]


def test_an_app_hears_nothing_of_a_channel_it_has_not_subscribed_to_or_joined(
    slack: StandIn, app: ScriptedApp, clock: HandClock
) -> None:
    slack.invite(GENERAL)
    slack.as_person(ALICE).post(GENERAL, "not subscribed")
    with StandIn(clock=clock, events=WATCHING) as outside, served(app) as url:
        outside.deliver_to(url)
        outside.as_person(ALICE).post(GENERAL, "not a member")
    with StandIn(clock=clock, events=WATCHING, scopes=["im:history"]) as narrow, served(app) as url:
        narrow.deliver_to(url)
        narrow.invite(GENERAL)
        narrow.as_person(ALICE).post(GENERAL, "no channels:history")
        assert not heard(app)
        narrow.as_person(ALICE).say("to the app itself")
    assert [each["channel_type"] for each in heard(app)] == ["im"]


def test_an_event_carries_the_words_as_people_s_clients_send_them(watching: tuple[StandIn, ScriptedApp]) -> None:
    slack, app = watching
    slack.as_person(ALICE).post(GENERAL, "keys & <secrets>", snippet="\n".join(f"line {n}" for n in range(9)))
    (event,) = heard(app)
    assert (event["type"], event["channel_type"], event["user"]) == ("message", "channel", ALICE)
    assert event["text"] == "keys &amp; &lt;secrets&gt;"
    assert event["blocks"][0]["elements"][0]["elements"][0]["text"] == "keys & <secrets>"
    (file,) = event["files"]
    assert (event["subtype"], file["mode"], file["lines"], file["lines_more"]) == ("file_share", "snippet", 9, 4)
    assert file["preview"].splitlines()[-1] == "line 4"


def test_an_edit_and_a_preview_are_told(watching: tuple[StandIn, ScriptedApp]) -> None:
    slack, app = watching
    bob = slack.as_person(BOB)
    said = bob.post(OPS, "look", attachments=[{"fallback": "a page", "text": "words of that page"}])
    bob.edit(said, "look again")
    first, second = heard(app)
    assert (first["channel_type"], first["attachments"][0]["text"]) == ("group", "words of that page")
    assert (second["subtype"], second["message"]["text"]) == ("message_changed", "look again")
    assert second["previous_message"]["text"] == "look"
    assert slack.as_person(ALICE).channel(OPS)[-1].edited


def test_people_write_only_where_they_are_and_change_only_their_own(slack: StandIn) -> None:
    said = slack.as_person(ALICE).post(GENERAL, "mine")
    with pytest.raises(Unplayable):
        slack.as_person(BOB).edit(said, "mine now")
    slack.channels[GENERAL].members.discard(BOB)
    with pytest.raises(Unplayable):
        slack.as_person(BOB).post(GENERAL, "hello")
    with pytest.raises(Unplayable):
        slack.as_person(BOB).message_shortcut("leak", said)


def test_a_message_shortcut_brings_the_message_and_a_response_url(slack: StandIn, app: ScriptedApp, api: Api) -> None:
    """Also where the app isn't a member, so it can answer, but not post."""
    said = slack.as_person(ALICE).post(GENERAL, "AKIA, oh no")
    assert slack.as_person(BOB).message_shortcut("leak", said).ok
    sent = app.last
    assert (sent["type"], sent["callback_id"], sent["user"]["id"]) == ("message_action", "leak", BOB)
    assert (sent["message_ts"], sent["message"]["text"], sent["message"]["user"]) == (said.ts, said.text, ALICE)
    assert (sent["channel"], bool(sent["trigger_id"])) == ({"id": GENERAL, "name": "general"}, True)
    assert api.respond(sent["response_url"], text="Thank you", replace_original=True)[0] == 200
    assert [each.text for each in slack.as_person(BOB).ephemerals()] == ["Thank you"]
    assert slack.as_person(ALICE).channel(GENERAL)[0].text == "AKIA, oh no"
    refused = api("chat.postEphemeral", channel=GENERAL, user=BOB, text="x")
    assert refused["error"] == "not_in_channel"


def test_only_declared_shortcuts_of_lasting_messages_can_be_chosen(slack: StandIn, app: ScriptedApp, api: Api) -> None:
    alice = slack.as_person(ALICE)
    said = alice.post(OPS, "x")
    with pytest.raises(Unplayable):
        alice.message_shortcut("other", said)
    api("chat.postEphemeral", channel=OPS, user=ALICE, text="psst")
    with pytest.raises(Unplayable):
        alice.message_shortcut("leak", alice.ephemerals()[-1])
    assert not app.got


def test_the_page_offers_the_shortcuts_of_a_message(slack: StandIn, app: ScriptedApp, api: Api) -> None:
    said = slack.as_person(ALICE).post(GENERAL, "x")
    state = api.pool.request("GET", f"{slack.url}/page/state?user=bob").json()
    assert state["message_shortcuts"] == [{"callback_id": "leak", "name": "This contains a key"}]
    chosen = {"user": BOB, "channel": GENERAL, "ts": said.ts, "callback_id": "leak"}
    assert api.pool.request("POST", f"{slack.url}/page/message_shortcut", json=chosen).json()["ok"]
    assert app.last["type"] == "message_action"
