"""Secrets of the in-memory AWS: generated, of the right length, and the same in every run."""

import random
from base64 import b32encode, b64encode

from bot.secret import Secret


def secret_of(key: str, size: int) -> Secret:
    """`size` in bytes before Base64."""
    return Secret(b64encode(random.Random(f"{key}{size}").randbytes(size)).decode())


def base32_seed_of(serial: str) -> Secret:
    """For an MFA device: 64 characters, as in AWS."""
    return Secret(b32encode(random.Random(serial).randbytes(40)).decode())
