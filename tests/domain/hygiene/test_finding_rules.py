"""The table of rules, row by row: below, at and above its threshold, and with unreadable inputs."""

from datetime import datetime

import pytest

from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import Exemption, FindingKind, Step
from bot.domain.hygiene.finding_rules import (
    AT_ONCE,
    FIRST_OF,
    RULES,
    TABLE,
    About,
    Remedy,
    ReportedBy,
    Verdict,
    judge,
    threshold,
)
from bot.slack.text.hygiene.findings import FIXES, SAYS
from tests.domain.hygiene.finding_cases import CLEAR, DAY, FOUND, NEVER, ROWS, RULE, SECOND, UNKNOWN, K, key, used, user
from tests.fakes import START
from tests.store.rows import a_finding


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
    """Nor by what CloudTrail or a policy shows: only last use leads there."""
    for kind in set(K) - {K.NEVER_USED, K.UNUSED, K.STALE}:
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


def test_a_key_a_user_and_a_service_credential_are_judged_by_the_rows_about_them() -> None:
    judged = [kind for about in About for kind in judge(user(), RULE, about)]
    assert sorted(judged) == sorted(FindingKind)


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
