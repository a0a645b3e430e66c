"""Evaluate one IAM user, as the credential report and the ledger have it, by the table of finding rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.catalog import Account, Hygiene
from bot.domain.hygiene.credential_report import Line
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.finding_rules import RULES, About, ReportedBy, Verdict, judge
from bot.domain.hygiene.inventory import FoundKey, FoundUser, seen_of_key, seen_of_user
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.hygiene.usage_evidence import with_usage
from bot.domain.ids import AccessKeyId
from bot.domain.ownership.owner import OwnerDecision, Ownership
from bot.domain.usage.key_usage import Usage

NOBODY = Ownership(None, known=False)


@dataclass(frozen=True, slots=True)
class Sighting:
    """`line` is None if the report lacks the user: findings of deleted keys are closed then, and none is opened."""

    user: FoundUser
    line: Line | None
    keys: tuple[FoundKey, ...]
    known: tuple[FoundKey, ...] = ()  # as the ledger had them
    open: tuple[Finding, ...] = ()
    whose: Ownership = NOBODY
    decision: OwnerDecision | None = None  # that was read
    runs_latchkey: bool = False
    granted: bool = False  # the IAM user of an active grant
    unknown: bool = False  # under /latchkey/, without such a grant
    power: tuple[str, ...] | None = None  # policies that let the user grant permissions
    services: tuple[ServiceCredential, ...] | None = None  # of the user; None: AWS didn't say
    usages: Mapping[AccessKeyId, Usage] = field(default_factory=dict)

    @property
    def told(self) -> str | None:
        """The owner to notify. An owner who has left isn't notified."""
        return None if self.whose.left else self.whose.owner

    @property
    def lost(self) -> frozenset[str]:
        """The ids of keys, and of service credentials with a finding, that the user no longer has."""
        keys = frozenset(each.access_key_id for each in self.gone if each.access_key_id)
        if self.services is None:
            return keys
        reported = {each.access_key_id for each in self.open if RULES[each.kind].about is About.SERVICE}
        return keys | (reported - {each.id for each in self.services})

    @property
    def gone(self) -> tuple[FoundKey, ...]:
        here = {each.id for each in self.keys}
        return tuple(each for each in self.known if each.id not in here)


@dataclass(frozen=True, slots=True)
class Judged:
    sighting: Sighting
    opened: tuple[Finding, ...] = ()
    closed: tuple[Finding, ...] = ()
    stands: tuple[Finding, ...] = ()  # open before, and still
    nameless: tuple[FoundKey, ...] = ()  # these have findings, and their access key ids are unknown

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.stands + self.opened


@dataclass(frozen=True, slots=True)
class Judge:
    account: Account
    hygiene: Hygiene
    now: datetime
    fresh: Callable[[], str]

    def judge(self, sighting: Sighting) -> Judged:
        lost = sighting.lost
        if sighting.line is None:
            over = tuple(each for each in sighting.open if each.access_key_id in lost)
            return Judged(sighting, closed=over, stands=tuple(each for each in sighting.open if each not in over))
        opened, settled, nameless = list[Finding](), set[tuple[str, FindingKind]](), list[FoundKey]()
        standing = {(each.access_key_id, each.kind) for each in sighting.open}
        for name, key, seen, verdicts in self._verdicts(sighting):
            found = [kind for kind, verdict in verdicts.items() if verdict is Verdict.FOUND]
            if key is not None and found and not name:
                nameless.append(key)
                continue
            opened += [self._finding(sighting, kind, name, seen) for kind in found if (name, kind) not in standing]
            settled |= {(name, kind) for kind, verdict in verdicts.items() if verdict is Verdict.CLEAR}
        settled_now = (
            each for each in sighting.open if (each.access_key_id, each.kind) in settled or each.access_key_id in lost
        )
        over = tuple(settled_now)
        stands = tuple(each for each in sighting.open if each not in over)
        return Judged(sighting, tuple(opened), over, stands, tuple(nameless))

    def _verdicts(self, sighting: Sighting) -> Iterator[tuple[str, FoundKey | None, Seen, dict[FindingKind, Verdict]]]:
        """For every key that Latchkey didn't issue (own_keys.py checks the others), service credential, and the user.

        Each with its id, which is empty for a user and for a key that isn't identified.
        """
        power = () if sighting.runs_latchkey else sighting.power  # the worker's own rights are `latchkey iam`'s
        for key in sighting.keys:
            if key.credential is None:
                seen = seen_of_key(key, sighting.keys, self.now, granted=sighting.granted, power=power)
                usage = sighting.usages.get(key.access_key_id) if key.access_key_id else None
                seen = with_usage(seen, usage, self.account)
                yield key.access_key_id or "", key, seen, judge(seen, self.hygiene, About.KEY)
        for each in sighting.services or ():
            seen = Seen(self.now, service=each)
            yield each.id, None, seen, judge(seen, self.hygiene, About.SERVICE)
        seen = seen_of_user(
            sighting.user,
            sighting.keys,
            self.now,
            sighting.whose,
            runs_latchkey=sighting.runs_latchkey,
            unknown=sighting.unknown,
        )
        yield "", None, seen, judge(seen, self.hygiene, About.USER)

    def _finding(self, sighting: Sighting, kind: FindingKind, key: str, seen: Seen) -> Finding:
        return Finding(
            id=self.fresh(),
            kind=kind,
            credential=None,
            owner=sighting.told,
            access_key_id=key,
            opened_at=self.now,
            evidence=RULES[kind].evidence(seen),
            told_at=self.now if RULES[kind].reported_by is ReportedBy.ALARM else None,
            account=sighting.user.account,
            iam_user=sighting.user.name,
        )
