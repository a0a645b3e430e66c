"""From Slack to the app: signed HTTP or a websocket, and whether the response came in time."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from bot.sandbox.slack.people import Json
from bot.sandbox.slack.world import World

ACK_SECONDS = 3.0
TIMEOUT, FAILED = "operation_timeout", "dispatch_failed"


@dataclass(frozen=True)
class Ack:
    """The app's response; `error` is empty if Slack accepts it."""

    status: int | None = None
    body: str = ""
    error: str = ""
    why: str = ""  # there was no response

    def json(self) -> Any:
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Delivery:
    """One payload sent to the app; kept, so that a test can send it again."""

    kind: str  # slash_commands | interactive | events_api
    payload: Json
    retry: int = 0
    acks: list[Ack] = field(default_factory=list, compare=False)

    def body(self) -> str:
        if self.kind == "slash_commands":
            return urlencode(self.payload)
        if self.kind == "interactive":
            return urlencode({"payload": json.dumps(self.payload)})
        return json.dumps(self.payload)

    @property
    def mime(self) -> str:
        return "application/json" if self.kind == "events_api" else "application/x-www-form-urlencoded"


class Line(Protocol):
    """A websocket to the app; None if no app is connected."""

    def send(self, delivery: Delivery, wait: float) -> Ack | None: ...


def signature(secret: str, body: str, timestamp: int) -> str:
    """v0 of https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    def __init__(self, world: World, line: Line, ack_seconds: float = ACK_SECONDS) -> None:
        self._world = world
        self._line = line
        self.events_url: str | None = None
        self.ack_seconds = ack_seconds
        self.deliveries: list[Delivery] = []

    def headers(self, body: str, mime: str, *, timestamp: int | None = None, retry: int = 0) -> dict[str, str]:
        """Signed with the real clock, because the app's verifier uses it."""
        at = int(time.time()) if timestamp is None else timestamp
        signed = {
            "Content-Type": mime,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": signature(self._world.signing_secret, body, at),
        }
        return signed | ({"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"} if retry else {})

    def deliver(self, kind: str, payload: Json) -> Ack:
        """Send it to the app, and again if duplicates are planned; the first response counts."""
        extra = self._world.faults.copies()
        first = self.send(Delivery(kind, payload))
        for number in range(1, extra + 1):
            self.send(Delivery(kind, payload, retry=number))
        return first

    def send(self, delivery: Delivery) -> Ack:
        self.deliveries.append(delivery)
        body = delivery.body()
        ack = self._by_http(delivery, body) if self.events_url else self._by_socket(delivery)
        delivery.acks.append(ack)
        self._world.traffic.note("out", delivery.kind, body, ack.body, delivery.payload)
        if ack.error:
            self._world.workspace.complain(f"{delivery.kind}: {ack.error} ({ack.why or f'status {ack.status}'})")
        return ack

    def _by_http(self, delivery: Delivery, body: str) -> Ack:
        headers = self.headers(body, delivery.mime, retry=delivery.retry)
        started = time.monotonic()
        where = urlsplit(self.events_url or "")
        connection = HTTPConnection(where.netloc, timeout=self.ack_seconds)
        try:
            connection.request("POST", where.path, body.encode(), headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except TimeoutError:
            return Ack(error=TIMEOUT)
        except (OSError, HTTPException) as wrong:
            return Ack(error=FAILED, why=repr(wrong))
        finally:
            connection.close()
        if time.monotonic() - started > self.ack_seconds:
            return Ack(answer.status, text, TIMEOUT)
        return Ack(answer.status, text, "" if answer.status == 200 else FAILED)

    def _by_socket(self, delivery: Delivery) -> Ack:
        ack = self._line.send(delivery, self.ack_seconds)
        return ack if ack is not None else Ack(error=FAILED)
