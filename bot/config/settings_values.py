"""A parser for each setting: text becomes a value, or a sentence that says what to write instead."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DEFAULT_PORTS = {"https": 443, "http": 80}
AMBIGUOUS = frozenset("ßς\u200c\u200d")  # browsers encode these differently from Python's codec
_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
_SQLITE = "sqlite:///"
_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]*)(:[0-9]{1,5})?", re.ASCII)


class BadValue(ValueError):
    """What is wrong and how to fix it, without the setting's name in front. Never includes the value of a secret."""


def bot_token(text: str) -> str:
    if text.startswith(("xapp-", "xoxp-")):
        raise BadValue("is another kind of token; copy the Bot User OAuth Token, which begins with xoxb-")
    return one_word(text)


def app_token(text: str) -> str:
    if text.startswith("xox"):
        raise BadValue(
            "is another kind of token; create an App-Level Token (connections:write), which begins with xapp-"
        )
    return one_word(text)


def signing_secret(text: str) -> str:
    if text.startswith(("xox", "xapp-")):
        raise BadValue("is a token; copy the Signing Secret from the app's Basic Information page")
    return one_word(text)


def public_url(text: str) -> str:
    """The origin as browsers write it in their Origin header: lower case, punycode, without the default port.

    The page decrypts in the browser, which requires a secure context.
    """
    url = _url(text)
    if url.username is not None or url.password is not None:
        raise BadValue("includes a user name or password; write only https:// and the host")
    if url.path not in {"", "/"} or url.query or url.fragment:
        raise BadValue(f"{text!r} is more than a host; write it like https://latchkey.example.com, without a path")
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        raise BadValue(
            f"{text!r} is http; browsers decrypt only on https or on this machine, so write https:// "
            "(http is accepted on localhost and 127.0.0.1)"
        )
    return _origin(url)


def webhook_url(text: str) -> str:
    """It can hold a token, so no sentence repeats it."""
    url = _url(one_word(text))
    if url.username is not None or url.password is not None or url.fragment:
        raise BadValue("has a user name, a password or a #fragment; write https://, the host and the path alone")
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        raise BadValue(
            "is http, so anybody on the way could read the audit log; write https:// (http works on localhost)"
        )
    return text


def slack_api_url(text: str) -> str:
    url = _url(text)
    if not url.path.endswith("/api/") or url.query or url.fragment:
        raise BadValue(f"{text!r} isn't an API base URL; it must end in /api/, like https://slack.com/api/")
    return text


def command(text: str) -> str:
    if _COMMAND.fullmatch(text) is None:
        raise BadValue(f'{text!r} isn\'t a slash command; start with "/" and continue in lower case, like /key')
    return text


def database_url(text: str) -> str:
    """The URL as SQLAlchemy needs it, with a driver. It may hold a password, so no sentence repeats it."""
    scheme, found, rest = text.partition("://")
    if found and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        person, _, host = re.split(r"[/?]", rest, maxsplit=1)[0].rpartition("@")
        if "@" in person.partition(":")[2]:  # the driver would name what follows as the host, in an error message
            raise BadValue("has an @ in its password; write it as %40")
        if _HOST_AND_PORT.fullmatch(host) is None:
            raise BadValue("has an invalid host or port; write postgresql://user:password@host:5432/name")
        return f"postgresql+psycopg://{rest}"
    if found and scheme == "sqlite":
        if not text.startswith(_SQLITE) or text.removeprefix(_SQLITE) in {"", ":memory:"}:
            raise BadValue("names no file; write sqlite:/// and a path, like sqlite:////var/lib/latchkey/latchkey.db")
        return text
    raise BadValue("is neither postgresql:// nor sqlite:///; the ledger needs one of these two")


def is_relative_sqlite(url: str) -> bool:
    return url.startswith(_SQLITE) and not url.removeprefix(_SQLITE).startswith("/")


def port(text: str) -> int:
    if not _is_number(text) or not 1 <= int(text) <= 65535:
        raise BadValue(f"{text!r} isn't a port; write a number from 1 to 65535")
    return int(text)


def listen_address(text: str) -> str:
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        raise BadValue(
            f"{text!r} isn't an IP address; write 0.0.0.0 to be reached from other machines, or 127.0.0.1 from this one"
        ) from None


def hops(text: str) -> int:
    if not _is_number(text):
        raise BadValue(f"{text!r} isn't a number of proxies; write 0 if clients connect directly, 1 behind one proxy")
    return int(text)


def path(text: str) -> Path:
    return Path(text)


def log_level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise BadValue(f"{text!r} isn't a log level; write one of {', '.join(LEVELS)}")
    return text.upper()


def one_word(text: str) -> str:
    if not text.isascii() or any(sign.isspace() for sign in text):
        raise BadValue("contains a space, a line break or an unusual character; copy it again")
    return text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _url(text: str) -> SplitResult:
    mend = "isn't a web address; write https:// and a host"
    try:
        url = urlsplit(text)
        url.port  # noqa: B018  # reading it is the check
    except ValueError:
        raise BadValue(mend) from None
    if url.scheme not in {"https", "http"} or not url.hostname or any(sign.isspace() for sign in text):
        raise BadValue(mend)
    return url


def _origin(url: SplitResult) -> str:
    port = "" if url.port in {None, DEFAULT_PORTS[url.scheme]} else f":{url.port}"
    return f"{url.scheme}://{_host(url.hostname or '')}{port}"


def _host(name: str) -> str:
    """Raises BadValue."""
    if ":" in name:
        return f"[{ipaddress.ip_address(name).compressed}]"
    try:
        if AMBIGUOUS & set(name):
            raise UnicodeError
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadValue(f"{name!r} isn't a valid host name; write the form that begins with xn--") from None


def local_port(origin: str) -> int | None:
    """The port of an address on this machine alone; None if it is on another."""
    url = urlsplit(origin)
    if local_address(origin) is None:
        return None
    return url.port or DEFAULT_PORTS[url.scheme]


def local_address(origin: str) -> str | None:
    """The IP address to listen on for an address on this machine alone; None if it is on another."""
    host = urlsplit(origin).hostname or ""
    if not _is_loopback(host):
        return None
    return "127.0.0.1" if host.endswith("localhost") else host


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
