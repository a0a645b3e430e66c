"""The page's backend, in memory: envelopes that open once, tombstones, receipts, and a log of calls."""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.catalog import Kind
from bot.domain.ids import EnvelopeId
from bot.flows.issuing.about import About, Gone
from bot.flows.issuing.reveal import Dead, Opened
from bot.sealing import Sealed, b64, proof_of, seal
from bot.secret import Secret
from bot.totp import qr, uri

SEED = bytes(range(32))
OTHER_SEED = bytes(range(32, 64))
AT = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)
KEY = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "expires_at": "2026-12-01T14:03:00Z",
}
SECOND = KEY | {"mfa_serial": "arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1"}
SEED_OF_DEVICE = Secret("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2)
ADDRESS = uri(SEED_OF_DEVICE, "reports-read@123456789012")
CODED = SECOND | {
    "mfa_seed": SEED_OF_DEVICE.reveal(),
    "mfa_uri": ADDRESS.reveal(),
    "mfa_qr": qr(ADDRESS).reveal(),
}
WHAT = About(
    title="Read the sales reports",
    entitlement="reports-read",
    account="main",
    account_id="123456789012",
    kind=Kind.ACCESS_KEY,
    expires_at=datetime(2026, 12, 1, 14, 3, tzinfo=UTC),
    link_until=AT + timedelta(minutes=10),
    now=AT,
)
SESSION = KEY | {"access_key_id": "ASIAIOSFODNN7EXAMPLE", "session_token": "FwoGZXIvYXdzEXAMPLETOKEN//////////"}


@dataclass
class Desk:
    sealed: dict[bytes, Sealed] = field(default_factory=dict)
    dead: dict[bytes, Dead] = field(default_factory=dict)
    what: About | None = None  # None: the page learns nothing before Reveal, as if the server didn't answer
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    ready: dict[str, object] = field(default_factory=lambda: {"ok": True, "worker": "alive"})
    takes_work: bool = True
    wrong: int = 0
    breaks: Exception | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, content: dict[str, str], envelope: str = "envelopeofalice", seed: bytes = SEED) -> str:
        """Seal it and return the link's path."""
        plaintext = json.dumps(content).encode()
        made = seal(
            seed,
            envelope=envelope,
            owner="U01ALICE",
            access_key_id=content.get("access_key_id", ""),
            plaintext=plaintext,
            nonce=bytes(12),
        )
        self.sealed[self._name(envelope, proof_of(seed, envelope))] = made
        return f"/c/{envelope}#{b64(seed)}"

    def kill(self, outcome: str, envelope: str = "envelopeofalice", seed: bytes = SEED) -> str:
        self.dead[self._name(envelope, proof_of(seed, envelope))] = Dead(outcome, AT)
        return f"/c/{envelope}#{b64(seed)}"

    def reveal(self, envelope: EnvelopeId, proof: bytes, ip: str, browser: str) -> Opened | Dead | None:
        name = self._name(envelope, proof)
        with self.lock:
            self.asked.append((envelope, b64(proof), ip, browser))
            if self.breaks is not None:
                raise self.breaks
            won = self.sealed.pop(name, None)
            if won is None:
                return self.dead.get(name)
            self.dead[name] = Dead("revealed", AT)
            return Opened(won.nonce, won.aad, won.ciphertext)

    def about(self, envelope: EnvelopeId, proof: bytes) -> About | Gone | None:
        name = self._name(envelope, proof)
        if self.breaks is not None:
            raise self.breaks
        if name in self.sealed:
            return self.what
        return Gone() if name in self.dead else None

    def receipt(self, envelope: EnvelopeId, proof: bytes) -> bool:
        if self.breaks is not None:
            raise self.breaks
        dead = self.dead.get(self._name(envelope, proof))
        if dead is None or dead.outcome != "revealed":
            return False
        self.receipts.append(envelope)
        return True

    def count_wrong(self) -> None:
        self.wrong += 1

    @staticmethod
    def _name(envelope: str, proof: bytes) -> bytes:
        if "\0" in envelope:
            raise ValueError("PostgreSQL takes no NUL")
        return envelope.encode() + hashlib.sha256(proof).digest()
