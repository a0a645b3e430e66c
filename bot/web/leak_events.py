"""POST /events/leak: AWS Health by an API destination of EventBridge, and GitHub's secret scanning alerts.

Each sender has its own secret, and one without a secret gets 404. Nothing of a body is logged.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, request
from prometheus_client import Counter

from bot.domain.leaks.incident import Source
from bot.domain.leaks.leak_event import BadEvent, LeakEvent, of_aws, of_github
from bot.secret import Secret
from bot.web import body
from bot.web.answer import say

log = structlog.get_logger(__name__)

BODY_BYTES = 256 * 1024
EVENTS = Counter("latchkey_leak_events", "Requests to /events/leak, by sender and outcome.", ["sender", "outcome"])
DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
ALERT, PING = "secret_scanning_alert", "ping"
REFUSED = {
    400: "The body isn't what this sender sends.",
    401: "The request isn't signed with the secret that Latchkey has.",
    404: "Latchkey has no secret for this sender.",
    413: "The body is larger than 256 KiB.",
    415: "Send application/json.",
}
OUTCOME = {400: "malformed", 401: "forged", 404: "off", 413: "malformed", 415: "malformed"}

Take = Callable[[LeakEvent], bool]
"""Acts on an event; False if it was taken before. Raises what the database raises."""


@dataclass(frozen=True, slots=True)
class Senders:
    take: Take
    aws_token: Secret | None = None
    github_secret: Secret | None = None


def register(app: Flask, senders: Senders | None) -> None:
    @app.post("/events/leak")
    def leak() -> Response:
        github = "X-GitHub-Event" in request.headers or "X-Hub-Signature-256" in request.headers
        sender = Source.GITHUB if github else Source.AWS_HEALTH
        try:
            answer, outcome = _github(senders) if github else _aws(senders)
        except body.Unfit as unfit:
            answer, outcome = _refused(unfit.code or 400), OUTCOME[unfit.code or 400]
            if outcome != "off":
                log.info("a request to /events/leak was refused", sender=sender.value, status=unfit.code)
        EVENTS.labels(sender.value, outcome).inc()
        return answer


def _aws(senders: Senders | None) -> tuple[Response, str]:
    if senders is None or senders.aws_token is None:
        raise body.Unfit(404)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or Secret(given.strip()) != senders.aws_token:  # in constant time
        raise body.Unfit(401)
    raw = body.read(BODY_BYTES)
    return _take(senders, *_read(lambda: of_aws(_json(raw))))


def _github(senders: Senders | None) -> tuple[Response, str]:
    if senders is None or senders.github_secret is None:
        raise body.Unfit(404)
    raw, given = body.read(BODY_BYTES), request.headers.get("X-Hub-Signature-256", "")
    made = hmac.new(senders.github_secret.reveal().encode(), raw, hashlib.sha256).hexdigest()
    if not SIGNATURE.fullmatch(given) or not hmac.compare_digest(f"sha256={made}", given):
        raise body.Unfit(401)
    event, delivery = request.headers.get("X-GitHub-Event"), request.headers.get("X-GitHub-Delivery", "")
    if event == PING:
        return say({"taken": 0}), "ping"
    if not DELIVERY.fullmatch(delivery):
        raise body.Unfit(400)
    if event != ALERT:
        return say({"taken": 0}), "ignored"
    ids = (delivery, hashlib.sha256(raw).hexdigest())  # the signature doesn't cover the delivery's id
    found = _read(lambda: of_github(ids, _json(raw)))
    return _take(senders, *(() if found is None else (found,)))


def _read(parse: Callable[[], Any]) -> Any:
    if request.mimetype != "application/json":
        raise body.Unfit(415)
    try:
        return parse()
    except BadEvent:
        raise body.Unfit(400) from None


def _json(raw: bytes) -> Any:
    """Raises BadEvent."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BadEvent("not JSON") from None


def _take(senders: Senders, *events: LeakEvent) -> tuple[Response, str]:
    taken = sum([senders.take(each) for each in events])
    log.info("leak events were taken", taken=taken, repeated=len(events) - taken)
    outcome = "taken" if taken else "repeated" if events else "ignored"
    return say({"taken": taken}, 202 if taken else 200), outcome


def _refused(status: int) -> Response:
    refused = say({"problem": REFUSED[status]}, status)
    if status == 401:
        refused.headers["WWW-Authenticate"] = "Bearer"
    return refused
