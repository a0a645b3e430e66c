"""The HTTP gate: anything that isn't a well-formed, signed, fresh Slack request is refused without a traceback."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import urllib3
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.slack import http_gate
from tests.slack.kit import House

SECRET = "sandbox-signing-secret"
FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode(
    {"command": "/key", "text": "help", "user_id": "U01ALICE", "trigger_id": "1.2", "team_id": "T01LATCH"}
)


def post(
    h: House, body: str | bytes, mime: str = FORM, *, timestamp: Any = None, signature: str | None = None, **more: str
) -> urllib3.BaseHTTPResponse:
    raw = body.encode() if isinstance(body, str) else body
    at = str(int(time.time()) if timestamp is None else timestamp)
    signed = "v0=" + hmac.new(SECRET.encode(), f"v0:{at}:".encode() + raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": mime,
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signed if signature is None else signature,
        **more,
    }
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("POST", h.slack.courier.events_url or "", body=raw, headers=headers)


def test_a_wrong_signature_is_a_warning_that_names_the_setting(h: House) -> None:
    with capture_logs() as lines:
        assert post(h, COMMAND, signature=f"v0={'0' * 64}").status == 401
        assert post(h, "{", "application/json").status == 400
    said = [(each["log_level"], "SLACK_SIGNING_SECRET" in each.get("fix", "")) for each in lines if "why" in each]
    assert said == [("warning", True), ("info", False)]


@pytest.mark.parametrize("unsigned", [{}, {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "x"}])
def test_a_signed_command_is_answered(h: House, unsigned: dict[str, str]) -> None:
    answer = post(h, COMMAND, **unsigned)
    assert answer.status == 200
    assert "/key request" in answer.data.decode()


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        ("payload=[]", FORM),
        ("payload=%7B", FORM),
        ("payload=", FORM),
        ("payload=%22text%22", FORM),
        ("nothing=here", FORM),
        ("", FORM),
        ("command=%2Fkey", FORM),
        ("{", "application/json"),
        ("[]", "application/json"),
        ("null", "application/json"),
        ('"text"', "application/json"),
        ("[" * 5000, "application/json"),
        (b"\xff\xfe", "application/json"),
        ("hello", "text/plain"),
    ],
)
def test_malformed_bodies_are_400(h: House, body: str | bytes, mime: str) -> None:
    answer = post(h, body, mime)
    assert answer.status == 400
    assert "Traceback" not in answer.data.decode()


def test_an_event_that_is_sent_again_as_a_form_is_no_command(h: House) -> None:
    """Slack signs the body alone. Text that somebody wrote in an event must not become a command of somebody else's."""
    typed = "&command=/key&text=help&user_id=U02BOB&trigger_id=9.9&team_id=T01LATCH"
    event = json.dumps({"type": "event_callback", "team_id": "T01LATCH", "event": {"type": "message", "text": typed}})
    assert post(h, event, "application/json").status == 200
    assert post(h, event).status == 400


@pytest.mark.parametrize("timestamp", ["soon", "", "-1", "1e9", "9" * 400, "0"])
def test_timestamps_that_are_none_or_old_are_401(h: House, timestamp: str) -> None:
    assert post(h, COMMAND, timestamp=timestamp).status == 401


def test_a_request_of_six_minutes_ago_is_401(h: House) -> None:
    assert post(h, COMMAND, timestamp=int(time.time()) - 360).status == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64, "nonsense"])
def test_signatures_that_are_wrong_are_401(h: House, signature: str) -> None:
    answer = post(h, COMMAND, signature=signature)
    assert answer.status == 401
    assert "error" in json.loads(answer.data)


def test_a_non_ascii_signature_is_401(h: House) -> None:
    assert post(h, COMMAND, signature="v0=\u00e9").status == 401


def test_a_body_larger_than_slack_sends_is_413(h: House) -> None:
    assert post(h, "payload=" + "x" * 300_000).status == 413


def test_the_url_verification_is_answered(h: House) -> None:
    assert "sandbox" in h.slack.verify_url().body


def test_ssl_check_is_answered(h: House) -> None:
    assert post(h, "ssl_check=1&token=x").status == 200


def test_an_unknown_command_gets_help(h: House) -> None:
    answer = post(h, COMMAND.replace("%2Fkey", "%2Fother"))
    assert answer.status == 200
    assert "request" in answer.data.decode()


def test_an_event_that_no_one_listens_to_is_200(h: House) -> None:
    event = {
        "type": "event_callback",
        "team_id": "T01LATCH",
        "event": {"type": "team_join", "user": {}},
        "event_id": "Ev1",
    }
    assert post(h, json.dumps(event), "application/json").status == 200


def test_bad_signatures_leave_no_body_in_the_log(h: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    post(h, COMMAND + "&canary=tellnobody", signature="v0=" + "0" * 64)
    assert "tellnobody" not in caplog.text


@pytest.mark.parametrize("actions", ["[]", "[1]", "{}", "null"])
def test_an_empty_press_is_400(h: House, actions: str) -> None:
    payload = f'{{"type":"block_actions","actions":{actions},"user":{{"id":"U01ALICE","team_id":"T01LATCH"}}}}'
    assert post(h, urlencode({"payload": payload})).status == 400


def test_a_submission_without_a_view_is_400(h: House) -> None:
    assert post(h, urlencode({"payload": '{"type":"view_submission","user":{"id":"U01ALICE"}}'})).status == 400


def test_a_command_about_a_payload_is_a_command(h: House) -> None:
    answer = post(h, COMMAND.replace("text=help", "text=payload"))
    assert "/key request" in answer.data.decode()


def test_a_command_typed_in_another_workspace_is_refused(h: House) -> None:
    body = COMMAND.replace("team_id=T01LATCH", "team_id=T99OTHER").replace("text=help", "text=request")
    assert post(h, body).status == 200
    h.listeners.finish()
    assert h.alice.modal() is None
    h.slack.complaints.clear()  # its trigger was invented


@given(st.dictionaries(st.text(), st.text()))
@example({"a=b": "=", "&": "%3D", "%": "_ +\t", "\n": "\r\n", "": ""})
def test_a_form_is_read_as_the_standard_library_reads_it(fields: dict[str, str]) -> None:
    assert http_gate._fields(urlencode(fields)) == fields


@pytest.mark.parametrize(
    "body", ["a=1&a=2", "a", "a=", "&&a=1&", "a=b=c", "%ff=x", "payload=%7B%22a%22%3A+%22%25%22%7D"]
)
def test_so_is_an_unusual_one(body: str) -> None:
    assert http_gate._fields(body) == dict(parse_qsl(body, keep_blank_values=True))
