"""Every status of the page's two endpoints; only the right one opens anything."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.sealing import b64, proof_of, unb64
from bot.web.app import create_app
from tests.web.backend import KEY, OTHER_SEED, SEED, Desk

HOME = "https://latchkey.example.com"
ENVELOPE = "envelopeofalice"
RIGHT = b64(proof_of(SEED, ENVELOPE))
WRONG = b64(proof_of(OTHER_SEED, ENVELOPE))
REVEAL = f"/c/{ENVELOPE}/reveal"
RECEIPT = f"/c/{ENVELOPE}/receipt"
POSTS = pytest.mark.parametrize("path", [REVEAL, RECEIPT])


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.put(KEY)
    return desk


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    app = create_app(
        about=desk.about,
        reveal=desk.reveal,
        receipt=desk.receipt,
        ready=lambda: desk.ready,
        metrics=lambda: b"latchkey_up 1\n",
        slack_events=None,
        public_url=HOME,
        proxy_hops=1,
        wrong_proof=desk.count_wrong,
    )
    with app.test_client() as client:
        yield client


def post(client: FlaskClient, path: str, proof: object = RIGHT, **more: Any) -> TestResponse:
    return client.post(path, json={"proof": proof}, **more)


def said(answer: TestResponse) -> dict[str, Any]:
    found = answer.get_json()
    assert isinstance(found, dict)
    return found


def untouched(desk: Desk) -> bool:
    return not desk.asked and len(desk.sealed) == 1


def test_the_right_proof_gets_the_ciphertext_once(client: FlaskClient, desk: Desk) -> None:
    [sealed] = desk.sealed.values()
    answer = post(client, REVEAL)
    assert answer.status_code == 200
    assert set(said(answer)) == {"v", "nonce", "aad", "ciphertext"}
    assert said(answer)["v"] == 1
    assert [unb64(said(answer)[part]) for part in ("nonce", "aad", "ciphertext")] == [
        sealed.nonce,
        sealed.aad,
        sealed.ciphertext,
    ]
    again = post(client, REVEAL)
    assert again.status_code == 410
    assert said(again)["problem"].startswith("This link was opened at 14:03 UTC")


def test_it_says_who_opened_it_and_from_where(client: FlaskClient, desk: Desk) -> None:
    agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    post(client, REVEAL, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "User-Agent": agent})
    assert desk.asked == [(ENVELOPE, RIGHT, "203.0.113.7", "Chrome on macOS")]


@pytest.mark.parametrize(("outcome", "word"), [
    ("expired", "expired at 14:03 UTC"),
    ("replaced", "A newer link replaced this one at 14:03 UTC"),
    ("revoked", "revoked at 14:03 UTC"),
    ("given back", "given back at 14:03 UTC"),
    ("ended", "The lease ended at 14:03 UTC"),
    ("discarded", "withdrew this link at 14:03 UTC"),
])  # fmt: skip
def test_a_dead_envelope_says_why(client: FlaskClient, desk: Desk, outcome: str, word: str) -> None:
    desk.sealed.clear()
    desk.kill(outcome)
    answer = post(client, REVEAL)
    assert answer.status_code == 410
    assert word in said(answer)["problem"]


@pytest.mark.parametrize(("over", "works", "word"), [
    (None, False, "If that wasn't you, revoke it in Slack."),
    ("revoked", False, "Since then it was revoked."),
    ("given back", True, "Since then it was given back. Its session still works until 14:03 UTC."),
    ("expired", False, "Since then it expired."),
])  # fmt: skip
def test_a_used_link_says_what_became_of_it(
    client: FlaskClient, desk: Desk, over: str | None, works: bool, word: str
) -> None:
    desk.sealed.clear()
    link = desk.kill("revealed")
    assert link
    (name,) = desk.dead
    desk.dead[name] = replace(desk.dead[name], over=over, works_until=desk.dead[name].at if works else None)
    assert word in said(post(client, REVEAL))["problem"]


@POSTS
@pytest.mark.parametrize("proof", ["", "x", RIGHT + "=", RIGHT[:-1], b64(bytes(31)), "é" * 43, "\ud800", " " + RIGHT])
def test_a_malformed_proof_is_a_wrong_proof(client: FlaskClient, desk: Desk, path: str, proof: str) -> None:
    assert post(client, path, proof).status_code == 404
    assert untouched(desk)


@POSTS
def test_an_unknown_id_and_a_wrong_proof_look_the_same(client: FlaskClient, desk: Desk, path: str) -> None:
    found = [
        post(client, path, WRONG),
        post(client, path.replace(ENVELOPE, "unknown"), RIGHT),
        post(client, path.replace(ENVELOPE, "%00"), RIGHT),
        post(client, path.replace(ENVELOPE, "x" * 500), RIGHT),
        post(client, path, "nonsense"),
    ]
    seen = {
        (each.status, each.data, tuple((name, value) for name, value in each.headers if name != "Date"))
        for each in found
    }
    assert len(seen) == 1
    assert found[0].status_code == 404
    assert len(desk.sealed) == 1


def test_wrong_proofs_are_counted_and_use_nothing_up(client: FlaskClient, desk: Desk) -> None:
    for proof in (WRONG, "nonsense"):
        post(client, REVEAL, proof)
    assert desk.wrong == 2
    assert post(client, REVEAL).status_code == 200
    assert desk.wrong == 2


@POSTS
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"proof": null}', b'{"proof": 7}', b'{"proof": ["x"]}', b"\xff\xfe{",
     b"[" * 4000],
)  # fmt: skip
def test_it_refuses_a_body_that_the_page_does_not_send(client: FlaskClient, desk: Desk, path: str, body: bytes) -> None:
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert said(answer)["problem"]
    assert untouched(desk)


@POSTS
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "http://latchkey.example.com"},
        {"Origin": f"{HOME}:444"},
        {"Origin": f"{HOME}.evil.example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_it_refuses_another_site(client: FlaskClient, desk: Desk, path: str, headers: dict[str, str]) -> None:
    answer = post(client, path, headers=headers)
    assert answer.status_code == 403
    assert said(answer)["problem"]
    assert untouched(desk)


@pytest.mark.parametrize("headers", [{"Origin": HOME}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_it_takes_its_own_page(client: FlaskClient, headers: dict[str, str]) -> None:
    assert post(client, REVEAL, headers=headers).status_code == 200


@POSTS
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_refuses_other_methods(client: FlaskClient, desk: Desk, path: str, method: str) -> None:
    answer = client.open(path, method=method, json={"proof": RIGHT})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.mimetype == "application/json"
    assert untouched(desk)


@POSTS
def test_it_refuses_more_than_4_kib(client: FlaskClient, desk: Desk, path: str) -> None:
    for size in (4097, 1_000_000):
        answer = client.post(path, data=b" " * size, content_type="application/json")
        assert answer.status_code == 413
        assert said(answer)["problem"]
    assert untouched(desk)


def test_it_takes_4_kib(client: FlaskClient) -> None:
    body = json.dumps({"proof": RIGHT}).ljust(4096)
    assert client.post(REVEAL, data=body, content_type="application/json").status_code == 200


@POSTS
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "a/json"]
)
def test_it_refuses_what_a_form_can_send(client: FlaskClient, desk: Desk, path: str, kind: str) -> None:
    answer = client.post(path, data=json.dumps({"proof": RIGHT}), content_type=kind)
    assert answer.status_code == 415
    assert said(answer)["problem"]
    assert untouched(desk)


def test_a_charset_is_fine(client: FlaskClient) -> None:
    kind = "application/json; charset=utf-8"
    assert client.post(REVEAL, data=json.dumps({"proof": RIGHT}), content_type=kind).status_code == 200


def test_a_receipt_is_for_what_was_revealed_and_may_be_repeated(client: FlaskClient) -> None:
    assert post(client, RECEIPT).status_code == 404
    post(client, REVEAL)
    answers = [post(client, RECEIPT) for _ in range(3)]
    assert [(each.status_code, each.data) for each in answers] == [(204, b"")] * 3
    assert post(client, RECEIPT, WRONG).status_code == 404


@POSTS
def test_an_internal_error_is_reported_without_detail(
    client: FlaskClient, desk: Desk, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.breaks = RuntimeError("the ledger is away")
    with caplog.at_level(logging.DEBUG):
        answer = post(client, path)
    assert answer.status_code == 500
    assert set(flask.json.loads(answer.data)) == {"problem"}
    assert b"ledger" not in answer.data
    assert RIGHT not in caplog.text
