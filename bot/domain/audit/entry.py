"""The line of an audit export and of the audit webhook: one event, chained to the one before by a hash. Version 1.

A line is JSON in ASCII without spaces, with the names in the order of NAMES and those in `facts` sorted. Its hash is
the SHA-256, in hex, of that line without `hash` itself, so it covers the content and the hash of the line before. The
guide's page about the audit log describes both, so that other programs can check them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

VERSION = 1
START = "0" * 64  # what the first event has as the hash before it
NAMES = ("v", "seq", "event", "actor", "subject", "at", "facts", "previous_hash", "hash")
CLOSING = ("v", "count", "first_previous_hash", "last_hash", "hash")


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its number in the chain. `event` is text, because an older release may have had other tags."""

    seq: int
    event: str
    actor: str
    subject: str
    at: datetime
    facts: Mapping[str, str]
    previous_hash: str
    hash: str = ""

    def content(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "v": VERSION,
            "seq": self.seq,
            "event": self.event,
            "actor": self.actor,
            "subject": self.subject,
            "at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "facts": dict(sorted(self.facts.items())),
            "previous_hash": self.previous_hash,
        }

    def line(self) -> dict[str, Any]:
        """With the hash as stored: an event that was changed since no longer fits it."""
        return {**self.content(), "hash": self.hash}


def closing(count: int, first_previous_hash: str, last_hash: str) -> dict[str, Any]:
    """The last line of an export. Without it the export was cut off."""
    content = {"v": VERSION, "count": count, "first_previous_hash": first_previous_hash, "last_hash": last_hash}
    return {**content, "hash": hash_of(content)}


def hash_of(content: Mapping[str, Any]) -> str:
    return sha256(as_json(content).encode("ascii")).hexdigest()


def as_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))


def sound(line: Mapping[str, Any]) -> bool:
    """Whether its hash is that of its content."""
    return line.get("hash") == hash_of({name: value for name, value in line.items() if name != "hash"})
