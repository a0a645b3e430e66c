"""Observe drift: compare an active grant's keys and IAM user, as AWS has them, with the ledger and the catalog."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.drift.difference import DifferenceKind
from bot.domain.grant import IAM_PATH, Grant
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import HELD, CredentialState, GrantState
from bot.domain.schedule import ORPHAN_PASSES

K = DifferenceKind
STANDING = HELD | {CredentialState.RETIRING}
OURS = ("grant", "owner", "entitlement")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entitlement puts on a user except for the lease date: policy names with digests of their text."""

    boundary: str | None
    policies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserSeen:
    """A grant's IAM user as AWS has it, without its keys."""

    path: str
    shape: Shape
    lease_until: datetime | None  # as in its Deny; None: it has none
    tags: Mapping[str, str]  # Latchkey's tags, without the prefix
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Drift as one pass observed it. The first three fields identify it."""

    kind: DifferenceKind
    about: str = ""  # an access key id
    evidence: str = ""  # a digest of what AWS has
    facts: Mapping[str, str] = field(default_factory=dict)  # shown to the people who are notified
    settled: bool = False  # it persists, but there is nothing left to repair

    @property
    def what(self) -> tuple[str, str, str]:
        return self.kind, self.about, self.evidence


def at_rest(grant: Grant, rows: Sequence[Credential], now: datetime) -> bool:
    """Whether nothing of this grant is in progress, so that AWS can be compared with the ledger."""
    runs = grant.state_at(now) is GrantState.ACTIVE and grant.renew_until is None
    return runs and not any(_moves(each, now) for each in rows if each.kind is Kind.ACCESS_KEY)


def _moves(row: Credential, now: datetime) -> bool:
    match row.state:
        case CredentialState.ISSUING | CredentialState.SEALED:
            return True
        case CredentialState.REVEALED | CredentialState.LIVE:
            return row.pending_action is not None
        case CredentialState.RETIRING:
            return row.pending_action is not None or row.delete_at is None or row.delete_at <= now
        case _:  # being torn down, or its mint is still being reconciled
            leaving = row.access_key_id is not None and row.gone_at is None
            doubtful = row.claimed_at is not None and row.state is not CredentialState.DELETED
            late = doubtful and row.ended_at is not None and now - row.ended_at <= ORPHAN_PASSES[-1]
            return leaving or late


def stands(row: Credential) -> bool:
    """Whether AWS should have this key."""
    return row.kind is Kind.ACCESS_KEY and row.state in STANDING


def see_keys(rows: Sequence[Credential], keys: Mapping[AccessKeyId, bool]) -> list[Sighting]:
    """Drift of a grant's keys. `keys`: the user's keys in AWS and whether each is Active."""
    found = []
    for row in rows:
        if row.access_key_id is None or not stands(row):
            continue
        active, off = keys.get(row.access_key_id), row.state is CredentialState.RETIRING
        if active is None:
            found.append(Sighting(K.KEY_GONE, row.access_key_id))
        elif active is off:
            found.append(Sighting(K.KEY_ON if off else K.KEY_OFF, row.access_key_id))
    known = {each.access_key_id for each in rows}
    strangers = sorted(set(keys) - known)
    return found + [
        Sighting(K.FOREIGN_KEY, each, facts={"active": "yes" if keys[each] else "no"}, settled=not keys[each])
        for each in strangers
    ]


def see_user(grant: Grant, user: UserSeen, versions: Sequence[Shape]) -> list[Sighting]:
    """Drift of a grant's user.

    `versions`: shapes the catalog has given users of this entitlement, the current one last.

    A catalog change is not drift: the next rotation applies it.
    """
    found = []
    if user.shape.boundary not in {each.boundary for each in versions}:
        found.append(_sighting(K.BOUNDARY, boundary=user.shape.boundary or ""))
    if facts := _policies(grant, user, versions):
        what = sorted(user.shape.policies.items())
        found.append(Sighting(K.POLICY, evidence=_digest(what, sorted(facts.items())), facts=facts))
    if tags := _tags(grant, user):
        found.append(_sighting(K.TAGS, tags=", ".join(f"{name}={user.tags.get(name, '')}" for name in tags)))
    if user.path != IAM_PATH:
        found.append(_sighting(K.PATH, path=user.path))
    if user.groups:
        found.append(_sighting(K.GROUPS, groups=", ".join(sorted(user.groups))))
    return found


def renamed(name: str) -> Sighting:
    """The grant's keys are on a user with another name."""
    return _sighting(K.PATH, name=name)


def _sighting(kind: DifferenceKind, **facts: str) -> Sighting:
    return Sighting(kind, evidence=_digest(sorted(facts.items())), facts=facts)


def _policies(grant: Grant, user: UserSeen, versions: Sequence[Shape]) -> dict[str, str]:
    facts, have, want = {}, user.shape.policies, versions[-1].policies
    if have not in [each.policies for each in versions]:
        both = have.keys() & want.keys()
        facts = {
            "changed": _names(each for each in both if have[each] != want[each]),
            "missing": _names(want.keys() - have.keys()),
            "extra": _names(have.keys() - want.keys()),
        }
    if user.lease_until != _second(grant.lease_until):
        facts["lease"] = user.lease_until.isoformat() if user.lease_until else ""
    return {name: value for name, value in facts.items() if value or name == "lease"}


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _tags(grant: Grant, user: UserSeen) -> list[str]:
    want = {"grant": grant.id, "owner": grant.owner, "entitlement": grant.entitlement}
    wrong = [name for name in OURS if user.tags.get(name) != want[name]]
    return wrong + ([] if _moment(user.tags.get("expires", "")) == _second(grant.lease_until) else ["expires"])


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
