"""Evaluate one IAM user, as the credential report and the ledger have it, by the table of finding rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Hygiene
from bot.domain.credential_report import Line
from bot.domain.evidence import Seen
from bot.domain.finding import Finding, FindingKind
from bot.domain.finding_rules import RULES, About, ReportedBy, Verdict, judge
from bot.domain.inventory import FoundKey, FoundUser, seen_of_key, seen_of_user
from bot.domain.ownership import Ownership, Word

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
    word: Word | None = None  # that was read
    runs_latchkey: bool = False
    granted: bool = False  # the IAM user of an active grant
    unknown: bool = False  # under /latchkey/, without such a grant

    @property
    def told(self) -> str | None:
        """The owner to notify. An owner who has left isn't notified."""
        return None if self.whose.left else self.whose.owner

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
    hygiene: Hygiene
    now: datetime
    fresh: Callable[[], str]

    def judge(self, sighting: Sighting) -> Judged:
        lost = {each.access_key_id for each in sighting.gone if each.access_key_id}
        if sighting.line is None:
            over = tuple(each for each in sighting.open if each.access_key_id in lost)
            return Judged(sighting, closed=over, stands=tuple(each for each in sighting.open if each not in over))
        opened, settled, nameless = list[Finding](), set[tuple[str, FindingKind]](), list[FoundKey]()
        standing = {(each.access_key_id, each.kind) for each in sighting.open}
        for key, seen, verdicts in self._verdicts(sighting):
            name = (key.access_key_id or "") if key else ""
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

    def _verdicts(self, sighting: Sighting) -> Iterator[tuple[FoundKey | None, Seen, dict[FindingKind, Verdict]]]:
        """For every key that Latchkey didn't issue (own_keys.py checks the others), and for the user."""
        for key in sighting.keys:
            if key.credential is None:
                seen = seen_of_key(key, sighting.keys, self.now, granted=sighting.granted)
                yield key, seen, judge(seen, self.hygiene, About.KEY)
        seen = seen_of_user(
            sighting.user,
            sighting.keys,
            self.now,
            sighting.whose,
            runs_latchkey=sighting.runs_latchkey,
            unknown=sighting.unknown,
        )
        yield None, seen, judge(seen, self.hygiene, About.USER)

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
