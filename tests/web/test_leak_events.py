"""POST /events/leak: what AWS Health and GitHub send, and what anybody else does."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from bot.domain.leaks.incident import Source
from bot.secret import Secret
from bot.web.leak_events import BODY_BYTES, Senders
from tests.logs.test_structured import sink
from tests.web.leak_requests import BEARER, KEY, PATH, SECRET, TOKEN, Taken, alert, client, from_github, health

__all__ = ["sink"]


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def web(taken: Taken) -> FlaskClient:
    return client(Senders(taken, Secret(TOKEN), Secret(SECRET)))


def test_an_exposed_key_is_taken(web: FlaskClient, taken: Taken) -> None:
    answer = web.post(PATH, json=health(KEY), headers=BEARER)
    assert (answer.status_code, answer.json) == (202, {"taken": 1})
    (event,) = taken.events
    assert (event.source, event.keys, event.users, event.account_number) == (
        Source.AWS_HEALTH, (KEY,), (), "123456789012",
    )  # fmt: skip
    assert event.link is not None
    assert event.link.endswith("AWS_RISK_CREDENTIALS_EXPOSED_1")
    again = web.post(PATH, json=health(KEY), headers=BEARER)
    assert (again.status_code, again.json) == (200, {"taken": 0})


def test_a_batch_is_taken_whole_or_not_at_all(web: FlaskClient, taken: Taken) -> None:
    batch = [{**health(f"AKIA{each:016d}"), "id": f"e{each}"} for each in range(3)]
    assert web.post(PATH, json=batch, headers=BEARER).json == {"taken": 3}
    taken.events.clear()
    assert web.post(PATH, json=[*batch, {"id": 7}], headers=BEARER).status_code == 400
    assert web.post(PATH, json=batch * 40, headers=BEARER).status_code == 400
    assert not taken.events


@pytest.mark.parametrize(
    ("entity", "user"),
    [
        ("arn:aws:iam::123456789012:user/team/reports", "reports"),
        ("reports", "reports"),
        ("arn:aws:iam::123456789012:root", None),
        ("<!channel> *x*", None),
        (7, None),
        ({"a": 1}, None),
        ("x" * 9999, None),
    ],
)
def test_without_a_key_the_user_counts(web: FlaskClient, taken: Taken, entity: Any, user: str | None) -> None:
    assert web.post(PATH, json=health(entity), headers=BEARER).status_code == 202
    assert (taken.events[0].keys, taken.events[0].users) == ((), (user,) if user else ())


def test_a_key_in_the_description_is_found(web: FlaskClient, taken: Taken) -> None:
    said = [{"language": "en_US", "latestDescription": f"The access key {KEY}, of user reports, is exposed."}]
    web.post(PATH, json=health("reports", eventDescription=said), headers=BEARER)
    assert taken.events[0].keys == (KEY,)


@pytest.mark.parametrize(
    "event",
    [
        {**health(KEY), "source": "aws.ec2"},
        health(KEY, eventTypeCode="AWS_EC2_OPERATIONAL_ISSUE"),
        health(KEY, statusCode="closed"),
    ],
    ids=["another source", "another code", "over"],
)
def test_other_events_do_nothing(web: FlaskClient, taken: Taken, event: dict[str, Any]) -> None:
    assert web.post(PATH, json=event, headers=BEARER).status_code == 200
    assert not taken.events


def test_an_alert_of_github_is_taken_although_it_names_no_key(web: FlaskClient, taken: Taken) -> None:
    assert from_github(web, alert()).status_code == 202
    (event,) = taken.events
    assert (event.source, event.keys, event.about) == (Source.GITHUB, (), "alice/reports")
    assert event.link == "https://github.com/alice/reports/security/secret-scanning/42"
    assert from_github(web, alert()).json == {"taken": 0}
    assert from_github(web, alert(), **{"X-GitHub-Delivery": "made-up"}).json == {"taken": 0}, "the same bytes"


@pytest.mark.parametrize(
    "link",
    ["http://github.com/x", "https://a@github.com/x", "https://github.com/<x|y>", "javascript:x", "https://[", 7, None],
)
def test_a_strange_link_is_left_out(web: FlaskClient, taken: Taken, link: Any) -> None:
    assert from_github(web, alert(html_url=link)).status_code == 202
    assert taken.events[0].link is None


def test_an_alert_with_its_secret_names_the_key(web: FlaskClient, taken: Taken) -> None:
    from_github(web, alert(secret=KEY))
    assert taken.events[0].keys == (KEY,)


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"zen": "Keep it logically awesome."}, "ping"),
        (alert(), "push"),
        (alert(secret_type="google_api_key"), "secret_scanning_alert"),
        ({**alert(), "action": "resolved"}, "secret_scanning_alert"),
    ],
    ids=["ping", "another event", "another secret", "resolved"],
)
def test_what_is_no_leak_does_nothing(web: FlaskClient, taken: Taken, payload: Any, event: str) -> None:
    assert from_github(web, payload, event=event).status_code == 200
    assert not taken.events


FORGED = {
    "no header": {},
    "another token": {"Authorization": "Bearer x"},
    "another scheme": {"Authorization": f"Basic {TOKEN}"},
    "not ASCII": {"Authorization": "Bearer é"},
    "a signature of nothing": {"X-GitHub-Event": "ping", "X-Hub-Signature-256": "sha256=" + "0" * 64},
    "no signature": {"X-GitHub-Event": "ping"},
    "an old signature": {"X-GitHub-Event": "ping", "X-Hub-Signature": "sha1=" + "0" * 40},
    "a strange signature": {"X-Hub-Signature-256": "é", **BEARER},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_what_is_forged_gets_401(web: FlaskClient, taken: Taken, headers: dict[str, str]) -> None:
    answer = web.post(PATH, json=health(KEY), headers=headers)
    assert answer.status_code == 401
    assert list(answer.get_json()) == ["problem"]
    assert not taken.events


MALFORMED = [
    b"",
    b"{",
    b"[]",
    b"7",
    b'"x"',
    b"\xff",
    b"[" * 90_000,
    b"{}",
    b'{"id": "x"}',
    b'[{"id": "", "detail": {}}]',
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_what_is_malformed_gets_400(web: FlaskClient, taken: Taken, raw: bytes) -> None:
    assert web.post(PATH, data=raw, headers=BEARER, content_type="application/json").status_code == 400
    assert from_github(web, raw).status_code == 400
    assert from_github(web, alert(), **{"X-GitHub-Delivery": "x\u00a0y"}).status_code == 400
    assert not taken.events


def test_sizes_and_types(web: FlaskClient, taken: Taken) -> None:
    most = json.dumps(health(KEY)).encode().ljust(BODY_BYTES)
    words = {"headers": BEARER, "content_type": "application/json; charset=utf-8"}
    assert web.post(PATH, data=most, **words).status_code == 202
    for raw in (most + b" ", b" " * 1024 * 1024):
        assert web.post(PATH, data=raw, **words).status_code == 413
        assert from_github(web, raw).status_code == 413
    assert web.post(PATH, data=most, headers=BEARER, content_type="text/plain").status_code == 415
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert from_github(web, alert(), **form).status_code == 415
    assert web.get(PATH, headers=BEARER).status_code == 405
    assert len(taken.events) == 1


def test_a_sender_without_a_secret_gets_404(taken: Taken) -> None:
    for senders, aws, github in (
        (None, 404, 404),
        (Senders(taken), 404, 404),
        (Senders(taken, Secret(TOKEN)), 202, 404),
        (Senders(taken, None, Secret(SECRET)), 404, 202),
    ):
        web = client(senders)
        assert web.post(PATH, json=health(KEY), headers=BEARER).status_code == aws
        assert from_github(web, alert()).status_code == github
        taken.events.clear()


def test_nothing_of_a_body_is_logged_and_everything_is_counted(web: FlaskClient, sink: io.StringIO) -> None:
    def counted(outcome: str) -> float:
        labels = {"sender": "github", "outcome": outcome}
        return REGISTRY.get_sample_value("latchkey_leak_events_total", labels) or 0.0

    before = {each: counted(each) for each in ("taken", "repeated", "forged")}
    web.post(PATH, json=health(KEY), headers=BEARER)
    from_github(web, alert(secret=KEY))
    from_github(web, alert(secret=KEY))
    from_github(web, alert(), **{"X-Hub-Signature-256": "sha256=" + "0" * 64})
    said = sink.getvalue()
    assert "leak events were taken" in said
    assert "canary" not in said
    assert KEY not in said
    assert {each: counted(each) - before[each] for each in before} == {"taken": 1, "repeated": 1, "forged": 1}
