"""The table of finding rules: threshold, evidence, remedy and who is notified, for a key or its IAM user.

Each rule measures what was observed. A span is compared with the rule's threshold; True and False decide directly; None
is unknown, which neither opens nor closes a finding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain import evidence as measures
from bot.domain.catalog import Hygiene
from bot.domain.evidence import Measure, Seen
from bot.domain.finding import FindingKind, Step
from bot.domain.schedule import ENDING_STAGES, write_duration

REPLACE_AFTER = timedelta(days=30)  # a key with a longer lease is worth replacing by a session


class Verdict(StrEnum):
    FOUND = "found"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class About(StrEnum):
    KEY = "key"  # one key, by its access key id
    USER = "user"  # the whole IAM user


class Remedy(StrEnum):
    """How the finding can be resolved. slack/text/findings.py has the sentence."""

    ROTATE = "rotate"
    GIVE_BACK = "give-back"
    ONE_KEY = "one-key"
    SWITCH_OVER = "switch-over"
    RENEW = "renew"
    HAND_OVER = "hand-over"
    CLAIM = "claim"
    DELETE_ROOT_KEY = "delete-root-key"
    ENROL_MFA = "enrol-mfa"
    REPLACE_LEAKED = "replace-leaked"
    USE_SESSION = "use-session"
    DELETE_SPARE = "delete-spare"
    REVOKE = "revoke"
    DELETE_UNKNOWN = "delete-unknown"


class ReportedBy(StrEnum):
    """The flow that reports it."""

    DIGEST = "digest"
    ALARM = "alarm"  # at once
    ENDING = "ending"  # flows/lifecycle/expiry_notices.py
    ORPHANS = "orphans"  # flows/issuing/orphans.py
    LEAVE = "leave"  # flows/ownership/leavers.py
    OWNERLESS = "ownerless"  # flows/ownership/ownerless.py


@dataclass(frozen=True, slots=True)
class Rule:
    kind: FindingKind
    about: About
    measure: Callable[[Seen], Measure]
    threshold: Callable[[Hygiene], timedelta] | None  # None: the measure decides directly
    evidence: Callable[[Seen], str]
    remedy: Remedy
    escalation_steps: tuple[Step, ...]
    reported_by: ReportedBy = ReportedBy.DIGEST
    when: str = ""  # description, if the threshold alone doesn't explain it

    def verdict(self, seen: Seen, hygiene: Hygiene) -> Verdict:
        found = self.measure(seen)
        if found is None:
            return Verdict.UNKNOWN
        if isinstance(found, timedelta):
            found = self.threshold is None or found >= self.threshold(hygiene)
        return Verdict.FOUND if found else Verdict.CLEAR


OWNERS = (Step.OWNER, Step.OWNER, Step.APPROVERS, Step.OFF)
STAYS_ON = (Step.OWNER, Step.OWNER, Step.APPROVERS)  # the key is in use, so hygiene never deactivates it
AT_ONCE = (Step.ADMINS, Step.CHANNEL)

K, A, V, T = FindingKind, About, Remedy, ReportedBy
TABLE: tuple[Rule, ...] = (
    Rule(K.NEVER_USED, A.KEY, measures.unused_age, lambda rules: rules.never_used, measures.life, V.GIVE_BACK, OWNERS),
    Rule(K.UNUSED, A.KEY, measures.idle, lambda rules: rules.unused, measures.life, V.GIVE_BACK, OWNERS),
    Rule(K.STALE, A.KEY, measures.age, lambda rules: rules.stale, measures.life, V.ROTATE, OWNERS),
    Rule(
        K.OLD_IN_USE,
        A.KEY,
        measures.used_beside_younger,
        lambda rules: rules.overlap,
        measures.beside,
        V.SWITCH_OVER,
        STAYS_ON,
    ),
    Rule(
        K.REPLACEABLE,
        A.KEY,
        measures.replaceable_for,
        lambda _: REPLACE_AFTER,
        lambda seen: f"{measures.life(seen)}; {seen.session_instead} offers a session with the same permissions",
        V.USE_SESSION,
        (Step.OWNER,),
    ),
    Rule(
        K.LEASE_ENDING,
        A.KEY,
        measures.into_the_last_stage,
        lambda _: timedelta(0),
        measures.ends,
        V.RENEW,
        STAYS_ON,
        T.ENDING,
        when=f"{write_duration(ENDING_STAGES[0])} before",
    ),
    Rule(
        K.ORPHAN,
        A.KEY,
        lambda seen: seen.stranger,
        None,
        measures.life,
        V.REVOKE,
        (Step.OWNER, Step.APPROVERS),
        T.ORPHANS,
    ),
    Rule(
        K.TWO_ACTIVE,
        A.USER,
        measures.two_active_for,
        lambda rules: rules.overlap,
        measures.two,
        V.ONE_KEY,
        STAYS_ON,
    ),
    Rule(
        K.MORE_THAN_TWO,
        A.USER,
        lambda seen: None if seen.keys is None else seen.keys > measures.MEANT,
        None,
        lambda seen: f"{seen.keys} keys; AWS allows a user two",
        V.DELETE_SPARE,
        AT_ONCE,
    ),
    Rule(
        K.LEAVER,
        A.USER,
        lambda seen: seen.owner_left,
        None,
        lambda _: "its owner has left the workspace",
        V.HAND_OVER,
        (Step.APPROVERS, Step.APPROVERS, Step.APPROVERS, Step.ADMINS),  # as its countdown has it
        T.LEAVE,
    ),
    Rule(
        K.OWNERLESS,
        A.USER,
        lambda seen: None if seen.owned is None or seen.keys is None else not seen.owned and seen.keys > 0,
        None,
        measures.nobodys,
        V.CLAIM,
        (Step.CHANNEL,),
        T.OWNERLESS,
    ),
    Rule(
        K.ROOT_KEY,
        A.USER,
        lambda seen: (None if seen.active_keys is None else seen.active_keys > 0) if seen.root else False,
        None,
        lambda seen: f"the root user has {seen.active_keys} active access key{'' if seen.active_keys == 1 else 's'}",
        V.DELETE_ROOT_KEY,
        AT_ONCE,
        T.ALARM,
    ),
    Rule(
        K.NO_MFA,
        A.USER,
        measures.without_mfa,
        None,
        lambda _: "a console password and no MFA device",
        V.ENROL_MFA,
        (Step.OWNER, Step.OWNER, Step.ADMINS),
    ),
    Rule(
        K.QUARANTINED,
        A.USER,
        lambda seen: seen.quarantined,
        None,
        lambda _: "AWS attached AWSCompromisedKeyQuarantine: it found a key of this user in public",
        V.REPLACE_LEAKED,
        (Step.OWNER, Step.APPROVERS, Step.ADMINS),
        T.ALARM,
    ),
    Rule(
        K.UNKNOWN_USER,
        A.USER,
        lambda seen: seen.unknown_user,
        None,
        measures.made_with_keys,
        V.DELETE_UNKNOWN,
        AT_ONCE,
        T.ALARM,
    ),
    Rule(
        K.UNKNOWN_KEY,
        A.KEY,
        lambda seen: seen.unknown_key,
        None,
        measures.life,
        V.DELETE_UNKNOWN,
        AT_ONCE,
        T.ALARM,
    ),
)
RULES: Mapping[FindingKind, Rule] = {rule.kind: rule for rule in TABLE}
FIRST_OF = (K.NEVER_USED, K.UNUSED, K.STALE)
"""Only the first of these that applies is reported, so that there is one remedy at a time."""


def judge(seen: Seen, hygiene: Hygiene, about: About) -> dict[FindingKind, Verdict]:
    """Every rule for a key, or for a user, with its result."""
    verdicts = {rule.kind: rule.verdict(seen, hygiene) for rule in TABLE if rule.about is about}
    said = [kind for kind in FIRST_OF if verdicts.get(kind) is Verdict.FOUND]
    return verdicts | dict.fromkeys(said[1:], Verdict.CLEAR)


def threshold(kind: FindingKind, hygiene: Hygiene) -> str:
    """As written in the catalog, for example 90d. Empty if the rule has none."""
    rule = RULES[kind]
    return rule.when or (write_duration(rule.threshold(hygiene)) if rule.threshold else "")
