"""Find AWS access keys in text that people paste: ids, and the secrets that may belong to them.

Everything here takes linear time, because outsiders write the text, and most messages cost two substring searches. A
secret leaves this module only as a `Secret`: whether it belongs to its id is for AWS to say. Nothing is kept.
"""

import re
from bisect import bisect
from dataclasses import dataclass

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.encoded_text import LAYERS, decoded, visible
from bot.secret import MASK, Secret

KEYS_MOST = 50  # ids in one text; a longer list is a report, not a leak
PAIRS_EACH = 3  # candidates for each id, the nearest ones
PAIRS_MOST = KEYS_MOST  # the nearest candidate of each id comes first
DISTINCT_LEAST = 12  # characters; a random secret has about 30 different ones, and 15 at the very least

# Ids have 20 characters today. "=" or "\n" as an escape may stand right before one, but never a capital or a digit.
_ID = re.compile(r"(?<![A-Z0-9])(A[KS]IA[A-Z0-9]{16})(?![A-Za-z0-9])", re.ASCII)
# Exactly 40 characters: a longer run is base64 of something else. NUL marks where an id was.
_SECRET = re.compile(r"(?:(?<=\0/)|(?<![A-Za-z0-9+/]))[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])", re.ASCII)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+", re.ASCII)
_SLACK = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_PLACEHOLDERS = ("EXAMPLE", "XXXXXXXXXXXX")


@dataclass(frozen=True, slots=True)
class Pair:
    """An id and a secret found near it."""

    key: AccessKeyId
    secret: Secret


@dataclass(frozen=True, slots=True)
class Found:
    """Distinct ids in the order of the text, and for each the nearest candidates."""

    keys: tuple[AccessKeyId, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys)


NOTHING = Found()


def scan(text: str) -> Found:
    """What leaked in this text. Ids of AWS's documentation (…EXAMPLE), checksums and commits are not reported."""
    plain = visible(text)
    if "KIA" not in plain and "SIA" not in plain:
        return NOTHING
    plain = _plain(plain)
    seen = [each for each in _ID.finditer(plain) if not _placeholder(each[1])]
    keys = tuple(dict.fromkeys(AccessKeyId(each[1]) for each in seen))[:KEYS_MOST]
    return Found(keys, _pairs(plain, seen, keys)) if keys else NOTHING


def masked(text: str) -> str:
    """The text without what may be a secret, for text that is shown again or kept."""
    blanked = _ID.sub(lambda each: "\0" * len(each[0]), text)
    for each in reversed([*_SECRET.finditer(blanked)]):
        if _like_a_secret(each[0]):
            text = text[: each.start()] + MASK + text[each.end() :]
    return text


def _plain(text: str) -> str:
    for written, character in _SLACK:
        text = text.replace(written, character)
    for _layer in range(LAYERS):
        before, text = text, decoded(text)
        if before == text:
            break
    return text


def _pairs(text: str, seen: list[re.Match[str]], keys: tuple[AccessKeyId, ...]) -> tuple[Pair, ...]:
    """The nearest candidate of each id first, then the second nearest."""
    blanked = _ID.sub(lambda each: "\0" * len(each[0]), text)
    secrets = [(each.start(), each[0]) for each in _SECRET.finditer(blanked) if _like_a_secret(each[0])]
    if not secrets:
        return ()
    made: dict[tuple[str, str], tuple[int, Pair]] = {}
    for each in seen:
        key = AccessKeyId(each[1])
        for rank, secret in enumerate(_nearest(secrets, each.start(), PAIRS_EACH) if key in keys else ()):
            made.setdefault((key, secret), (rank, Pair(key, Secret(secret))))
    return tuple(pair for _, pair in sorted(made.values(), key=lambda each: each[0])[:PAIRS_MOST])


def _nearest(places: list[tuple[int, str]], at: int, most: int) -> list[str]:
    """The nearest texts to this place, nearest first."""
    middle = bisect(places, (at, ""))
    around = places[max(0, middle - most) : middle + most]
    return [text for _, text in sorted(around, key=lambda each: abs(each[0] - at))[:most]]


def _placeholder(text: str) -> bool:
    return any(each in text for each in _PLACEHOLDERS)


def _like_a_secret(text: str) -> bool:
    mixed = text != text.upper() and text != text.lower()
    return mixed and len(set(text)) >= DISTINCT_LEAST and not _HEX.fullmatch(text) and "EXAMPLE" not in text
