"""The gate before Bolt: a request that isn't well-formed, signed and fresh gets 400 or 401, without a traceback."""

import json
import re
import time
from binascii import a2b_qp
from collections.abc import Callable
from typing import Any

import structlog
from flask import Request, Response
from slack_bolt import App, BoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

log = structlog.get_logger(__name__)

BODY_BYTES = 256 * 1024
VERIFIED = "socket_mode"  # Bolt's word for a request that needs neither its parser nor its check of the signature
FORM = "application/x-www-form-urlencoded"
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
UNSIGNED = 401
HINT = "if Slack sent it, SLACK_SIGNING_SECRET isn't the app's, or this machine's clock is wrong"

Told = dict[str, Any]


class Rejected(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def events(app: App, signing_secret: str, now: Callable[[], float] = time.time) -> Callable[[Request], Response]:
    """The handler of POST /slack/events."""
    clock = Clock()
    clock.now = now  # type: ignore[method-assign]
    verifier = SignatureVerifier(signing_secret, clock)

    def answer(request: Request) -> Response:
        try:
            body = _body(request)
            _signed(verifier, request, body)
            told = _well_formed(request, body)
        except Rejected as rejected:
            said = {"why": rejected.why, "status": rejected.status}
            if rejected.status == UNSIGNED:
                log.warning("a request to /slack/events was rejected", **said, fix=HINT)
            else:
                log.info("a request to /slack/events was rejected", **said)
            return Response(json.dumps({"error": rejected.why}), rejected.status, mimetype="application/json")
        return _dispatch(app, told)

    return answer


def _body(request: Request) -> str:
    if (request.content_length or 0) > BODY_BYTES:
        raise Rejected(413, "the body is larger than Slack ever sends")
    raw = request.stream.read(BODY_BYTES + 1)
    if len(raw) > BODY_BYTES:
        raise Rejected(413, "the body is larger than Slack ever sends")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected(400, "the body is not UTF-8") from None


def _signed(verifier: SignatureVerifier, request: Request, body: str) -> None:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
        raise Rejected(UNSIGNED, "the request is not signed as Slack signs")
    if not verifier.is_valid(body, timestamp, signature):
        raise Rejected(UNSIGNED, "the signature is wrong or too old")


def _well_formed(request: Request, body: str) -> Told:
    """Parse Slack's request once: Bolt takes the result as it takes a message from the socket."""
    if request.mimetype != FORM:
        return _object(body, "the body is no JSON object of Slack's")
    if body.startswith(("{", "[")):  # its type isn't signed: what people wrote in an event would become fields
        raise Rejected(400, "the form is JSON")
    fields = _fields(body)
    if "payload" in fields:
        return _object(fields["payload"], "the payload is no JSON object of Slack's")
    if not {"command", "ssl_check"} & fields.keys():
        raise Rejected(400, "the form is neither a command nor an interaction")
    if "command" in fields and not {"user_id", "trigger_id"} <= fields.keys():
        raise Rejected(400, "the command names no person")
    return fields


def _fields(body: str) -> dict[str, str]:
    """The form's fields, as urllib's parse_qsl reads them."""
    pairs = (each.partition("=") for each in body.split("&") if each)
    return {_plain(name): _plain(value) for name, _, value in pairs}


def _plain(text: str) -> str:
    """Percent-decoded in C: a filled window has a thousand escapes, for which urllib takes as long as for all of Flask.

    Quoted-printable is the same code with another sign.
    """
    printable = text.replace("+", " ").replace("=", "=3D").replace("%", "=")
    return a2b_qp(printable.encode()).decode("utf-8", "replace")


def _object(text: str, otherwise: str) -> Told:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("type"), str) or not _whole(found):
        raise Rejected(400, otherwise)
    return found


def _whole(told: Told) -> bool:
    """A press must have actions and a submission a view, because Bolt reads them without checking."""
    if told["type"] == "block_actions":
        pressed = told.get("actions")
        return isinstance(pressed, list) and bool(pressed) and all(isinstance(each, dict) for each in pressed)
    return told["type"] not in {"view_submission", "view_closed"} or isinstance(told.get("view"), dict)


def _dispatch(app: App, told: Told) -> Response:
    """Without the request's headers and query: only the body is signed, and Bolt would obey some of its own headers."""
    answer = app.dispatch(BoltRequest(body=told, mode=VERIFIED))
    if answer.status == 404:  # nothing of ours: Slack wants to know that it arrived
        return Response("", 200)
    made = Response(answer.body, answer.status)
    for name, values in answer.headers.items():
        made.headers.setlist(name, list(values))
    return made
