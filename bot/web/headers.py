"""The headers of every response: no foreign content, no caching, no framing."""

from flask import Flask, Response
from werkzeug.datastructures import Headers

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
    "X-Robots-Tag": "noindex",
}
HSTS = "max-age=31536000"


def harden(app: Flask, *, https: bool) -> None:
    always = ALWAYS | ({"Strict-Transport-Security": HSTS} if https else {})
    ours = frozenset(name.lower() for name in always)

    def add(response: Response) -> Response:
        made = [each for each in response.headers if each[0].lower() not in ours]
        response.headers = Headers([*made, *always.items()])  # at once: each set() searches through all of them
        response.headers.setdefault("Content-Security-Policy", CSP)  # the guide's own is stricter
        return response

    app.after_request(add)
