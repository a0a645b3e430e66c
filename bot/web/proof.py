"""The proof in a request: only the link's seed gives it, and it is checked for its form before the ledger is asked."""

import json
import re

from flask import request

from bot.sealing import PROOF_BYTES, unb64
from bot.web import body
from bot.web.body import Unfit

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of an envelope; others never reach the database, which would reject a NUL
BODY_BYTES = 4096
SCHEME = "proof"


def posted(origin: str) -> bytes | None:
    """The proof in a JSON body; None for one that can't be right. Raises Unfit."""
    _same_site(origin)
    if request.mimetype != "application/json":
        raise Unfit(415)
    try:
        given = json.loads(body.read(BODY_BYTES))
    except (ValueError, RecursionError):
        raise Unfit(400) from None
    proof = given.get("proof") if isinstance(given, dict) else None
    if not isinstance(proof, str):
        raise Unfit(400)
    return _decoded(proof)


def in_header(origin: str) -> bytes | None:
    """The proof in `Authorization: Proof …`, for a GET, which has no body. Raises Unfit."""
    _same_site(origin)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return _decoded(given.strip()) if scheme.lower() == SCHEME else None


def _same_site(origin: str) -> None:
    foreign = request.headers.get("Origin", origin) != origin
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Unfit(403)


def _decoded(proof: str) -> bytes | None:
    try:
        raw = unb64(proof)
    except ValueError:
        return None
    return raw if len(raw) == PROOF_BYTES else None
