"""A client that sends half a request or reads half a response doesn't block others: real sockets and processes."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bot.sandbox.slack import StandIn
from bot.web.connections import ADDRESS_MOST, CONNECTIONS_MOST
from tests.processes.conftest import Start
from tests.processes.running import BOT_TOKEN, Running

pytestmark = pytest.mark.long
HEAD = b"GET /healthz HTTP/1.1\r\nHost: half"
BODY = b"POST /c/envelope/reveal HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
CHUNK = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"
UNREAD = b"GET /static/collect.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HALVES = {"none": b"", "head": HEAD, "body": BODY, "chunk": CHUNK, "unread": UNREAD}
BAD = b"GET / HTTP/1.1\r\n" + b"token" * 1500 + b"canary name: x\r\n\r\n"


@contextmanager
def clients(port: int, said: bytes, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as ending:
        opened = []
        for _ in range(count):
            opened.append(ending.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)))
            opened[-1].sendall(said)
        yield opened


@pytest.fixture
def web(sqlite_url: str, start: Start) -> Running:
    running = start("web", DATABASE_URL=sqlite_url)
    running.wait_for("/readyz", 200)
    return running


def test_many_slow_clients_keep_no_one_waiting(web: Running) -> None:
    for half, said in HALVES.items():
        with clients(web.port, said, ADDRESS_MOST * 2):
            assert [web.status("/healthz") for _ in range(3)] == [200] * 3, half
        assert web.status("/healthz") == 200, half


def test_an_address_that_opens_too_many_loses_its_oldest(web: Running) -> None:
    with clients(web.port, HEAD, ADDRESS_MOST * 2) as opened:
        assert web.status("/healthz") == 200
        assert opened[0].recv(100) == b""


def test_behind_a_proxy_all_its_clients_get_in(sqlite_url: str, start: Start) -> None:
    web = start("web", DATABASE_URL=sqlite_url, PROXY_HOPS="1")
    web.wait_for("/readyz", 200)
    with clients(web.port, HEAD, ADDRESS_MOST * 2) as opened:
        assert web.status("/healthz") == 200
        opened[0].sendall(b"\r\n\r\n")
        assert opened[0].recv(100).startswith(b"HTTP/1.1 200 ")
    with clients(web.port, HEAD, CONNECTIONS_MOST + 10):
        assert web.status("/healthz") == 200


def test_two_requests_of_one_connection(web: Running) -> None:
    with clients(web.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2, 1) as [wire]:
        said = b""
        while said.count(b'{"ok": true}') < 2:
            said += wire.recv(4096)
        wire.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_a_refused_request_is_not_repeated_and_holds_up_nothing(web: Running) -> None:
    with clients(web.port, BAD, 1) as [wire]:
        assert wire.recv(100).startswith(b"HTTP/1.1 400 ")
    assert web.status("/healthz") == 200
    assert web.events() == [web.listens(), "a request from 127.0.0.1 was refused (InvalidHeaderName)"]
    assert "token" not in web.said()


def test_the_workers_port_is_as_patient(sqlite_url: str, slack: StandIn, start: Start) -> None:
    worker = start("worker", DATABASE_URL=sqlite_url, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_API_URL=slack.api_url)
    worker.wait_for("/readyz", 200)
    with clients(worker.port, HEAD, 100):
        assert worker.status("/healthz") == 200
    with clients(worker.port, b"token" * 1500 + b"-canary\r\n\r\n", 1) as [wire]:
        wire.recv(100)
    assert worker.status("/healthz") == 200
    worker.wait_to_say("a request to WORKER_PORT was refused")
    assert "canary" not in worker.said()
