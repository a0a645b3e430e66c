"""What a browser gets at `/`: where Latchkey is used, and the guide. Machines get the 404 of an unknown address."""

from flask import Flask, Response, render_template, request

from bot.web.guide import CSP

HTML = "text/html"


def register(app: Flask, command: str) -> None:
    """`command` is the slash command."""

    @app.before_request
    def front_page() -> Response | None:
        if request.path != "/" or request.method not in {"GET", "HEAD"} or not _wants_html():
            return None  # no rule for the address, so that every other request is answered as before
        response = Response(render_template("front_page.html", command=command), mimetype=HTML)
        response.headers["Content-Security-Policy"] = CSP
        response.vary.add("Accept")
        return response


def _wants_html() -> bool:
    """Only if the type is named: programs accept `*/*`, or say nothing."""
    return any(kind == HTML and quality for kind, quality in request.accept_mimetypes)
