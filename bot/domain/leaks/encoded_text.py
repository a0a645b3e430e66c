"""Undo what hides pasted or logged text: percent, JSON escapes, HTML character references, invisible characters."""

import re
from urllib.parse import unquote

LAYERS = 3  # an address inside JSON inside an address
_ESCAPE = re.compile(
    r"\\u(00[0-9a-f]{2}|20[0-9a-f]{2}|feff)|&#x([0-9a-f]{1,2});|&#([0-9]{1,3});|\\([/nrt\"])", re.IGNORECASE
)
_SHORT = {"/": "/", '"': '"', "n": "\n", "r": "\r", "t": "\t"}

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


def visible(text: str) -> str:
    """Without characters of no width, which word processors and web pages leave inside an id."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def decoded(text: str) -> str:
    """One layer of encoding less; the same text if there is none. Takes linear time."""
    plain = _ESCAPE.sub(_character, text) if "&#" in text or "\\" in text else text
    return visible(unquote(plain) if "%" in plain else plain)


def _character(escape: re.Match[str]) -> str:
    hexadecimal = escape[1] or escape[2]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return _SHORT[escape[4].lower()] if escape[4] else chr(int(escape[3]))
