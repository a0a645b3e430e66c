"""POST /slack/events, answered before Flask: its routing and contexts take a tenth of an ack's processor time."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException

from bot.web.answer import failed, http_error, problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/slack/events"


def register(
    app: Flask,
    events: Callable[[Request], Response] | None,
    takes_work: Callable[[], bool],
    harden: Callable[[Response], Response],
) -> None:
    """`events` is None where Slack's requests come through a socket."""
    app.add_url_rule(PATH, "slack", lambda: problem(404), methods=["POST"])
    if events is None:
        return
    flask = app.wsgi_app

    def answer(asked: Request) -> Response:
        """What Flask does around a view of this app."""
        try:
            return events(asked) if takes_work() else problem(503)
        except HTTPException as error:
            return http_error(error)
        except Exception as error:  # noqa: BLE001 - the process's edge
            return failed("slack", error)

    def wsgi(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return flask(environ, start_response)
        return harden(answer(Request(environ)))(environ, start_response)

    app.wsgi_app = wsgi  # type: ignore[method-assign]
