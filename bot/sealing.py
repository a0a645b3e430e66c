"""Seal a secret for a link that the server doesn't keep: HKDF-SHA256 and AES-256-GCM, without IO."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import LatchkeyError
from bot.secret import Secret

VERSION = 1
SEED_BYTES = 32
NONCE_BYTES = 12
PROOF_BYTES = 32
_SEAL, _REVEAL = b"latchkey/v1/seal", b"latchkey/v1/reveal"


class Unsealable(LatchkeyError):
    """The seed, the envelope's id or a byte of the sealed secret doesn't match."""


@dataclass(frozen=True, slots=True)
class Sealed:
    nonce: bytes
    aad: bytes
    ciphertext: bytes


def seal(seed: bytes, *, envelope: str, owner: str, access_key_id: str, plaintext: bytes, nonce: bytes) -> Sealed:
    """`seed` has 32 and `nonce` 12 fresh random bytes; the AAD binds version, envelope, owner and access key id."""
    bound = {"access_key_id": access_key_id, "envelope": envelope, "owner": owner, "v": VERSION}
    aad = json.dumps(bound, separators=(",", ":"), sort_keys=True).encode()
    return Sealed(nonce, aad, AESGCM(_derive(seed, envelope, _SEAL)).encrypt(nonce, plaintext, aad))


def open_sealed(seed: bytes, envelope: str, sealed: Sealed) -> bytes:
    """The same as the page does in the browser. Raises Unsealable."""
    try:
        return AESGCM(_derive(seed, envelope, _SEAL)).decrypt(sealed.nonce, sealed.ciphertext, sealed.aad)
    except InvalidTag:
        raise Unsealable("this link doesn't open this envelope; press Collect again") from None


def proof_of(seed: bytes, envelope: str) -> bytes:
    """32 bytes that prove the right to open, without revealing the seed."""
    return _derive(seed, envelope, _REVEAL)


def proof_hash(proof: bytes) -> bytes:
    """What the database stores of a proof."""
    return hashlib.sha256(proof).digest()


def link(public_url: str, envelope: str, seed: bytes) -> Secret:
    """The one-time link. Its fragment is the seed, which browsers never send to a server."""
    return Secret(f"{public_url.rstrip('/')}/c/{envelope}#{b64(seed)}")


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The strict inverse: raises ValueError for anything that b64 wouldn't have produced."""
    raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if b64(raw) != text:
        raise ValueError("not base64url without padding")
    return raw


def _derive(seed: bytes, envelope: str, info: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise Unsealable("the link is incomplete; open it again from Slack")
    return HKDF(algorithm=SHA256(), length=32, salt=envelope.encode(), info=info).derive(seed)
