"""The AWS account that an access key belongs to: its number is part of the key's id."""

from base64 import b32decode
from binascii import Error

from bot.domain.ids import AccessKeyId

MASK, SHIFT = 0x7FFFFFFFFF80, 7  # of the first six bytes after AKIA or ASIA
NEW = frozenset("QRSTUVWXYZ234567")  # how the rest of such an id begins; one of before 2019 doesn't carry the account


def account_in(key: AccessKeyId) -> str | None:
    """Twelve digits, or None for a key whose id doesn't say."""
    body = key[4:]
    if body[:1] not in NEW:
        return None
    try:
        first = b32decode(body[: len(body) // 8 * 8])[:6]
    except Error:
        return None
    if len(first) < 6:
        return None
    return f"{(int.from_bytes(first, 'big') & MASK) >> SHIFT:012d}"
