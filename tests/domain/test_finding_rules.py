"""The table of rules, row by row: below, at and above its threshold, and with unreadable inputs."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.catalog import Hygiene
from bot.domain.evidence import Seen
from bot.domain.finding import Exemption, FindingKind, LastUsed, Step
from bot.domain.finding_rules import (
    AT_ONCE,
    FIRST_OF,
    REPLACE_AFTER,
    RULES,
    TABLE,
    About,
    Remedy,
    ReportedBy,
    Verdict,
    judge,
    threshold,
)
from bot.domain.schedule import ENDING_STAGES
from bot.slack.text.hygiene.findings import FIXES, SAYS
from tests.fakes import START
from tests.store.rows import a_finding

RULE = Hygiene()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
K, FOUND, CLEAR, UNKNOWN = FindingKind, Verdict.FOUND, Verdict.CLEAR, Verdict.UNKNOWN
NEVER = LastUsed(None)


def used(before: timedelta) -> LastUsed:
    return LastUsed(START - before, "s3", "eu-central-1")


def key(age: timedelta, use: LastUsed | None, **more: Any) -> Seen:
    return Seen(START, **{"active": True, "created_at": START - age, "used": use, **more})


def user(**more: Any) -> Seen:
    return Seen(START, **more)


def beside(younger: timedelta, use: LastUsed | None, **more: Any) -> Seen:
    return key(200 * DAY, use, younger_made_at=START - younger, **more)


def leased(left: timedelta) -> Seen:
    return key(DAY, NEVER, lease_until=START + left)


def made(*moments: timedelta) -> dict[str, Any]:
    """Active keys created this long ago."""
    ages: list[datetime] = sorted(START - each for each in moments)
    return {"active_keys": len(ages), "second_made_at": ages[1] if len(ages) > 1 else None, "keys": len(ages)}


WEEK, MONTH = RULE.overlap, REPLACE_AFTER
ROWS: list[tuple[FindingKind, str, Seen, Verdict]] = [
    (K.STALE, "below", key(RULE.stale - SECOND, used(DAY)), CLEAR),
    (K.STALE, "at", key(RULE.stale, used(DAY)), FOUND),
    (K.STALE, "above", key(RULE.stale + 300 * DAY, used(DAY)), FOUND),
    (K.STALE, "switched off", key(RULE.stale, used(DAY), active=False), CLEAR),
    (K.STALE, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.STALE, "unreadable age", replace(key(DAY, used(DAY)), created_at=None), UNKNOWN),
    (K.STALE, "unreadable state", key(900 * DAY, used(DAY), active=None), UNKNOWN),
    (K.UNUSED, "below", key(100 * DAY, used(RULE.unused - SECOND)), CLEAR),
    (K.UNUSED, "at", key(100 * DAY, used(RULE.unused)), FOUND),
    (K.UNUSED, "above", key(100 * DAY, used(RULE.unused + DAY)), FOUND),
    (K.UNUSED, "switched off", key(100 * DAY, used(RULE.unused), active=False), CLEAR),
    (K.UNUSED, "never used is another row", key(100 * DAY, NEVER), CLEAR),
    (K.UNUSED, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.UNUSED, "unreadable state", key(100 * DAY, used(RULE.unused), active=None), UNKNOWN),
    (K.NEVER_USED, "below", key(RULE.never_used - SECOND, NEVER), CLEAR),
    (K.NEVER_USED, "at", key(RULE.never_used, NEVER), FOUND),
    (K.NEVER_USED, "above", key(RULE.never_used + DAY, NEVER), FOUND),
    (K.NEVER_USED, "used once", key(RULE.never_used, used(DAY)), CLEAR),
    (K.NEVER_USED, "switched off", key(RULE.never_used, NEVER, active=False), CLEAR),
    (K.NEVER_USED, "unreadable use", key(900 * DAY, None), UNKNOWN),
    (K.NEVER_USED, "unreadable age", replace(key(DAY, NEVER), created_at=None), UNKNOWN),
    (K.TWO_ACTIVE, "below: one key", user(**made(99 * DAY)), CLEAR),
    (K.TWO_ACTIVE, "below: a rotation", user(**made(99 * DAY, WEEK - SECOND)), CLEAR),
    (K.TWO_ACTIVE, "at", user(**made(99 * DAY, WEEK)), FOUND),
    (K.TWO_ACTIVE, "above", user(**made(99 * DAY, 98 * DAY, DAY)), FOUND),
    (K.TWO_ACTIVE, "unreadable number", user(), UNKNOWN),
    (K.TWO_ACTIVE, "unreadable age", user(active_keys=2), UNKNOWN),
    (K.OLD_IN_USE, "below", beside(20 * DAY, used(20 * DAY - WEEK + SECOND)), CLEAR),
    (K.OLD_IN_USE, "at", beside(20 * DAY, used(20 * DAY - WEEK)), FOUND),
    (K.OLD_IN_USE, "above", beside(20 * DAY, used(SECOND)), FOUND),
    (K.OLD_IN_USE, "used before only", beside(20 * DAY, used(21 * DAY)), CLEAR),
    (K.OLD_IN_USE, "no successor", key(200 * DAY, used(SECOND)), CLEAR),
    (K.OLD_IN_USE, "switched off", beside(20 * DAY, used(SECOND), active=False), CLEAR),
    (K.OLD_IN_USE, "unreadable use", beside(20 * DAY, None), UNKNOWN),
    (K.OLD_IN_USE, "unreadable state", beside(20 * DAY, used(SECOND), active=None), UNKNOWN),
    (K.REPLACEABLE, "below", key(MONTH - SECOND, used(DAY), session_instead="a session"), CLEAR),
    (K.REPLACEABLE, "at", key(MONTH, used(DAY), session_instead="a session"), FOUND),
    (K.REPLACEABLE, "above", key(MONTH + DAY, used(DAY), session_instead="a session"), FOUND),
    (K.REPLACEABLE, "no session stands in", key(MONTH, used(DAY)), CLEAR),
    (K.REPLACEABLE, "unreadable use", key(MONTH, None, session_instead="a session"), UNKNOWN),
    (K.LEASE_ENDING, "below", leased(ENDING_STAGES[0] + SECOND), CLEAR),
    (K.LEASE_ENDING, "at", leased(ENDING_STAGES[0]), FOUND),
    (K.LEASE_ENDING, "above", leased(SECOND), FOUND),
    (K.LEASE_ENDING, "over", leased(timedelta(0)), CLEAR),
    (K.LEASE_ENDING, "unreadable", key(DAY, NEVER), UNKNOWN),
    (K.LEAVER, "there", user(owner_left=False), CLEAR),
    (K.LEAVER, "left", user(owner_left=True), FOUND),
    (K.LEAVER, "unreadable", user(), UNKNOWN),
    (K.OWNERLESS, "owned", user(owned=True, keys=1), CLEAR),
    (K.OWNERLESS, "below: no key", user(owned=False, keys=0), CLEAR),
    (K.OWNERLESS, "at: one key", user(owned=False, keys=1), FOUND),
    (K.OWNERLESS, "above", user(owned=False, keys=2), FOUND),
    (K.OWNERLESS, "unreadable", user(keys=1), UNKNOWN),
    (K.OWNERLESS, "unreadable keys", user(owned=False), UNKNOWN),
    (K.ROOT_KEY, "below", user(root=True, active_keys=0), CLEAR),
    (K.ROOT_KEY, "at", user(root=True, active_keys=1), FOUND),
    (K.ROOT_KEY, "above", user(root=True, active_keys=2), FOUND),
    (K.ROOT_KEY, "another user", user(active_keys=2), CLEAR),
    (K.ROOT_KEY, "unreadable", user(root=True), UNKNOWN),
    (K.NO_MFA, "no password", user(password=False, mfa=False), CLEAR),
    (K.NO_MFA, "both", user(password=True, mfa=True), CLEAR),
    (K.NO_MFA, "only a password", user(password=True, mfa=False), FOUND),
    (K.NO_MFA, "unreadable password", user(mfa=False), UNKNOWN),
    (K.NO_MFA, "unreadable MFA", user(password=True), UNKNOWN),
    (K.QUARANTINED, "free", user(quarantined=False), CLEAR),
    (K.QUARANTINED, "quarantined", user(quarantined=True), FOUND),
    (K.QUARANTINED, "unreadable", user(), UNKNOWN),
    (K.MORE_THAN_TWO, "below", user(keys=1), CLEAR),
    (K.MORE_THAN_TWO, "at what is meant", user(keys=2), CLEAR),
    (K.MORE_THAN_TWO, "above", user(keys=3), FOUND),
    (K.MORE_THAN_TWO, "unreadable", user(), UNKNOWN),
    (K.ORPHAN, "known", key(DAY, NEVER, stranger=False), CLEAR),
    (K.ORPHAN, "unknown to the ledger", key(DAY, NEVER, stranger=True), FOUND),
    (K.ORPHAN, "unreadable", key(DAY, NEVER), UNKNOWN),
    (K.UNKNOWN_USER, "a grant's", user(unknown_user=False), CLEAR),
    (K.UNKNOWN_USER, "nobody's", user(unknown_user=True, keys=1), FOUND),
    (K.UNKNOWN_USER, "unreadable", user(), UNKNOWN),
    (K.UNKNOWN_KEY, "known", key(DAY, NEVER, unknown_key=False), CLEAR),
    (K.UNKNOWN_KEY, "not in the ledger", key(DAY, NEVER, unknown_key=True), FOUND),
    (K.UNKNOWN_KEY, "just made", key(DAY, NEVER), UNKNOWN),
]


@pytest.mark.parametrize(("kind", "_where", "seen", "verdict"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_each_row_below_at_and_above_its_threshold(
    kind: FindingKind, _where: str, seen: Seen, verdict: Verdict
) -> None:
    assert RULES[kind].verdict(seen, RULE) is verdict


def test_every_kind_has_one_row_and_every_row_all_its_cases() -> None:
    assert [rule.kind for rule in TABLE] == list(RULES)
    assert set(RULES) == set(FindingKind)
    for kind in FindingKind:
        assert {verdict for each, _, _, verdict in ROWS if each is kind} == {FOUND, CLEAR, UNKNOWN}, kind


def test_every_kind_and_every_remedy_has_its_words() -> None:
    assert set(SAYS) == set(FindingKind)
    assert set(FIXES) == set(Remedy) == {rule.remedy for rule in TABLE}


@pytest.mark.parametrize("kind", FindingKind)
def test_every_rule_shows_its_evidence_and_escalates(kind: FindingKind) -> None:
    rule = RULES[kind]
    shown = rule.evidence(next(seen for each, _, seen, verdict in ROWS if each is kind and verdict is FOUND))
    assert shown
    assert "None" not in shown
    assert rule.escalation_steps
    assert Step.OFF not in rule.escalation_steps[:-2], "nothing is switched off before somebody heard of it twice"


def test_what_is_in_use_is_never_switched_off_by_a_rule() -> None:
    for kind in (K.OLD_IN_USE, K.TWO_ACTIVE, K.LEASE_ENDING, K.REPLACEABLE, K.OWNERLESS, K.ROOT_KEY):
        assert Step.OFF not in RULES[kind].escalation_steps


def test_alarms_go_to_the_admins() -> None:
    alarms = {rule.kind: rule.escalation_steps for rule in TABLE if rule.reported_by is ReportedBy.ALARM}
    assert alarms.keys() == {K.ROOT_KEY, K.QUARANTINED, K.UNKNOWN_USER, K.UNKNOWN_KEY}
    assert alarms[K.ROOT_KEY] == AT_ONCE
    assert all(Step.ADMINS in escalation_steps for escalation_steps in alarms.values())


def test_one_remedy_at_a_time() -> None:
    """A key that is both unused and old should be given back rather than rotated; that closes the earlier finding."""
    verdicts = judge(key(200 * DAY, used(50 * DAY)), RULE, About.KEY)
    assert [verdicts[kind] for kind in FIRST_OF] == [CLEAR, FOUND, CLEAR]
    assert judge(key(200 * DAY, NEVER), RULE, About.KEY)[K.STALE] is CLEAR
    assert judge(key(200 * DAY, used(DAY)), RULE, About.KEY)[K.STALE] is FOUND


def test_a_key_is_judged_by_the_rows_about_keys_and_a_user_by_the_others() -> None:
    of_key, of_user = (judge(user(), RULE, about) for about in About)
    assert of_key.keys() | of_user.keys() == set(FindingKind)
    assert not of_key.keys() & of_user.keys()


def test_thresholds_are_written_as_the_catalog_writes_them() -> None:
    assert {kind: threshold(kind, RULE) for kind in (K.STALE, K.UNUSED, K.NEVER_USED, K.OLD_IN_USE, K.ROOT_KEY)} == {
        K.STALE: "90d", K.UNUSED: "45d", K.NEVER_USED: "14d", K.OLD_IN_USE: "7d", K.ROOT_KEY: "",
    }  # fmt: skip


# --- exemptions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "why", "exemption", "acts"),
    [
        (None, None, Exemption.NONE, True),
        (START + SECOND, "the yearly job", Exemption.STANDS, False),
        (START, "the yearly job", Exemption.NONE, True),
        (START - SECOND, "the yearly job", Exemption.NONE, True),
        (START + DAY, None, Exemption.UNREADABLE, False),
        (START - DAY, "", Exemption.UNREADABLE, False),
        (None, "the yearly job", Exemption.UNREADABLE, False),
    ],
)
def test_an_exemption_has_a_reason_and_an_end_or_no_one_acts(
    until: datetime | None, why: str | None, exemption: Exemption, acts: bool
) -> None:
    found = a_finding(kept_until=until, kept_why=why)
    assert found.exemption(START) is exemption
    assert found.may_be_acted_on(START) is acts


def test_what_is_settled_is_not_acted_on() -> None:
    assert not a_finding(closed_at=START).may_be_acted_on(START)
