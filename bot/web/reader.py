"""gunicorn's thread worker, changed to read a request before a thread takes it (see connections.py)."""

import logging
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, NoMoreData, ParseException
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn, ThreadWorker

from bot.web import connections as limits
from bot.web.connections import Incoming, quietly_send, received

log = logging.getLogger(__name__)

REFUSALS = {LimitRequestLine: (414, "URI Too Long"), LimitRequestHeaders: (431, "Request Header Fields Too Large")}


class Connection(TConn):  # type: ignore[misc]
    """Waits in the poller until `deadline`, in seconds of the monotonic clock, unless a thread has it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.incoming = Incoming()
        self.deadline = time.monotonic() + limits.IDLE_SECONDS
        self.discarded: int | None = None  # bytes, once the response is sent and we only wait for the client to close
        self.address = str(client[0])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.ANSWER_BYTES)

    def idle(self) -> bool:
        return not self.incoming.raw and self.discarded is None


class ReadingWorker(ThreadWorker):  # type: ignore[misc]
    """`address_most` connections for one address; behind a proxy, all of them come from the proxy."""

    address_most = limits.ADDRESS_MOST

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self._open: dict[Connection, None] = {}  # in order of arrival
        self._waiting: set[Connection] = set()  # in the poller

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError:
            return  # the client is gone, or there is no free file descriptor: the poller retries
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        same = [each for each in self._open if each.address == conn.address]
        if (len(same) >= self.address_most and not self._shed(same)) or (
            len(self._open) >= limits.CONNECTIONS_MOST and not self._shed(list(self._open))
        ):
            sock.close()
            return
        self.nr_conns += 1
        self._open[conn] = None
        self._wait(conn, limits.IDLE_SECONDS)
        self._readable(conn, sock)  # usually the request has arrived already

    def _shed(self, among: list[Connection]) -> bool:
        """Drop the connection that has waited longest; False if all of them are in a thread."""
        oldest = next((each for each in among if each in self._waiting), None)
        if oldest is not None:
            self._drop(oldest)
        return oldest is not None

    def _wait(self, conn: Connection, seconds: float) -> None:
        conn.sock.setblocking(False)
        conn.deadline = time.monotonic() + seconds
        self._waiting.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._readable, conn))

    def _leave_poller(self, conn: Connection) -> None:
        if conn in self._waiting:
            self._waiting.remove(conn)
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._leave_poller(conn)
        del self._open[conn]
        self.nr_conns -= 1
        conn.close()

    def _readable(self, conn: Connection, _sock: object) -> None:
        if conn not in self._waiting:
            return  # dropped by an event of the same round
        for data in received(conn.sock):
            if not data:
                self._drop(conn)
                return
            if conn.discarded is not None:
                conn.discarded += len(data)
                if conn.discarded > limits.DISCARD_MOST:
                    self._drop(conn)
                    return
            elif self._complete(conn, data):
                return

    def _complete(self, conn: Connection, data: bytes) -> bool:
        if conn.idle():
            conn.deadline = time.monotonic() + limits.READ_SECONDS
        if conn.incoming.feed(data):
            self._leave_poller(conn)
            self.enqueue_req(conn)
            return True
        if conn.incoming.expects:
            conn.incoming.expects = False
            quietly_send(conn.sock, limits.CONTINUE)
        return False

    def handle(self, conn: Connection) -> bool:
        """Runs in a thread, with a complete request. Returns whether another request may follow."""
        req = None
        try:
            conn.sock.settimeout(limits.WRITE_SECONDS)
            conn.parser = RequestParser(self.cfg, [bytes(conn.incoming.raw)], conn.client)
            req = next(conn.parser)
            if not conn.incoming.whole:
                req.force_close()  # the response says so: a client would send its next request in vain
            return bool(self.handle_request(req, conn)) and conn.incoming.whole
        except (NoMoreData, StopIteration, OSError):
            return False  # the client is gone, or never finished its request
        except Exception as error:  # noqa: BLE001 - the edge: gunicorn's own handler stands here too
            self.handle_error(req, conn.sock, conn.client, error)
            return False

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Repeats no part of a refused request, in the log or in the response."""
        del req
        refused = isinstance(exc, ParseException)
        status, words = REFUSALS.get(type(exc), (400, "Bad Request")) if refused else (500, "Internal Server Error")
        if refused:
            log.warning("a request from %s was refused (%s)", addr[0], type(exc).__name__)
        else:
            log.error("a request failed", exc_info=exc)
        try:
            util.write_error(client, status, words, "")
        except OSError:
            return

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Runs on the main thread, which never waits for one client."""
        again = not fs.cancelled() and fs.exception() is None and fs.result()
        if again:
            rest = conn.incoming.rest()
            conn.incoming = Incoming()
            self._wait(conn, limits.IDLE_SECONDS if self.alive else limits.LINGER_SECONDS)
            if rest:
                self._complete(conn, rest)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.discarded = 0
        self._wait(conn, limits.LINGER_SECONDS)

    def murder_pending(self) -> None:
        """gunicorn calls this at least once a second."""
        now = time.monotonic()
        for conn in [each for each in self._waiting if each.deadline <= now]:
            if conn.incoming.raw and conn.discarded is None:
                quietly_send(conn.sock, limits.TOO_SLOW)
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """At the end of the process: don't wait for idle clients."""
        for conn in self._waiting:
            if conn.idle():
                conn.deadline = min(conn.deadline, deadline)
