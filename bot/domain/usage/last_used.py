"""When a key was last used, as IAM reports it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastUsed:
    """AWS's answer to GetAccessKeyLastUsed. `at` is None if AWS says that the key was never used."""

    at: datetime | None
    service: str | None = None
    region: str | None = None
