"""Switch-over check: what the last use of the old and the new key tells, and how often to ask AWS."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from bot.domain.credential import Credential
from bot.domain.lifecycle import HELD, CredentialState
from bot.domain.schedule import ASK_USE, CLOCKS_DIFFER, IN_USE_WITHIN, USE_KNOWN_FOR


class Verdict(StrEnum):
    SAFE = "safe"  # the new key is in use, and the old one wasn't used for a day
    QUIET = "quiet"  # neither key is in use: not switched over yet, or not needed
    IN_USE = "in-use"
    UNKNOWN = "unknown"  # AWS wasn't asked recently, or didn't answer


class Doubt(StrEnum):
    """Why a switch-over isn't proven, so that the old key isn't deleted before its undo period is over."""

    NO_NEWER = "no-newer"  # there is no other key that works
    NEW_UNUSED = "new-unused"  # as far as AWS was asked
    OLD_USED = "old-used"  # after the new key was first used, within the last day


class Used(Protocol):
    """A key with what AWS last said about its use."""

    @property
    def used_at(self) -> datetime | None: ...
    @property
    def used_service(self) -> str | None: ...
    @property
    def used_region(self) -> str | None: ...
    @property
    def used_read_at(self) -> datetime | None: ...


class Replaced(Used, Protocol):
    """The old key of a switch-over, whether Latchkey issued it (Credential) or found it (Adopted)."""

    @property
    def state(self) -> StrEnum: ...
    @property
    def is_on(self) -> bool:
        """Active in AWS, as far as the ledger knows."""
        ...

    @property
    def pending_action(self) -> str | None:
        """What the worker still has to do to it in AWS, because someone pressed a button or hygiene asked for it."""
        ...

    @property
    def proof(self) -> str | None:
        """The mark of what its message says. None until AWS was asked for the first time in this switch-over."""
        ...


Old_co = TypeVar("Old_co", bound=Replaced, covariant=True)


@dataclass(frozen=True, slots=True)
class Proof(Generic[Old_co]):
    """Both keys, judged at one moment. `new` is None when nobody holds a newer key any more."""

    old: Old_co
    new: Credential | None
    now: datetime

    @property
    def verdict(self) -> Verdict:
        old, new = self.old, self.new
        if not read_lately(old, self.now):
            return Verdict.UNKNOWN
        if old.used_at is not None and self.now - old.used_at < IN_USE_WITHIN:
            return Verdict.IN_USE
        return Verdict.SAFE if new is not None and new.first_used_at else Verdict.QUIET

    @property
    def asked(self) -> bool:
        """Whether AWS was asked since this switch-over began."""
        return self.old.proof is not None

    @property
    def mark(self) -> str:
        """A text that stays the same while the message would say the same; a change triggers an update."""
        new = self.new
        unread = new is not None and not read_lately(new, self.now)
        moments = (self.old.used_at, new.first_used_at if new else None)
        verdict = self.verdict if self.old.is_on else self.old.state
        facts = (verdict, *(f"{int(each.timestamp())}" if each else "" for each in moments))
        return "|".join((*facts, "unread" if unread else "", new.id if new else ""))


def read_lately(key: Used, now: datetime) -> bool:
    """Whether AWS's last answer about this key is recent enough. One in the future was stored with a wrong clock."""
    return key.used_read_at is not None and -CLOCKS_DIFFER <= now - key.used_read_at < USE_KNOWN_FOR


def doubt(old: Used, new: Credential | None, now: datetime) -> Doubt | None:
    """None: the new key is in use, and nothing has used the old one since then or for a day."""
    if new is None or new.state not in HELD:
        return Doubt.NO_NEWER
    if new.first_used_at is None:
        return Doubt.NEW_UNUSED
    since = old.used_at is not None and old.used_at > new.first_used_at
    return Doubt.OLD_USED if since and old.used_at is not None and now - old.used_at < IN_USE_WITHIN else None


def successor(old: Credential, rows: tuple[Credential, ...]) -> Credential | None:
    """The newest other key of the grant that is held or can be brought back."""
    shown = {CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}
    return next((each for each in reversed(rows) if each.id != old.id and each.state in shown), None)


def ask_after(old: datetime, new: Credential | None, now: datetime) -> timedelta:
    """How often to read last use: every few minutes while a switch-over is likely, then less often.

    AWS itself records use in
    steps of 15 minutes. `old` is when the old key was created.
    """
    since = now - ((new.live_at or new.made_at) if new else old)
    return next(pause for within, pause in ASK_USE if since < within)
