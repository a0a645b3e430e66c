"""The collect page and its two endpoints, the guide, health and metrics, and in HTTP mode Slack's requests."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files

import structlog
from flask import Flask, Request, Response, request
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.domain.credential import Outcome
from bot.domain.ids import EnvelopeId
from bot.flows.issuing.reveal import Dead, Opened
from bot.sealing import PROOF_BYTES, VERSION, b64, unb64
from bot.secret import Secret
from bot.web import guide
from bot.web.client import address, browser_words
from bot.web.headers import harden

log = structlog.get_logger(__name__)

BODY_BYTES = 4096
WRONG_PROOFS = Counter("latchkey_wrong_proofs", "Requests to the one-time page with a wrong id or proof.")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # other ids never reach the database, which would reject a NUL
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
SENTENCES = {
    400: "This request isn't what the page sends. Open the link again from Slack and press Reveal.",
    403: "This request came from another site, so Latchkey did nothing.",
    404: "There is nothing here. Open the link again from Slack, or press Collect for a new one.",
    401: "Send METRICS_TOKEN as Authorization: Bearer.",
    405: "This address doesn't accept that method.",
    413: "The request is too large, so Latchkey did nothing.",
    415: "Send application/json.",
    500: "Something went wrong on our side. Go back to Slack and press Collect again.",
    503: "Latchkey is being updated, so nothing was opened. Press Reveal again in a minute.",
}

Reveal = Callable[[EnvelopeId, bytes, str, str], Opened | Dead | None]
Receipt = Callable[[EnvelopeId, bytes], bool]
Ready = Callable[[], Mapping[str, object]]


def create_app(
    *,
    reveal: Reveal,
    receipt: Receipt,
    ready: Ready,
    metrics: Callable[[], bytes],
    slack_events: Callable[[Request], Response] | None,
    public_url: str,
    proxy_hops: int,
    metrics_token: Secret | None = None,
    takes_work: Callable[[], bool] = lambda: True,
    wrong_proof: Callable[[], None] = WRONG_PROOFS.inc,
) -> Flask:
    """`reveal` takes envelope, proof, address and browser; this module doesn't know the ledger, Slack or AWS.

    `public_url` is the origin as a browser writes it. The port is public: `metrics_token` is required for the metrics.
    """
    guarded = _guarded(metrics, metrics_token)
    app = _bare(ready, guarded, static="static", https=public_url.startswith("https://"))
    page = _page()
    guide.register(app)

    @app.before_request
    def closed() -> Response | None:
        return _problem(503) if request.method == "POST" and not takes_work() else None

    @app.get("/c/<envelope>")
    def show(**_id: str) -> Response:  # the same bytes for every id: it reveals nothing about the envelope
        return Response(page, mimetype="text/html")

    @app.post("/c/<envelope>/reveal")
    def reveal_(envelope: str) -> Response:
        proof = _proof(public_url)
        found = None
        if proof is not None and ID.fullmatch(envelope):
            browser = browser_words(request.headers.get("User-Agent", ""))
            found = reveal(EnvelopeId(envelope), proof, address(request, proxy_hops), browser)
        if found is None:
            wrong_proof()
            return _problem(404)
        if isinstance(found, Dead):
            return _say({"problem": _why(found)}, 410)
        parts = {"nonce": found.nonce, "aad": found.aad, "ciphertext": found.ciphertext}
        return _say({"v": VERSION, **{name: b64(value) for name, value in parts.items()}})

    @app.post("/c/<envelope>/receipt")
    def receipt_(envelope: str) -> Response:
        proof = _proof(public_url)
        if proof is not None and ID.fullmatch(envelope) and receipt(EnvelopeId(envelope), proof):
            return Response(status=204)
        wrong_proof()
        return _problem(404)

    @app.post("/slack/events")
    def slack() -> Response:
        return _problem(404) if slack_events is None else slack_events(request)

    return app


def create_probe_app(*, ready: Ready, metrics: Callable[[], bytes]) -> Flask:
    """Health, readiness and metrics only, for the worker."""
    return _bare(ready, lambda: _plain(metrics()), static=None, https=False)


def _guarded(metrics: Callable[[], bytes], token: Secret | None) -> Callable[[], Response]:
    def answer() -> Response:
        if token is None:
            return _problem(404)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and Secret(given.strip()) == token:  # in constant time
            return _plain(metrics())
        refused = _problem(401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    return answer


def _plain(found: bytes) -> Response:
    return Response(found, content_type=PLAIN)


def _bare(ready: Ready, metrics: Callable[[], Response], *, static: str | None, https: bool) -> Flask:
    app = Flask("bot.web", static_url_path="/static", static_folder=static)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a preflight from another site is refused like any other method
    app.url_map.merge_slashes = False  # no redirects: the address bar holds the seed
    harden(app, https=https)

    @app.get("/healthz")
    def healthz() -> Response:
        return _say({"ok": True})

    @app.get("/readyz")
    def readyz() -> Response:
        state = ready()
        return _say(state, 200 if state.get("ok") else 503)

    app.add_url_rule("/metrics", "metrics", metrics)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)
    return app


def _page() -> bytes:
    return (files("bot.web") / "static" / "collect.html").read_bytes()


def _proof(origin: str) -> bytes | None:
    """The proof in a well-formed request; None for one that can't be right. Raises Unfit."""
    foreign = request.headers.get("Origin", origin) != origin
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Unfit(403)
    if request.mimetype != "application/json":
        raise Unfit(415)
    try:
        body = json.loads(_body())
    except (ValueError, RecursionError):
        raise Unfit(400) from None
    proof = body.get("proof") if isinstance(body, dict) else None
    if not isinstance(proof, str):
        raise Unfit(400)
    try:
        raw = unb64(proof)
    except ValueError:
        return None
    return raw if len(raw) == PROOF_BYTES else None


def _body() -> bytes:
    if (request.content_length or 0) > BODY_BYTES:
        raise Unfit(413)
    request.max_content_length = BODY_BYTES + 1  # a longer chunked body is silently truncated there
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        raise Unfit(413) from None
    if len(raw) > BODY_BYTES:
        raise Unfit(413)
    return raw


class Unfit(HTTPException):
    """A request that this page wouldn't send."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.code = status


def _say(found: Mapping[str, object], status: int = 200) -> Response:
    return Response(json.dumps(found), status, mimetype="application/json")


def _problem(status: int) -> Response:
    return _say({"problem": SENTENCES[status]}, status)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    made = _say({"problem": SENTENCES.get(status, SENTENCES[400])}, status)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        made.headers["Allow"] = ", ".join(sorted(allowed))
    return made


def _unforeseen(error: Exception) -> Response:
    log.error("a request failed", path_kind=request.endpoint or "unknown", exc_info=error)
    return _problem(500)


def _why(dead: Dead) -> str:
    at = _clock(dead.at)
    nothing = "nothing was handed out"
    return {
        Outcome.REVEALED: f"This link was opened at {at} and works only once. {_since(dead)}",
        Outcome.EXPIRED: f"This link expired at {at}; {nothing}. Press Collect in Slack for a new one.",
        Outcome.REPLACED: f"A newer link replaced this one at {at}; {nothing}. Use the newest one from Slack.",
        Outcome.REVOKED: f"This was revoked at {at}, before the link was opened; {nothing}.",
        Outcome.GIVEN_BACK: f"This was given back at {at}, before the link was opened; {nothing}.",
        Outcome.ENDED: f"The lease ended at {at}, before the link was opened; {nothing}.",
        Outcome.DISCARDED: f"Latchkey withdrew this link at {at}; {nothing}. Press Collect in Slack for a new one.",
    }[dead.outcome]


def _since(dead: Dead) -> str:
    """What happened to the credential since it was handed out."""
    if dead.over is None:
        return "If that wasn't you, revoke it in Slack."
    runs = f" Its session still works until {_clock(dead.works_until)}." if dead.works_until else ""
    return f"Since then it {'expired' if dead.over == 'expired' else f'was {dead.over}'}.{runs}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
