"""Common to every response: headers, the page's bytes, health, metrics; and how clients are described."""

import http.client
import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import flask
import pytest
from flask.testing import FlaskClient

from bot.config.settings_values import public_url
from bot.secret import Secret
from bot.web.app import create_app, create_probe_app
from bot.web.client import address, browser_words
from tests.web.backend import Desk
from tests.web.conftest import Site

EVERYWHERE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
}
PROBES = ["/healthz", "/readyz", "/metrics"]


def fail() -> Mapping[str, object]:
    raise RuntimeError("away")


def client(
    ready: Callable[[], Mapping[str, object]] = lambda: {"ok": True},
    url: str = "https://latchkey.example.com",
    slack: Callable[[flask.Request], flask.Response] | None = None,
    token: Secret | None = None,
    takes_work: Callable[[], bool] = lambda: True,
) -> FlaskClient:
    desk = Desk()
    return create_app(
        about=desk.about,
        reveal=desk.reveal,
        receipt=desk.receipt,
        ready=ready,
        metrics=lambda: b"latchkey_up 1\n",
        slack_events=slack,
        metrics_token=token,
        takes_work=takes_work,
        public_url=public_url(url),
        proxy_hops=0,
    ).test_client()


@pytest.mark.parametrize("path", ["/c/x", "/static/collect.js", "/nothing", "/c/x/reveal", "/c//x", "/c/x/", *PROBES])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_is_hardened(path: str, method: str) -> None:
    answer = client().open(path, method=method, buffered=True)
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == CSP
    assert "Permissions-Policy" in answer.headers
    assert answer.status_code // 100 != 3
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    if answer.status_code >= 400 and method != "HEAD":
        assert list(answer.get_json()) == ["problem"]


def test_a_failure_is_hardened_too() -> None:
    answer = client(ready=fail).get("/readyz")
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"away" not in answer.data


def test_http_on_loopback_promises_no_https() -> None:
    assert "Strict-Transport-Security" not in client(url="http://127.0.0.1:3000").get("/healthz").headers


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Latchkey.Example.com", "https://latchkey.example.com"),
        ("https://latchkey.example.com:443", "https://latchkey.example.com"),
        ("https://latchkey.example.com/", "https://latchkey.example.com"),
        ("https://schlüssel.example.com", "https://xn--schlssel-95a.example.com"),
        ("https://SCHLÜSSEL.example.com:8443", "https://xn--schlssel-95a.example.com:8443"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_it_knows_its_origin_as_browsers_write_it(url: str, origin: str) -> None:
    headers = {"Origin": origin}
    assert client(url=url).post("/c/x/reveal", json={"proof": "x"}, headers=headers).status_code == 404


def test_the_page_is_the_same_for_every_id() -> None:
    web = client()
    pages = {web.get(f"/c/{each}").data for each in ("known", "unknown", "%00", "<script>", "x" * 900)}
    assert len(pages) == 1
    assert web.head("/c/known").status_code == 200
    assert web.head("/c/known").data == b""


def test_the_page_loads_no_foreign_content() -> None:
    web = client()
    page = web.get("/c/x").data.decode()
    assert "http:" not in page
    assert "https:" not in page
    for name in ("collect.js", "device.js", "collect.css", "key.svg"):
        assert f'"/static/{name}"' in page
        assert web.get(f"/static/{name}", buffered=True).status_code == 200
    for name in ("collect.js", "device.js"):
        assert "innerHTML" not in web.get(f"/static/{name}", buffered=True).text


@pytest.mark.parametrize(("ready", "status"), [({"ok": True, "slack": "quiet"}, 200), ({"ok": False}, 503), ({}, 503)])
def test_readyz_says_whether_it_takes_work(ready: dict[str, object], status: int) -> None:
    answer = client(ready=lambda: ready).get("/readyz")
    assert (answer.status_code, answer.json) == (status, ready)


def test_health_and_metrics() -> None:
    web = client(ready=fail)
    assert web.get("/healthz").json == {"ok": True}
    assert web.get("/metrics").status_code == 404
    probe = create_probe_app(ready=fail, metrics=lambda: b"latchkey_up 1\n").test_client()
    metrics = probe.get("/metrics")
    assert metrics.data == b"latchkey_up 1\n"
    assert metrics.content_type == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("Bearer metrics-canary", 200),
        ("bearer metrics-canary", 200),
        (None, 401),
        ("", 401),
        ("metrics-canary", 401),
        ("Basic metrics-canary", 401),
        ("Bearer ", 401),
        ("Bearer metrics-canar", 401),
        ("Bearer metrics-canary2", 401),
        ("Bearer \xe9", 401),
    ],
)
def test_the_public_port_shows_metrics_with_the_token_only(sent: str | None, status: int) -> None:
    web = client(token=Secret("metrics-canary"))
    answer = web.get("/metrics", headers={} if sent is None else {"Authorization": sent})
    assert answer.status_code == status
    assert (answer.data == b"latchkey_up 1\n") == (status == 200)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_slack_is_served_only_where_it_is_wanted() -> None:
    assert client().post("/slack/events").status_code == 404
    heard = client(slack=lambda request: flask.Response(f"{len(request.get_data())}"))
    assert heard.post("/slack/events", data=b"x" * 60_000).data == b"60000"
    assert heard.get("/slack/events").status_code == 405


def test_a_worker_serves_the_probes_alone() -> None:
    web = create_probe_app(ready=lambda: {"ok": True}, metrics=lambda: b"x").test_client()
    assert [web.get(each).status_code for each in PROBES] == [200, 200, 200]
    for path in ("/c/x", "/static/collect.js"):
        assert web.get(path).status_code == 404
    assert web.post("/slack/events").status_code == 404


def test_it_refuses_a_large_body_that_does_not_say_its_length(site: Site) -> None:
    where = urlsplit(site.url)
    head = (
        f"POST /c/x/reveal HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    chunk = b"400\r\n" + b" " * 0x400 + b"\r\n"
    with socket.create_connection((where.hostname, where.port), timeout=10) as wire:
        wire.sendall(head.encode() + chunk * 5)  # without the end
        assert b" 413 " in wire.recv(100)
    assert not site.desk.asked


def test_it_says_that_it_closes_after_a_body_that_it_did_not_read(site: Site) -> None:
    """Otherwise a client, or a proxy that keeps connections, sends its next request in vain."""
    where = urlsplit(site.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    for _ in range(2):
        connection.request("POST", "/c/x/reveal", b" " * 1_000_000, {"Content-Type": "application/json"})
        with connection.getresponse() as answer:
            assert (answer.status, answer.headers["Connection"]) == (413, "close")


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "6.6.6.6, <b>", "127.0.0.1"),
        (1, "2001:DB8::7", "2001:db8::7"),
        (1, "fe80::7%<!channel> *bold*", "fe80::7"),
    ],
)
def test_it_believes_as_many_proxies_as_it_knows_of(hops: int, forwarded: str | None, found: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with flask.Flask("x").test_request_context(headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert address(flask.request, hops) == found


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Safari/604.1", "Chrome on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36 EdgA/140.0", "Edge on Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64 16000.0) Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"),
        ("<b>*bold*</b>", "an unknown browser"),
        ("", "an unknown browser"),
    ],
)
def test_it_names_the_browser_with_fixed_text_only(agent: str, words: str) -> None:
    assert browser_words(agent) == words
