"""POST events of the audit log to AUDIT_WEBHOOK_URL, signed as Slack signs its requests.

One connection stays open between events. Redirects aren't followed: the log goes where the setting says.
"""

import hmac
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlsplit

import structlog
from prometheus_client import Gauge

from bot import __version__
from bot.ports import Clock, Lag
from bot.secret import Secret

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 8.0  # for the whole answer, however slowly it drips
ANSWER_BYTES = 65_536  # of an answer that nobody reads; a longer one ends the connection
TAKEN = range(200, 300)
FAILED_OFTEN = 5
LAG_EVENTS = Gauge("latchkey_audit_webhook_lag_events", "Events that the audit webhook hasn't taken yet.")
LAG_SECONDS = Gauge("latchkey_audit_webhook_lag_seconds", "Age of the oldest event that it hasn't taken; 0 for none.")


def signature(secret: Secret, timestamp: str, body: bytes) -> str:
    signed = f"v0:{timestamp}:".encode() + body
    return f"v0={hmac.new(secret.reveal().encode(), signed, sha256).hexdigest()}"


class Webhook:
    """The port Receiver. For one thread."""

    def __init__(self, url: Secret, secret: Secret, clock: Clock, seconds: float = TIMEOUT_SECONDS) -> None:
        self._url, self._secret, self._clock, self._seconds = urlsplit(url.reveal()), secret, clock, seconds
        self._connection = self._connect()
        self._failed = 0  # in a row

    def post(self, body: bytes) -> str | None:
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"latchkey/{__version__}",
            "X-Latchkey-Request-Timestamp": timestamp,
            "X-Latchkey-Signature": signature(self._secret, timestamp, body),
        }
        cut = threading.Timer(self._seconds, self._cut)  # a socket's own time-out starts again with each byte
        cut.daemon = True
        cut.start()
        try:
            status = self._send(body, headers)
            why = None if status in TAKEN else f"HTTP {status}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            why = type(error).__name__
        finally:
            cut.cancel()
        self._note(why)
        return why

    def measure(self, lag: Lag) -> None:
        LAG_EVENTS.set(lag.events)
        LAG_SECONDS.set(0 if lag.since is None else max((self._clock.now() - lag.since).total_seconds(), 0))

    def close(self) -> None:
        self._connection.close()

    def _send(self, body: bytes, headers: dict[str, str]) -> int:
        target = f"{self._url.path or '/'}{'?' if self._url.query else ''}{self._url.query}"
        self._connection.request("POST", target, body, headers)
        answer = self._connection.getresponse()
        if len(answer.read(ANSWER_BYTES)) == ANSWER_BYTES or not answer.isclosed():
            self.close()
        return answer.status

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._seconds)
        return http.client.HTTPSConnection(host, port, timeout=self._seconds, context=ssl.create_default_context())

    def _cut(self) -> None:
        """Whoever reads or writes it gets an error."""
        found = self._connection.sock
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    def _note(self, why: str | None) -> None:
        """One line for each outage, not for each try."""
        self._failed = self._failed + 1 if why else 0
        if self._failed == FAILED_OFTEN:
            log.warning("the audit webhook doesn't take events; retrying", error=why)
