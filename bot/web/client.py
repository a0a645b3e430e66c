"""The client: its address behind a known number of proxies, and a description of its browser."""

from ipaddress import ip_address

from flask import Request

BROWSERS = (
    ("Edg", "Edge"),  # Edg/, EdgA/ and EdgiOS/
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def address(request: Request, hops: int) -> str:
    """The `hops`-th X-Forwarded-For entry from the right; 0 ignores the header."""
    direct = request.remote_addr or ""
    if hops == 0:
        return direct
    entries = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    if len(entries) < hops:
        return direct
    try:
        return str(ip_address(entries[-hops])).partition("%")[0]  # an IPv6 zone can be any text
    except ValueError:
        return direct


def browser_words(user_agent: str) -> str:
    """For example "Chrome on macOS"."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "an unknown browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
