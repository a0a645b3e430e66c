"""Whether a response_url is Slack's: whoever has the signing secret could name any address, also inside the network."""

from ipaddress import ip_address
from urllib.parse import urlsplit

SLACK = ("slack.com", "slack-gov.com")


def is_slacks(url: str, api_url: str) -> bool:
    """By its host; `api_url` is the API's base, and one that isn't Slack's own answers on its own host."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
        host, api_host = asked.hostname or "", api.hostname or ""
    except ValueError:
        return False
    if asked.scheme == "https" and host.endswith(tuple(f".{each}" for each in SLACK)):
        return True
    ours = host == api_host or (_here(host) and _here(api_host))
    return ours and api_host not in SLACK and asked.scheme in {"https", api.scheme}


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
