"""Socket Mode: a websocket server with Slack's envelopes (https://docs.slack.dev/apis/events-api/using-socket-mode)."""

import itertools
import json
import threading
import uuid
from urllib.parse import parse_qs, urlparse

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from bot.sandbox.slack.deliver import TIMEOUT, Ack, Delivery
from bot.sandbox.slack.people import APP_ID
from bot.sandbox.slack.world import World

CLOSE_SECONDS = 1.0


class Waiting:
    """An envelope that waits for its ack, which may arrive on another thread."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.ack = Ack(error=TIMEOUT)


class SocketServer:
    def __init__(self, world: World) -> None:
        self._world = world
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._connections: list[ServerConnection] = []
        self._waiting: dict[str, Waiting] = {}
        self._turns = itertools.count()

    @property
    def connected(self) -> int:
        return len(self._connections)

    @property
    def connections(self) -> list[str]:
        """An id for each open connection, so that a reconnect is visible."""
        return [str(each.id) for each in self._connections]

    def start(self) -> None:
        self._server = serve(self._serve, "127.0.0.1", 0, close_timeout=CLOSE_SECONDS)
        self._world.socket_url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-socket-mode", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        for connection in list(self._connections):
            connection.close()
        if self._server:
            self._server.shutdown()
        if self._thread:
            self._thread.join(CLOSE_SECONDS * 2)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack makes clients reconnect every few hours; here on demand."""
        for connection in list(self._connections):
            connection.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}))
            connection.close()

    def send(self, delivery: Delivery, wait: float) -> Ack | None:
        """Send to the connections in turn; None if no app is connected."""
        connections = list(self._connections)
        if not connections:
            return None
        envelope_id, waiting = str(uuid.uuid4()), Waiting()
        self._waiting[envelope_id] = waiting
        envelope = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
            "payload": delivery.payload,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": delivery.retry, "retry_reason": "timeout" if delivery.retry else ""}
        try:
            connections[next(self._turns) % len(connections)].send(json.dumps(envelope))
        except ConnectionClosed:
            return None
        waiting.done.wait(wait)
        del self._waiting[envelope_id]
        return waiting.ack

    def _serve(self, connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        ticket = parse_qs(urlparse(path).query).get("ticket", [""])[0]
        if ticket not in self._world.socket_tickets:
            connection.close(4001, "unknown ticket")
            return
        self._world.socket_tickets.discard(ticket)
        hello = {
            "type": "hello",
            "num_connections": len(self._connections) + 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600},
            "connection_info": {"app_id": APP_ID},
        }
        connection.send(json.dumps(hello))
        with self._world.workspace.change():
            self._connections.append(connection)
        try:
            for raw in connection:
                self._take_ack(str(raw))
        except ConnectionClosed:
            pass  # the app disconnected without closing
        finally:
            with self._world.workspace.change():
                self._connections.remove(connection)

    def _take_ack(self, raw: str) -> None:
        try:
            answer = json.loads(raw)
        except ValueError:
            self._world.workspace.complain("socket mode: the app sent something that isn't JSON")
            return
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting is None:
            self._world.workspace.complain("socket mode: an ack that is late or has an unknown envelope id")
            return
        payload = answer.get("payload")
        waiting.ack = Ack(200, "" if payload is None else json.dumps(payload))
        waiting.done.set()
