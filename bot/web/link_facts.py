"""What a link is for, as JSON, before it is opened: only for somebody who has the seed, and it uses nothing up."""

from collections.abc import Callable

from flask import Flask, Response

from bot.domain.ids import EnvelopeId
from bot.flows.issuing.about import About, Gone
from bot.web import proof
from bot.web.answer import problem, say

ENDPOINT = "about"
GONE = "This link can't be opened any more. Press Reveal to see why."

Describe = Callable[[EnvelopeId, bytes], About | Gone | None]


def register(app: Flask, about: Describe, *, origin: str, wrong_proof: Callable[[], None]) -> None:
    """A GET, because it changes nothing; the proof comes in a header, so that no URL holds it."""

    @app.get("/c/<envelope>/about", endpoint=ENDPOINT)
    def answer(envelope: str) -> Response:
        given = proof.in_header(origin)
        found = about(EnvelopeId(envelope), given) if given is not None and proof.ID.fullmatch(envelope) else None
        if found is None:
            if given is not None:  # a proxy that takes the header away isn't an attack
                wrong_proof()
            return problem(404)
        return say({"problem": GONE}, 410) if isinstance(found, Gone) else say(_written(found))


def _written(found: About) -> dict[str, object]:
    times = (found.expires_at, found.link_until, found.now)
    expires_at, link_until, now = (at.isoformat() if at else None for at in times)
    named = {"title": found.title, "entitlement": found.entitlement, "kind": found.kind}
    where = {"account": found.account, "account_id": found.account_id}
    return named | where | {"expires_at": expires_at, "link_until": link_until, "now": now}
