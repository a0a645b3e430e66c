"""Proof of switch-over: what the last use of an old and a new key says, and how often it is worth asking AWS."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.credential import Credential
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import ASK_USE, CLOCKS_DIFFER, IN_USE_WITHIN, USE_KNOWN_FOR


class Verdict(StrEnum):
    SAFE = "safe"  # the new key is in use, and nothing used the old one for a day
    QUIET = "quiet"  # nothing uses either: nobody has switched over yet, or nobody needs it
    IN_USE = "in-use"
    UNKNOWN = "unknown"  # AWS was not asked lately, or did not answer


class Used(Protocol):
    """A key with what AWS last said of its use."""

    @property
    def used_at(self) -> datetime | None: ...
    @property
    def used_read_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Both keys side by side, judged at one moment. `new` is None where no younger key is held any more."""

    old: Credential
    new: Credential | None
    now: datetime

    @property
    def verdict(self) -> Verdict:
        return verdict(self.old, self.new, self.now)

    @property
    def asked(self) -> bool:
        """Whether AWS was asked since this rotation began."""
        return self.old.proof is not None

    @property
    def mark(self) -> str:
        """The same as long as the message would say the same: what is told again only when it is news."""
        new = self.new
        unread = new is not None and not read_lately(new, self.now)
        moments = (self.old.used_at, new.first_used_at if new else None)
        verdict = self.verdict if self.old.state is CredentialState.LIVE else self.old.state
        facts = (verdict, *(f"{int(each.timestamp())}" if each else "" for each in moments))
        return "|".join((*facts, "unread" if unread else "", new.id if new else ""))


def verdict(old: Used, new: Credential | None, now: datetime) -> Verdict:
    if not read_lately(old, now):
        return Verdict.UNKNOWN
    if old.used_at is not None and now - old.used_at < IN_USE_WITHIN:
        return Verdict.IN_USE
    return Verdict.SAFE if new is not None and new.first_used_at else Verdict.QUIET


def read_lately(key: Used, now: datetime) -> bool:
    """Whether AWS's last answer about this key still says anything. One that lies ahead came under a wrong date."""
    return key.used_read_at is not None and -CLOCKS_DIFFER <= now - key.used_read_at < USE_KNOWN_FOR


def successor(old: Credential, rows: tuple[Credential, ...]) -> Credential | None:
    """The youngest other key of the grant that somebody holds or may bring back."""
    shown = {CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}
    return next((each for each in reversed(rows) if each.id != old.id and each.state in shown), None)


def ask_after(old: datetime, new: Credential | None, now: datetime) -> timedelta:
    """Every few minutes while somebody is likely to be switching over, then less often. AWS itself notes the first
    use of each quarter of an hour. `old` is when the old key was made.
    """
    since = now - ((new.live_at or new.made_at) if new else old)
    return next(pause for within, pause in ASK_USE if since < within)
