"""Mask secrets before a log line is written, by the name of a key and by the form of a value.

Outsiders can cause log lines, so every text is cut before it is searched, and every pattern takes linear time: `re`
holds the interpreter lock while it searches (tests/test_regex.py).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.domain.leaks.encoded_text import LAYERS, decoded

MASK = "[redacted]"
LONGEST = 32 * 1024  # characters: a traceback through Flask and SQLAlchemy has about 10,000
SHORTEST = 40  # characters of a secret without a name or a prefix: a secret access key

NAMES = 512  # keys of log lines, remembered
_NAMES = "token|secret|proof|seed|passw|authorization|cookie|signature|ciphertext|private_key|credentials"
_NAMED = rf"(?:{_NAMES})[\w-]{{0,32}}"
_SECRET_KEY = re.compile(_NAMES, re.IGNORECASE)
BODIES = frozenset({"body", "payload", "view", "blocks", "form", "response_url"})
"""Keys of Slack's interaction bodies, which are never logged at any level: they hold the link."""

_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(/c/[A-Za-z0-9_-]+#)[^\s\"'<>|]+"), rf"\1{MASK}"),  # the link: its fragment is the seed
    # PostgreSQL repeats the row
    (re.compile(r"(DETAIL:\s{1,8}Failing row contains \().*?(?:\)\.(?=\n\n|\n?\Z)|\Z)", re.DOTALL), rf"\1{MASK})."),
    (re.compile(r"\b(?:xoxe\.)?xox[a-z]-[A-Za-z0-9-]+"), MASK),
    (re.compile(r"\bxapp-[A-Za-z0-9-]+"), MASK),
    # a database URL's password; one that isn't percent-encoded can have an @
    (re.compile(r"(://[^\s/:@]*:)[^\s/]+@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(bearer|basic)\s{1,8}[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?i)(signature=)[0-9a-f]{16,}"), rf"\1{MASK}"),
    (re.compile(r"\bv0=[0-9a-f]{64}\b"), MASK),  # X-Slack-Signature
    (re.compile(r"hooks\.slack\.com/\S+"), MASK),  # a response_url gives permission to post
    (re.compile(rf"(?i)({_NAMED}[\"']?\s{{0,8}}=\s{{0,8}}[\"']?)(?:(?<=')[^']+|[^\s\"'&,;)}}\]]+)"), rf"\1{MASK}"),
    (re.compile(rf"(?i)({_NAMED}[\"']\s{{0,8}}:\s{{0,8}}b?[\"'])[^\"']*"), rf"\1{MASK}"),
    # as YAML and headers have it
    (re.compile(rf"(?i)({_NAMED}:[ \t]{{1,8}})[^\s\"'<>,;)}}\]]{{16,}}"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(<\w{{0,32}}(?:{_NAMES})\w{{0,32}}>)[^<]+"), rf"\1{MASK}"),  # AWS answers in XML
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"), MASK),  # a secret access key
    (re.compile(r"(A[KS]IA[A-Z0-9]{16}/)[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"), rf"\1{MASK}"),  # beside its id
    (re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_=-])"), MASK),  # a seed or a proof
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{100,}={0,2}"), MASK),  # a session token
    (re.compile(r"(?i)\botpauth:[^\s\"'<>]+"), MASK),  # an MFA device's seed, as an authenticator reads it
    (re.compile(r"(?<![A-Z2-7])[A-Z2-7]{64}(?![A-Z2-7=])"), MASK),  # and as AWS writes it
)

_WORD = re.compile(r"[A-Za-z0-9_.:+-]*")
_PREFIX = re.compile(r"xox|xapp|otpauth", re.IGNORECASE)


def scrub(text: str) -> str:
    """Cut, then mask. If an encoded part holds a secret, the decoded text is written, masked."""
    if _harmless(text):
        return text
    text = plain = _mask(_cut(text))
    for _layer in range(LAYERS):
        before, plain = plain, decoded(plain)
        if before == plain:
            break
        masked = _mask(plain)
        if masked != plain:
            text = plain = masked
    return text


def _harmless(text: str) -> bool:
    """Most of what is logged is a word, an id or a time, which none of the patterns masks."""
    return len(text) < SHORTEST and _WORD.fullmatch(text) is not None and _PREFIX.search(text) is None


def _cut(text: str) -> str:
    """Drop the last word too: half a secret no longer matches its pattern."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST]
    kept = kept.removesuffix(kept.split()[-1]) if kept.strip() else ""
    return f"{kept}[{len(text) - len(kept)} more characters]"


def _mask(text: str) -> str:
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return text


def redact(value: Any) -> Any:
    """A copy that is safe to log. Values that aren't plain data become their masked repr."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return scrub(value)
        case bytes() | bytearray():
            return f"[{len(value)} bytes]"
        case datetime():
            return value.isoformat()
        case Mapping():
            return dict(_named(str(key), each) for key, each in value.items())
        case list() | tuple() | set() | frozenset():
            return [redact(each) for each in value]
        case _:
            return scrub(repr(value))


def _named(key: str, value: Any) -> tuple[str, Any]:
    name, hides = _key(key) if len(key) < SHORTEST else _read_key(key)
    return name, redact(value) if value is None or isinstance(value, bool) or not hides else MASK


def _read_key(key: str) -> tuple[str, bool]:
    """As it is logged, and whether its value isn't."""
    return scrub(key), key.lower() in BODIES or _SECRET_KEY.search(key) is not None


_key = lru_cache(NAMES)(_read_key)
"""Nearly all keys are words of our code. What is as long as a secret isn't kept."""
