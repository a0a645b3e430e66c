"""JSON answers, and one sentence for each status that isn't a success."""

import json
from collections.abc import Mapping

import structlog
from flask import Response
from werkzeug.exceptions import HTTPException

log = structlog.get_logger(__name__)

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


def say(found: Mapping[str, object], status: int = 200) -> Response:
    return Response(json.dumps(found), status, mimetype="application/json")


def problem(status: int) -> Response:
    return say({"problem": SENTENCES[status]}, status)


def http_error(error: HTTPException) -> Response:
    status = error.code or 500
    made = say({"problem": SENTENCES.get(status, SENTENCES[400])}, status)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        made.headers["Allow"] = ", ".join(sorted(allowed))
    return made


def failed(path_kind: str, error: Exception) -> Response:
    log.error("a request failed", path_kind=path_kind, exc_info=error)
    return problem(500)
