"""The collect page and its two endpoints, the guide, health, metrics, leaks, and in HTTP mode Slack's requests."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files

from flask import Flask, Request, Response, request
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from bot.domain.credential import Outcome
from bot.domain.ids import EnvelopeId
from bot.flows.issuing.reveal import Dead, Opened
from bot.sealing import VERSION, b64
from bot.secret import Secret
from bot.web import front_page, guide, leak_events, link_facts, proof, slack
from bot.web.answer import failed, http_error, problem, say
from bot.web.client import address, browser_words
from bot.web.headers import hardening
from bot.web.link_facts import Describe

WRONG_PROOFS = Counter("latchkey_wrong_proofs", "Requests to the one-time page with a wrong id or proof.")
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
Reveal = Callable[[EnvelopeId, bytes, str, str], Opened | Dead | None]
Receipt = Callable[[EnvelopeId, bytes], bool]
Ready = Callable[[], Mapping[str, object]]


def create_app(
    *,
    about: Describe,
    reveal: Reveal,
    receipt: Receipt,
    ready: Ready,
    metrics: Callable[[], bytes],
    slack_events: Callable[[Request], Response] | None,
    public_url: str,
    proxy_hops: int,
    command: str = "/key",
    metrics_token: Secret | None = None,
    leaks: leak_events.Senders | None = None,
    takes_work: Callable[[], bool] = lambda: True,
    wrong_proof: Callable[[], None] = WRONG_PROOFS.inc,
) -> Flask:
    """`reveal` takes envelope, proof, address and browser; this module doesn't know the ledger, Slack or AWS.

    `public_url` is the origin as a browser writes it. The port is public: `metrics_token` is required for the metrics.
    """
    guarded = _guarded(metrics, metrics_token)
    harden = hardening(https=public_url.startswith("https://"))
    app = _bare(ready, guarded, harden, static="static")
    page = _page()
    front_page.register(app, command)
    guide.register(app)
    link_facts.register(app, about, origin=public_url, wrong_proof=wrong_proof)
    leak_events.register(app, leaks)

    @app.before_request
    def closed() -> Response | None:
        asks = request.method == "POST" or request.endpoint == link_facts.ENDPOINT
        return problem(503) if asks and not takes_work() else None

    @app.get("/c/<envelope>")
    def show(**_id: str) -> Response:  # the same bytes for every id: it reveals nothing about the envelope
        return Response(page, mimetype="text/html")

    @app.post("/c/<envelope>/reveal")
    def reveal_(envelope: str) -> Response:
        given = proof.posted(public_url)
        found = None
        if given is not None and proof.ID.fullmatch(envelope):
            browser = browser_words(request.headers.get("User-Agent", ""))
            found = reveal(EnvelopeId(envelope), given, address(request, proxy_hops), browser)
        if found is None:
            wrong_proof()
            return problem(404)
        if isinstance(found, Dead):
            return say({"problem": _why(found)}, 410)
        parts = {"nonce": found.nonce, "aad": found.aad, "ciphertext": found.ciphertext}
        return say({"v": VERSION, **{name: b64(value) for name, value in parts.items()}})

    @app.post("/c/<envelope>/receipt")
    def receipt_(envelope: str) -> Response:
        given = proof.posted(public_url)
        if given is not None and proof.ID.fullmatch(envelope) and receipt(EnvelopeId(envelope), given):
            return Response(status=204)
        wrong_proof()
        return problem(404)

    slack.register(app, slack_events, takes_work, harden)
    return app


def create_probe_app(*, ready: Ready, metrics: Callable[[], bytes]) -> Flask:
    """Health, readiness and metrics only, for the worker."""
    return _bare(ready, lambda: _plain(metrics()), hardening(https=False), static=None)


def _guarded(metrics: Callable[[], bytes], token: Secret | None) -> Callable[[], Response]:
    def answer() -> Response:
        if token is None:
            return problem(404)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and Secret(given.strip()) == token:  # in constant time
            return _plain(metrics())
        refused = problem(401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    return answer


def _plain(found: bytes) -> Response:
    return Response(found, content_type=PLAIN)


def _bare(
    ready: Ready, metrics: Callable[[], Response], harden: Callable[[Response], Response], *, static: str | None
) -> Flask:
    app = Flask("bot.web", static_url_path="/static", static_folder=static)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a preflight from another site is refused like any other method
    app.url_map.merge_slashes = False  # no redirects: the address bar holds the seed
    app.after_request(harden)

    @app.get("/healthz")
    def healthz() -> Response:
        return say({"ok": True})

    @app.get("/readyz")
    def readyz() -> Response:
        state = ready()
        return say(state, 200 if state.get("ok") else 503)

    app.add_url_rule("/metrics", "metrics", metrics)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, _unforeseen)
    return app


def _page() -> bytes:
    return (files("bot.web") / "static" / "collect.html").read_bytes()


def _unforeseen(error: Exception) -> Response:
    return failed(request.endpoint or "unknown", error)


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
