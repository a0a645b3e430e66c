"""The Web API's answers: tokens, scopes, people, groups, channels, messages, faults."""

import pytest
import urllib3

from bot.sandbox.slack import StandIn
from tests.sandbox.slack_kit import Api, HandClock, actions, api, app, button, clock, section, slack

__all__ = ["api", "app", "clock", "slack"]


def test_it_checks_the_token(api: Api) -> None:
    assert api("auth.test", None)["error"] == "not_authed"
    assert api("auth.test", "xoxb-stolen")["error"] == "invalid_auth"
    assert api("auth.test", "xapp-sandbox")["error"] == "not_allowed_token_type"
    assert api("apps.connections.open")["error"] == "not_allowed_token_type"
    assert api("no.such")["error"] == "unknown_method"
    assert api("auth.test")["team_id"] == "T01LATCH"


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "api/auth.test"), ("PUT", "api/auth.test"), ("GET", "response/x")]
)
def test_it_takes_no_other_http_method(slack: StandIn, api: Api, method: str, path: str) -> None:
    assert api.pool.request(method, slack.api_url.removesuffix("api/") + path).status == 405


def test_it_takes_forms_and_json(slack: StandIn, api: Api) -> None:
    fields = {"token": "xoxb-sandbox", "user": "U02BOB"}
    answer = api.pool.request("POST", slack.api_url + "users.info", fields=fields, encode_multipart=False)
    assert answer.json()["user"]["name"] == "bob"
    assert answer.headers["x-oauth-scopes"].startswith("channels:history,channels:read")


def test_it_refuses_what_the_scopes_do_not_cover() -> None:
    with StandIn(scopes={"chat:write", "users:read"}) as narrow:
        api = Api(narrow)
        refused = api("usergroups.users.list", usergroup="S0PLATFORM")
        assert (refused["error"], refused["needed"]) == ("missing_scope", "usergroups:read")
        assert refused["provided"] == "chat:write,users:read"
        assert "email" not in api("users.info", user="U02BOB")["user"]["profile"]
        api.pool.clear()


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"])
def test_it_tells_who_must_be_refused(slack: StandIn, api: Api, flag: str) -> None:
    setattr(slack.people["U03CAROL"], flag, True)
    assert api("users.info", user="U03CAROL")["user"][flag] is True
    assert not api("users.info", user="U02BOB")["user"].get(flag, False)


def test_it_knows_people_of_other_workspaces(slack: StandIn, api: Api) -> None:
    slack.people["U03CAROL"].team_id = "T99OTHER"
    assert api("users.info", user="U03CAROL")["user"]["team_id"] == "T99OTHER"
    assert api("users.info", user="U99NOBODY")["error"] == "user_not_found"
    assert api("users.lookupByEmail", email="nobody@example.com")["error"] == "users_not_found"


def test_it_lists_people_page_by_page(api: Api) -> None:
    first = api("users.list", limit=3)
    rest = api("users.list", cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) == 3
    assert {each["id"] for each in rest["members"]}.isdisjoint(each["id"] for each in first["members"])


def test_deactivated_members_leave_their_user_group(slack: StandIn, api: Api) -> None:
    assert api("usergroups.users.list", usergroup="S0PLATFORM")["users"] == ["U02BOB", "U04DAVE"]
    slack.people["U04DAVE"].deleted = True
    assert api("usergroups.users.list", usergroup="S0PLATFORM")["users"] == ["U02BOB"]
    assert api("usergroups.users.list", usergroup="S0NONE")["error"] == "no_such_subteam"


def test_it_refuses_messages_to_the_wrong_place(slack: StandIn, api: Api) -> None:
    assert api("chat.postMessage", channel="C0NONE", text="x")["error"] == "channel_not_found"
    slack.channels["C01OPS"].members.discard("U0LATCHKEY")
    assert api("chat.postMessage", channel="C01OPS", text="x")["error"] == "not_in_channel"
    slack.channels["C01OPS"].archived = True
    assert api("chat.postMessage", channel="C01OPS", text="x")["error"] == "is_archived"
    slack.people["U03CAROL"].deleted = True
    assert api("conversations.open", users="U03CAROL")["error"] == "user_disabled"
    assert api("chat.postMessage", channel="U03CAROL", text="x")["error"] == "channel_not_found"


def test_it_refuses_messages_that_say_nothing_or_too_much(api: Api) -> None:
    assert api("chat.postMessage", channel="C01OPS")["error"] == "no_text"
    assert api("chat.postMessage", channel="C01OPS", text="x" * 40_001)["error"] == "msg_too_long"
    ts = api("chat.postMessage", channel="C01OPS", text="x")["ts"]
    assert api("chat.update", channel="C01OPS", ts=ts, text="x" * 4_001)["error"] == "msg_too_long"
    wrong = api("chat.postMessage", channel="C01OPS", text="x", blocks=[section("")])
    assert wrong["error"] == "invalid_blocks"
    assert "json-pointer:/blocks/0/text/text" in wrong["response_metadata"]["messages"][0]


def test_only_the_apps_own_lasting_messages_can_be_updated(slack: StandIn, api: Api) -> None:
    said = slack.as_person("U01ALICE").say("hello", "C01OPS")
    assert api("chat.update", channel="C01OPS", ts=said.ts, text="x")["error"] == "cant_update_message"
    assert api("chat.update", channel="C01OPS", ts="1.0", text="x")["error"] == "message_not_found"
    hidden = api("chat.postEphemeral", channel="C01OPS", user="U01ALICE", text="psst")["message_ts"]
    assert api("chat.update", channel="C01OPS", ts=hidden, text="x")["error"] == "message_not_found"
    ts = api("chat.postMessage", channel="C01OPS", text="one")["ts"]
    assert api("chat.update", channel="C01OPS", ts=ts, text="two")["ok"]
    assert slack.as_person("U02BOB").channel("C01OPS")[-1].text == "two"
    assert api("chat.delete", channel="C01OPS", ts=ts)["ok"]
    assert api("chat.getPermalink", channel="C01OPS", message_ts=ts)["error"] == "message_not_found"


def test_an_ephemeral_message_is_seen_by_one(slack: StandIn, api: Api) -> None:
    api("chat.postEphemeral", channel="C01OPS", user="U01ALICE", text="psst")
    assert [each.text for each in slack.as_person("U01ALICE").ephemerals()] == ["psst"]
    assert not slack.as_person("U02BOB").ephemerals()
    slack.channels["C01OPS"].members.discard("U03CAROL")
    stranger = api("chat.postEphemeral", channel="C01OPS", user="U03CAROL", text="psst")
    assert stranger["error"] == "user_not_in_channel"


def test_a_message_to_a_person_is_a_direct_message(slack: StandIn, api: Api) -> None:
    opened = api("conversations.open", users="U01ALICE")["channel"]["id"]
    assert api("chat.postMessage", channel="U01ALICE", text="for you")["channel"] == opened
    assert [each.text for each in slack.as_person("U01ALICE").dms()] == ["for you"]
    assert not slack.as_person("U02BOB").dms()


def test_it_takes_files_in_two_steps(slack: StandIn, api: Api) -> None:
    ticket = api("files.getUploadURLExternal", filename="audit.csv", length=3)
    early = api("files.completeUploadExternal", files=[{"id": ticket["file_id"]}], channel_id="C01OPS")
    assert early["error"] == "file_not_found"
    assert api.pool.request("POST", ticket["upload_url"], body=b"a,b").status == 200
    assert api("files.completeUploadExternal", files=[{"id": ticket["file_id"]}], channel_id="C01OPS")["ok"]
    assert slack.as_person("U02BOB").channel("C01OPS")[-1].files[0]["name"] == "audit.csv"


def test_it_limits_the_rate_on_demand(slack: StandIn, api: Api) -> None:
    slack.faults.rate_limit("chat.postMessage", 1, retry_after=7)
    limited = api.raw("chat.postMessage", channel="C01OPS", text="x")
    assert (limited.status, limited.headers["Retry-After"]) == (429, "7")
    assert api("chat.postMessage", channel="C01OPS", text="x")["ok"]


def test_it_goes_down_on_demand(slack: StandIn, api: Api) -> None:
    slack.faults.down(times=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        api("auth.test")
    slack.faults.down("auth.test", how="503")
    assert [api.raw("auth.test").status for _ in range(3)] == [503, 503, 503]
    slack.faults.clear()
    assert api("auth.test")["ok"]


def test_a_lost_answer_still_took_effect(slack: StandIn, api: Api) -> None:
    slack.faults.lose_answer("chat.postMessage")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        api("chat.postMessage", channel="C01OPS", text="once")
    assert [each.text for each in slack.as_person("U02BOB").channel("C01OPS")] == ["once"]


def test_it_fails_a_method_on_demand(slack: StandIn, api: Api) -> None:
    slack.faults.fail("views.update", "not_found", 1)
    assert api("views.update", view_id="V1", view={})["error"] == "not_found"
    assert slack.complaints == []


def test_it_remembers_all_traffic_and_every_breach(slack: StandIn, api: Api) -> None:
    api("chat.postMessage", channel="C01OPS", text="a canary")
    assert any("a canary" in each.plain for each in slack.traffic)
    assert slack.calls("chat.postMessage") == [{"channel": "C01OPS", "text": "a canary"}]
    api("chat.postMessage", channel="C01OPS", blocks=[actions(button(), button())], text="x")
    assert slack.complaints[0].startswith("chat.postMessage: invalid_blocks")


def test_message_ids_are_unique_while_the_clock_stands_still(api: Api, clock: HandClock) -> None:
    seen = [api("chat.postMessage", channel="C01OPS", text="x")["ts"] for _ in range(3)]
    assert len(set(seen)) == 3
    assert all(each.startswith(str(int(clock.now))) for each in seen)


def test_a_message_without_words_for_a_notification_is_a_complaint(slack: StandIn, api: Api) -> None:
    assert api("chat.postMessage", channel="C01OPS", blocks=[section()])["ok"]
    assert slack.complaints == ["chat.postMessage: missing_text_in_message"]


def test_an_update_wants_the_channel_not_the_person(slack: StandIn, api: Api) -> None:
    posted = api("chat.postMessage", channel="U01ALICE", text="one")
    assert api("chat.update", channel="U01ALICE", ts=posted["ts"], text="two")["error"] == "channel_not_found"
    assert api("chat.update", channel=posted["channel"], ts=posted["ts"], text="two")["ok"]


def test_an_update_by_text_alone_removes_the_blocks_and_shows_as_edited(slack: StandIn, api: Api) -> None:
    posted = api("chat.postMessage", channel="C01OPS", text="x", blocks=[section("one")])
    at = {"channel": "C01OPS", "ts": posted["ts"]}
    assert "edited" not in api("chat.update", **at, text="x", blocks=[section("two")])["message"]
    assert slack.as_person("U02BOB").channel("C01OPS")[-1].words == "two"
    changed = api("chat.update", **at, text="three")["message"]
    assert (changed["text"], "blocks" in changed, "edited" in changed) == ("three", False, True)
