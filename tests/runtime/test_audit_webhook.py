"""The audit webhook's requests, at a real server on this machine: signed, not redirected, never hanging."""

import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prometheus_client import REGISTRY

from bot.ports import Lag
from bot.runtime.audit_webhook import Webhook
from bot.secret import Secret
from tests.fakes import START, FakeClock

BODY = b'{"v":1,"seq":1}'
SECRET = Secret("webhook-canary")
Make = Callable[..., Webhook]


class Server(ThreadingHTTPServer):
    status = 200
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.connections: set[object] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/events?token=t"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.server.connections.add(self.client_address)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def webhook() -> Iterator[Make]:
    made: list[Webhook] = []

    def make(url: str, seconds: float = 8) -> Webhook:
        made.append(Webhook(Secret(url), SECRET, FakeClock(), seconds))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_the_body_is_signed_with_the_time(server: Server, webhook: Make) -> None:
    assert webhook(server.url).post(BODY) is None
    [(path, headers, body)] = server.got
    assert (path, body) == ("/events?token=t", BODY)
    timestamp = headers["X-Latchkey-Request-Timestamp"]
    assert timestamp == str(int(START.timestamp()))
    signed = hmac.new(b"webhook-canary", b"v0:" + timestamp.encode() + b":" + BODY, sha256).hexdigest()
    assert headers["X-Latchkey-Signature"] == f"v0={signed}"
    assert headers["Content-Type"] == "application/json"


def test_one_connection_serves_many_events(server: Server, webhook: Make) -> None:
    sender = webhook(server.url)
    assert [sender.post(BODY) for _ in range(5)] == [None] * 5
    assert len(server.connections) == 1


@pytest.mark.parametrize("status", [200, 202, 299, 302, 400, 503])
def test_only_a_2xx_is_taken(server: Server, webhook: Make, status: int) -> None:
    server.status = status
    assert webhook(server.url).post(BODY) == (None if status < 300 else f"HTTP {status}")


def test_a_redirect_is_not_followed(server: Server, webhook: Make) -> None:
    server.status, server.location = 307, server.url
    assert webhook(server.url).post(BODY) == "HTTP 307"
    assert len(server.got) == 1


def test_nobody_listens(webhook: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert webhook(f"http://127.0.0.1:{port}/").post(BODY) == "ConnectionRefusedError"


def test_a_receiver_that_never_answers_is_cut_off(webhook: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sender = webhook(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)
        assert sender.post(BODY) is not None
        assert sender.post(BODY) is not None


def test_an_answer_that_drips_is_cut_off_too(webhook: Make) -> None:
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        client, _ = listening.accept()
        with client:
            while not over.wait(0.01):
                try:
                    client.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        assert webhook(f"http://127.0.0.1:{listening.getsockname()[1]}/", seconds=0.3).post(BODY) is not None
        over.set()
        thread.join()


def test_the_lag_is_a_metric(server: Server) -> None:
    clock = FakeClock()
    sender = Webhook(Secret(server.url), SECRET, clock)  # connects with its first event
    clock.advance(seconds=90)
    sender.measure(Lag(3, START))
    assert REGISTRY.get_sample_value("latchkey_audit_webhook_lag_events") == 3
    assert REGISTRY.get_sample_value("latchkey_audit_webhook_lag_seconds") == 90
    sender.measure(Lag(0, None))
    assert REGISTRY.get_sample_value("latchkey_audit_webhook_lag_seconds") == 0
