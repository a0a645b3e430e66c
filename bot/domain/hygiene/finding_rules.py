"""The table of finding rules: threshold, evidence, remedy, and who is notified.

Each rule measures what was observed. A span is compared with the rule's threshold; True and False decide directly; None
is unknown, which neither opens nor closes a finding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.catalog import Hygiene
from bot.domain.hygiene import evidence as measured
from bot.domain.hygiene import evidence_text as text
from bot.domain.hygiene.evidence import NETWORKS_MOST, PEOPLE_MOST, Measure, Seen
from bot.domain.hygiene.finding import FindingKind, Step
from bot.domain.schedule import ENDING_STAGES, write_duration

REPLACE_AFTER = timedelta(days=30)  # a key with a longer lease is worth replacing by a session


class Verdict(StrEnum):
    FOUND = "found"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class About(StrEnum):
    KEY = "key"  # one key, by its access key id
    USER = "user"  # the whole IAM user
    SERVICE = "service credential"  # one, by its id


class Remedy(StrEnum):
    """How the finding can be resolved. slack/text/hygiene/findings.py has the sentence."""

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
    ONE_EACH = "one-each"
    LESS_POWER = "less-power"
    AWS_LOGIN = "aws-login"
    SHORT_BEDROCK = "short-term-bedrock-key"
    REPLACE_SERVICE_KEY = "replace-service-key"
    TRUST_A_ROLE = "trust-a-role"
    NARROW = "narrow"


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
ONCE = (Step.OWNER,)
TO_ADMINS = (Step.OWNER, Step.OWNER, Step.ADMINS)
LEAKED = (Step.OWNER, Step.APPROVERS, Step.ADMINS)
LEFT = (Step.APPROVERS, Step.APPROVERS, Step.APPROVERS, Step.ADMINS)  # as its countdown has it
AT_ONCE = (Step.ADMINS, Step.CHANNEL)
RENEWAL = "before a renewal"
BEFORE = f"{write_duration(ENDING_STAGES[0])} before"
SHARED_FROM = f"{NETWORKS_MOST + 1} networks or {PEOPLE_MOST + 1} people's tools in a day"
VALID_FOR = f"valid for {write_duration(REPLACE_AFTER)} or longer"


def _overlap(hygiene: Hygiene) -> timedelta:
    return hygiene.overlap


def _stale(hygiene: Hygiene) -> timedelta:
    return hygiene.stale


def _replace(_: Hygiene) -> timedelta:
    return REPLACE_AFTER


K, A, V, T = FindingKind, About, Remedy, ReportedBy
TABLE: tuple[Rule, ...] = (
    Rule(K.NEVER_USED, A.KEY, measured.unused_age, lambda rules: rules.never_used, text.life, V.GIVE_BACK, OWNERS),
    Rule(K.UNUSED, A.KEY, measured.idle, lambda rules: rules.unused, text.life, V.GIVE_BACK, OWNERS),
    Rule(K.STALE, A.KEY, measured.age, _stale, text.life, V.ROTATE, OWNERS),
    Rule(K.OLD_IN_USE, A.KEY, measured.used_beside_younger, _overlap, text.beside, V.SWITCH_OVER, STAYS_ON),
    Rule(K.REPLACEABLE, A.KEY, measured.replaceable_for, _replace, text.instead, V.USE_SESSION, ONCE),
    Rule(K.SHARED, A.KEY, measured.shared, None, text.shared, V.ONE_EACH, STAYS_ON, when=SHARED_FROM),
    Rule(K.CROSS_ACCOUNT_USE, A.KEY, measured.crosses_accounts, None, text.crosses_accounts, V.TRUST_A_ROLE, STAYS_ON),
    Rule(K.ADMIN_POWER, A.KEY, measured.can_grant, None, text.can_grant, V.LESS_POWER, TO_ADMINS),
    Rule(
        K.UNUSED_PERMISSIONS, A.KEY, measured.leaves_unused, None, text.leaves_unused, V.NARROW, ONCE, T.ENDING, RENEWAL
    ),
    Rule(
        K.LEASE_ENDING,
        A.KEY,
        measured.into_the_last_stage,
        lambda _: timedelta(0),
        text.ends,
        V.RENEW,
        STAYS_ON,
        T.ENDING,
        BEFORE,
    ),
    Rule(
        K.ORPHAN, A.KEY, lambda seen: seen.stranger, None, text.life, V.REVOKE, (Step.OWNER, Step.APPROVERS), T.ORPHANS
    ),
    Rule(K.TWO_ACTIVE, A.USER, measured.two_active_for, _overlap, text.two, V.ONE_KEY, STAYS_ON),
    Rule(K.MORE_THAN_TWO, A.USER, measured.more_than_two, None, text.more_than_two, V.DELETE_SPARE, AT_ONCE),
    Rule(K.LEAVER, A.USER, lambda seen: seen.owner_left, None, text.left, V.HAND_OVER, LEFT, T.LEAVE),
    Rule(K.OWNERLESS, A.USER, measured.without_owner, None, text.nobodys, V.CLAIM, (Step.CHANNEL,), T.OWNERLESS),
    Rule(K.ROOT_KEY, A.USER, measured.of_root, None, text.of_root, V.DELETE_ROOT_KEY, AT_ONCE, T.ALARM),
    Rule(K.NO_MFA, A.USER, measured.without_mfa, None, text.no_mfa, V.ENROL_MFA, TO_ADMINS),
    Rule(K.CONSOLE_AND_KEY, A.USER, measured.console_and_key, None, text.console_and_key, V.AWS_LOGIN, ONCE),
    Rule(
        K.QUARANTINED, A.USER, lambda seen: seen.quarantined, None, text.quarantined, V.REPLACE_LEAKED, LEAKED, T.ALARM
    ),
    Rule(
        K.UNKNOWN_USER,
        A.USER,
        lambda seen: seen.unknown_user,
        None,
        text.made_with_keys,
        V.DELETE_UNKNOWN,
        AT_ONCE,
        T.ALARM,
    ),
    Rule(K.UNKNOWN_KEY, A.KEY, lambda seen: seen.unknown_key, None, text.life, V.DELETE_UNKNOWN, AT_ONCE, T.ALARM),
    Rule(
        K.BEDROCK_KEY,
        A.SERVICE,
        measured.bedrock_life,
        _replace,
        text.of_service,
        V.SHORT_BEDROCK,
        STAYS_ON,
        when=VALID_FOR,
    ),
    Rule(K.SERVICE_KEY, A.SERVICE, measured.service_age, _stale, text.of_service, V.REPLACE_SERVICE_KEY, STAYS_ON),
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
