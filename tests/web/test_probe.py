"""The worker's port: a client that takes too long is dropped, and the oldest makes room for the newest."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.web.app import create_probe_app
from bot.web.connections import READ_SECONDS
from bot.web.probe import CLIENTS_MOST, Probe


class Port:
    """A probe that accepts clients in turn, and its clock."""

    def __init__(self, stack: ExitStack) -> None:
        self.now, self._stack = 0.0, stack
        app = create_probe_app(ready=lambda: {"ok": True}, metrics=lambda: b"")
        self.probe = Probe(app, "127.0.0.1", 0, lambda: self.now)

    def client(self) -> socket.socket:
        """A request that never ends."""
        made = self._stack.enter_context(socket.create_connection(("127.0.0.1", self.probe.server_port), timeout=30))
        made.sendall(b"GET /healthz HTTP/1.1\r\n")
        self.probe.handle_request()
        return made


@pytest.fixture
def port() -> Iterator[Port]:
    with ExitStack() as stack:
        made = Port(stack)
        stack.callback(made.probe.server_close)
        yield made


def waits(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True


def test_a_client_that_takes_too_long_is_dropped(port: Port) -> None:
    slow = port.client()
    port.now = READ_SECONDS
    fresh = port.client()
    port.probe.service_actions()
    assert waits(slow)
    port.now += 0.1
    port.probe.service_actions()
    slow.settimeout(30)
    assert slow.recv(1) == b""
    assert waits(fresh)


def test_the_oldest_client_makes_room_for_the_newest(port: Port) -> None:
    first, *others = [port.client() for _ in range(CLIENTS_MOST)]
    assert waits(first)
    newest = port.client()
    first.settimeout(30)
    assert first.recv(1) == b""
    assert all(waits(each) for each in (*others, newest))
