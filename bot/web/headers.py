"""The headers of every response: no foreign content, no caching, no framing."""

from collections.abc import Callable

from flask import Response

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


def hardening(*, https: bool) -> Callable[[Response], Response]:
    always = ALWAYS | ({"Strict-Transport-Security": HSTS} if https else {})

    def add(response: Response) -> Response:
        made = {name.lower() for name, _ in response.headers}
        for name, value in always.items():
            if name.lower() in made:
                response.headers[name] = value
            else:
                response.headers.add(name, value)  # without a search through all the others
        if "content-security-policy" not in made:  # the guide's own is stricter
            response.headers.add("Content-Security-Policy", CSP)
        return response

    return add
