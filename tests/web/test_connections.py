"""When a request is complete, byte by byte, and what happens to a client that is too slow or opens too many."""

import logging
import os
import selectors
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeaderName, LimitRequestHeaders

from bot.web import reader
from bot.web.connections import ADDRESS_MOST, BODY_MOST, CONNECTIONS_MOST, HEAD_MOST, Incoming
from bot.web.reader import ReadingWorker

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n"


@pytest.mark.parametrize("request_", [GET, POST, CHUNKED], ids=["get", "post", "chunked"])
@pytest.mark.parametrize("behind", [b"", GET], ids=["alone", "pipelined"])
def test_a_request_is_whole_with_its_last_byte(request_: bytes, behind: bytes) -> None:
    one_by_one = Incoming()
    assert [one_by_one.feed(bytes([each])) for each in request_] == [False] * (len(request_) - 1) + [True]
    at_once = Incoming()
    assert at_once.feed(request_ + behind)
    assert (at_once.whole, at_once.rest(), one_by_one.rest()) == (True, behind, b"")


@pytest.mark.parametrize(
    "more",
    [
        b"x" * (HEAD_MOST + 1),
        b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_MOST + 1),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % (BODY_MOST * 2)
        + b"x" * (BODY_MOST + HEAD_MOST),
    ],
    ids=["endless head", "announced body", "endless body"],
)
def test_what_is_too_large_is_not_waited_for(more: bytes) -> None:
    incoming = Incoming()
    assert incoming.feed(more)
    assert not incoming.whole


@pytest.mark.parametrize("size", [b"x", b"-1", b"", b"a" * 2000])
def test_an_invalid_chunk_is_passed_on_and_refused(size: bytes) -> None:
    assert Incoming().feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")


HEAD = b"POST /c/x/reveal HTTP/1.1\r\nHost: x\r\n"
LENGTH, CHUNKS = b"Content-Length: %d\r\n" % len(GET), b"Transfer-Encoding: chunked\r\n"
UNCLEAR = {
    "a length after ten spaces": HEAD + b"Content-Length:          %d\r\n\r\n" % len(GET) + GET,
    "a length of twenty digits": HEAD + b"Content-Length: %020d\r\n\r\n" % len(GET) + GET,
    "two lengths": HEAD + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + GET,
    "a length and chunks": HEAD + LENGTH + CHUNKS + b"\r\n0\r\n\r\n" + GET,
    "another coding": HEAD + b"Transfer-Encoding: identity\r\n" + LENGTH + b"\r\n" + GET,
    "no chunk at all": HEAD + CHUNKS + b"\r\n" + GET,
    "a size with a prefix": HEAD + CHUNKS + b"\r\n0x5\r\nhello\r\n0\r\n\r\n" + GET,
    "a chunk without its end": HEAD + CHUNKS + b"\r\n5\r\nhelloXX0\r\n\r\n" + GET,
}


@pytest.mark.parametrize("sent", UNCLEAR.values(), ids=UNCLEAR)
def test_no_body_is_taken_for_the_next_request(sent: bytes) -> None:
    """A proxy in front may see one request where this sees two, so a request with an unclear end is the last one."""
    incoming = Incoming()
    assert incoming.feed(sent)
    assert not incoming.whole


def test_an_announced_body_is_asked_for_once() -> None:
    incoming = Incoming()
    head, body = POST.replace(b"Host", b"Expect: 100-Continue\r\nHost").split(b"hello")[0], b"hello"
    assert not incoming.feed(head)
    assert incoming.expects
    assert incoming.feed(body)
    assert b"xpect" not in incoming.raw


# --- the worker ----------------------------------------------------------------------------------------------------


class Door:
    """A worker that doesn't run, with clients in front."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        listener.setblocking(False)
        self.worker = ReadingWorker(1, os.getpid(), [listener], SimpleNamespace(), 30, Config(), None)
        self.worker.poller = selectors.DefaultSelector()
        self.taken: list[bytes] = []
        self.worker.enqueue_req = lambda conn: self.taken.append(bytes(conn.incoming.raw))

    def client(self, said: bytes = b"") -> socket.socket:
        made = socket.create_connection(self.listener.getsockname(), timeout=30)
        made.sendall(said)
        self.worker.accept(self.listener)
        return made

    def end_of(self, client: socket.socket) -> bytes:
        with client:
            try:
                return client.recv(1000)
            except ConnectionResetError:
                return b""

    def open(self) -> int:
        return int(self.worker.nr_conns)


@pytest.fixture
def door() -> Iterator[Door]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Door(listener)
        yield made
        for each in list(made.worker._open):
            each.sock.close()
        made.worker.poller.close()
        made.worker.tmp.close()


def overdue(door: Door) -> None:
    for each in door.worker._open:
        each.deadline = 0.0
    door.worker.murder_pending()


def test_no_thread_takes_a_request_that_is_not_whole(door: Door) -> None:
    with door.client(GET[:-1]) as slow, door.client(GET):
        assert door.taken == [GET]
        slow.sendall(GET[-1:])
        door.worker.wait_for_and_dispatch_events(30)
        assert door.taken == [GET, GET]


@pytest.mark.parametrize(("said", "answer"), [(b"", b""), (GET[:-1], b"HTTP/1.1 408 "), (POST[:-1], b"HTTP/1.1 408 ")])
def test_a_slow_client_is_dropped(door: Door, said: bytes, answer: bytes) -> None:
    client = door.client(said)
    overdue(door)
    assert door.end_of(client).startswith(answer)
    assert door.open() == 0


def test_each_byte_does_not_buy_more_time(door: Door) -> None:
    with door.client(POST[:-3]) as client:
        [conn] = door.worker._open
        deadline = conn.deadline
        client.sendall(POST[-3:-1])
        door.worker.wait_for_and_dispatch_events(30)
        assert bytes(conn.incoming.raw) == POST[:-1]
        assert conn.deadline == deadline


def test_a_client_that_never_closes_is_not_waited_for(door: Door) -> None:
    with door.client(GET):
        [conn] = door.worker._open
        door.worker.finish_request(conn, SimpleNamespace(cancelled=bool, exception=lambda: None, result=lambda: False))
        overdue(door)
        assert door.open() == 0


def test_one_address_loses_its_own_oldest(door: Door) -> None:
    clients = [door.client(GET[:-1]) for _ in range(ADDRESS_MOST + 3)]
    assert door.open() == ADDRESS_MOST
    assert [door.end_of(each) for each in clients[:3]] == [b""] * 3
    with door.client(GET):
        assert door.taken == [GET]
    for each in clients:
        each.close()


def test_behind_a_proxy_the_limit_is_for_all(door: Door) -> None:
    door.worker.address_most = CONNECTIONS_MOST
    clients = [door.client(GET[:-1]) for _ in range(ADDRESS_MOST + 3)]
    assert door.open() == len(clients)
    for each in clients:
        each.close()


def test_more_than_all_may_open_cost_the_oldest(door: Door) -> None:
    door.worker.address_most = CONNECTIONS_MOST * 2
    clients = [door.client(GET[:-1]) for _ in range(CONNECTIONS_MOST + 1)]
    assert door.open() == CONNECTIONS_MOST
    assert door.end_of(clients[0]) == b""
    for each in clients:
        each.close()


@pytest.mark.parametrize(
    ("error", "status"),
    [(InvalidHeaderName("canary"), 400), (LimitRequestHeaders("canary"), 431), (ValueError("oops"), 500)],
)
def test_a_refusal_does_not_echo_the_request(
    door: Door, error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, reader.__name__)
    here, there = socket.socketpair()
    with here, there:
        door.worker.handle_error(None, here, ("203.0.113.7", 1), error)
        said = there.recv(1000)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert b"canary" not in said
    assert "canary" not in caplog.text
    assert reader.__name__ in {each.name for each in caplog.records}
