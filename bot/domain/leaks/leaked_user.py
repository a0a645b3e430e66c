"""What is on the IAM user of a leaked key, and what of it is new since the report.

Whoever has the key may be faster than Latchkey: a second key, a console password, a policy or a group on this user give
them a way back in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.ids import AccessKeyId

CLOCKS_DIFFER = timedelta(minutes=1)  # AWS's and ours: something made shortly before the report counts as new
DENY_ALL, QUARANTINE = "AWSDenyAll", "AWSCompromisedKeyQuarantineV3"
ONLY_DENIES = ("AWSDenyAll", "AWSCompromisedKeyQuarantine")  # AWS's policies that take permissions away


@dataclass(frozen=True, slots=True)
class UserKey:
    id: AccessKeyId
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """As AWS shows it now. A part that couldn't be read is None, and `unread` says which call failed."""

    arn: str | None = None
    keys: tuple[UserKey, ...] | None = None
    policies: Mapping[str, str] | None = None  # a digest by inline policy's name; "" by attached policy's ARN
    groups: tuple[str, ...] = ()  # with `policies`
    ended_before: datetime | None = None  # with `policies`: its sessions from before this are denied everything
    login_known: bool = False
    login_at: datetime | None = None  # since when it has a console password
    unread: tuple[str, ...] = ()  # call and error code

    @property
    def denied(self) -> bool:
        """AWSDenyAll is attached."""
        return any(each.rpartition("/")[2] == DENY_ALL for each in self.policies or ())

    def attached(self, policy: str) -> bool:
        """An AWS managed policy of this name."""
        return any(each.rpartition("/")[2] == policy for each in self.policies or ())


@dataclass(frozen=True, slots=True)
class Known:
    """What was there before, or was reported already. An empty digest stands for any content."""

    policies: Mapping[str, str] | None = None  # None: unknown; the first reading becomes the baseline
    groups: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    login_at: datetime | None = None
    denied: bool = False  # AWSDenyAll was attached before the incident, so it isn't Latchkey's to detach

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "Known | None":
        """From the ledger."""
        if stored is None:
            return None
        login = stored.get("login_at")
        return cls(
            stored.get("policies"),
            frozenset(stored.get("groups", ())),
            frozenset(stored.get("keys", ())),
            datetime.fromisoformat(login) if login else None,
            bool(stored.get("denied")),
        )

    def stored(self) -> dict[str, Any]:
        return {
            "policies": dict(self.policies) if self.policies is not None else None,
            "groups": sorted(self.groups),
            "keys": sorted(self.keys),
            "login_at": self.login_at.isoformat() if self.login_at else None,
            "denied": self.denied,
        }

    def based_on(self, now: Standing) -> "Known":
        """The first reading, where the ledger had none. A password that it shows may be new all the same."""
        return replace(self, policies=now.policies, groups=frozenset(now.groups), denied=now.denied)

    def with_(self, now: Standing) -> "Known":
        """Together with what AWS shows now, so that it is reported once. Keys are not: a new one stays new."""
        if now.policies is None:
            return replace(self, login_at=now.login_at or self.login_at)
        return replace(
            self,
            policies={**(self.policies or {}), **now.policies},
            groups=self.groups | set(now.groups),
            login_at=now.login_at or self.login_at,
        )


class NewsKind(StrEnum):
    KEY = "key"  # a key that wasn't there before the report, and that is active
    ACTIVE = "active"  # the leaked key is active again
    LOGIN = "login"  # a console password
    POLICY = "policy"  # attached or written since, or another text
    GROUP = "group"
    UNDENIED = "undenied"  # what Latchkey put on the user to end its sessions is gone


@dataclass(frozen=True, slots=True)
class News:
    kind: NewsKind
    name: str


@dataclass(frozen=True, slots=True)
class Watched:
    """The key whose user is watched. `ours`: the user belongs to a grant, so nobody else makes anything there."""

    key: AccessKeyId
    reported_at: datetime
    ours: bool
    keys: Collection[str] = field(default=frozenset())  # of this user that the ledger knows

    def news(self, known: Known, now: Standing) -> tuple[News, ...]:
        found = [News(NewsKind.ACTIVE, each.id) for each in now.keys or () if each.id == self.key and each.active]
        found += [News(NewsKind.KEY, each.id) for each in now.keys or () if self.is_new(known, each) and each.active]
        if now.login_at is not None and self._login_is_new(known, now.login_at):
            found.append(News(NewsKind.LOGIN, f"{now.login_at:%Y-%m-%dT%H:%M:%SZ}"))
        if now.policies is not None and known.policies is not None:
            changed = (name for name, text in now.policies.items() if _is_other(known.policies.get(name), text))
            found += [News(NewsKind.POLICY, each) for each in sorted(changed) if not only_denies(each)]
            found += [News(NewsKind.GROUP, each) for each in sorted(set(now.groups) - known.groups)]
        return tuple(found)

    def is_new(self, known: Known, key: UserKey) -> bool:
        if key.id == self.key or key.id in known.keys or key.id in self.keys:
            return False
        return self.ours or self._since(key.created_at)

    def _login_is_new(self, known: Known, at: datetime) -> bool:
        return self.ours or (at != known.login_at and self._since(at))

    def _since(self, at: datetime) -> bool:
        return at >= self.reported_at - CLOCKS_DIFFER


def only_denies(policy: str) -> bool:
    name = policy.rpartition("/")[2]
    return ":aws:policy/" in policy and name.startswith(ONLY_DENIES)


def _is_other(known: str | None, now: str) -> bool:
    return known is None or (known != "" and known != now)
