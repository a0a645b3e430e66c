"""Sealing against an independent HKDF with hmac, and every byte of an envelope flipped once."""

import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.sealing import Sealed, Unsealable, b64, link, open_sealed, proof_hash, proof_of, seal, unb64

SEED = bytes(range(32))
NONCE = bytes(range(12))
ENVELOPE = "envelopeofalice"
PLAINTEXT = b'{"access_key_id":"AKIAALICE"}'


def hkdf(seed: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block of SHA-256."""
    extracted = hmac.new(salt, seed, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def sealed(seed: bytes = SEED, envelope: str = ENVELOPE) -> Sealed:
    return seal(seed, envelope=envelope, owner="U01ALICE", access_key_id="AKIAALICE", plaintext=PLAINTEXT, nonce=NONCE)


def test_the_hkdf_here_is_the_one_of_the_rfc() -> None:
    """RFC 5869, A.1, whose first block doesn't depend on the length."""
    found = hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)))
    assert found.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"


def test_it_derives_the_key_that_the_page_derives() -> None:
    key = hkdf(SEED, ENVELOPE.encode(), b"latchkey/v1/seal")
    made = sealed()
    assert AESGCM(key).decrypt(NONCE, made.ciphertext, made.aad) == PLAINTEXT


def test_it_derives_the_proof_that_the_page_derives() -> None:
    assert proof_of(SEED, ENVELOPE) == hkdf(SEED, ENVELOPE.encode(), b"latchkey/v1/reveal")


def test_it_keeps_only_a_hash_of_the_proof() -> None:
    assert proof_hash(b"x" * 32) == hashlib.sha256(b"x" * 32).digest()


def test_the_proof_does_not_open_the_envelope() -> None:
    with pytest.raises(Unsealable):
        open_sealed(proof_of(SEED, ENVELOPE), ENVELOPE, sealed())


def test_it_binds_version_envelope_owner_and_key() -> None:
    bound = {"v": 1, "envelope": ENVELOPE, "owner": "U01ALICE", "access_key_id": "AKIAALICE"}
    assert json.loads(sealed().aad) == bound


def test_it_opens_what_it_sealed() -> None:
    assert open_sealed(SEED, ENVELOPE, sealed()) == PLAINTEXT


@pytest.mark.parametrize("part", ["nonce", "aad", "ciphertext"])
def test_it_refuses_every_flipped_byte(part: str) -> None:
    whole = sealed()
    for place in range(len(getattr(whole, part))):
        bent = {name: getattr(whole, name) for name in ("nonce", "aad", "ciphertext")}
        raw = bytearray(bent[part])
        raw[place] ^= 1
        with pytest.raises(Unsealable):
            open_sealed(SEED, ENVELOPE, Sealed(**{**bent, part: bytes(raw)}))


def test_it_refuses_parts_of_another_envelope() -> None:
    mine, other = sealed(), sealed(envelope="envelopeofbob")
    for mixed in (
        Sealed(mine.nonce, other.aad, mine.ciphertext),
        Sealed(mine.nonce, mine.aad, other.ciphertext),
        other,
    ):
        with pytest.raises(Unsealable):
            open_sealed(SEED, ENVELOPE, mixed)


def test_it_refuses_another_seed() -> None:
    with pytest.raises(Unsealable):
        open_sealed(bytes(32), ENVELOPE, sealed())


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_it_refuses_a_seed_of_another_length(length: int) -> None:
    with pytest.raises(Unsealable, match="incomplete"):
        proof_of(bytes(length), ENVELOPE)


def test_the_link_carries_the_seed_after_the_hash_and_is_masked() -> None:
    made = link("https://latchkey.example.com/", ENVELOPE, SEED)
    assert b64(SEED) not in f"{made}"
    assert made.reveal() == f"https://latchkey.example.com/c/{ENVELOPE}#{b64(SEED)}"
    assert len(b64(SEED)) == 43


@pytest.mark.parametrize("text", ["AA==", "AB", "A", "A A", "AA\n", "+/+/", "Ä"])
def test_it_reads_only_what_it_would_have_written(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - binascii, Unicode and our own are all of them ValueErrors
        unb64(text)


def test_base64url_goes_there_and_back() -> None:
    for length in range(40):
        raw = bytes(range(200, 200 + length))
        assert unb64(b64(raw)) == raw
