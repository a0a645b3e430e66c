"""A slow process keeps its port, whatever other ports are used on this machine."""

import socket

import pytest

from tests.processes.running import reserved


def test_a_server_may_listen_on_a_reserved_port_and_no_one_gets_it_by_chance() -> None:
    with reserved() as held:
        port = held.getsockname()[1]
        with socket.socket() as client, pytest.raises(OSError, match="in use"):
            client.bind(("127.0.0.1", port))
        with socket.create_server(("0.0.0.0", port)) as server, socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
