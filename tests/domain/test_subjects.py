"""Outbox subjects: each is read back as it was built, and its stored form, which is a contract, stays."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

import pytest

from bot.domain.ids import AccountName
from bot.domain.policies.managed_policy import name_of
from bot.domain.subjects import (
    AccountAt,
    Daily,
    LeaverStage,
    OwnersDigest,
    PolicyChange,
    Timed,
    Undelivered,
    row_id,
)

MAIN = AccountName("main")
DAY, AT = date(2026, 11, 28), datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
POLICY = name_of(MAIN, "arn:aws:iam::123456789012:policy/x")


class Subject(Protocol):
    @classmethod
    def parse(cls, subject: str) -> "Subject | None": ...


STORED: list[tuple[Subject, str]] = [
    (Daily("c1", DAY), "c1/2026-11-28"),
    (Daily("team/main", DAY), "team/main/2026-11-28"),
    (Timed("AKIA1", AT), "AKIA1/1795874700"),
    (AccountAt(MAIN, AT), "main/2026-11-28T14:05Z"),
    (OwnersDigest("subteam-S1", AT), "subteam-S1/2026-11-28T14:05+00:00"),
    (LeaverStage("l1", timedelta(days=7), AccountName("team/main")), "l1/7/team/main"),
    (PolicyChange(POLICY, "d1"), f"{POLICY}/d1"),
    (Undelivered("grant:owner", "invalid_blocks", DAY), "grant:owner/invalid_blocks/2026-11-28"),
]


@pytest.mark.parametrize(("subject", "stored"), STORED, ids=str)
def test_it_is_stored_like_this_and_read_back(subject: Subject, stored: str) -> None:
    assert str(subject) == stored
    assert type(subject).parse(stored) == subject


def test_a_report_is_dated_in_utc_and_a_digest_where_its_reader_is() -> None:
    there = AT.astimezone(timezone(timedelta(hours=2)))
    assert str(AccountAt(MAIN, there)) == "main/2026-11-28T14:05Z"
    assert str(OwnersDigest("U1", there)) == "U1/2026-11-28T16:05+02:00"


def test_a_policys_subject_names_its_account_and_drift_of_a_grant_is_none() -> None:
    assert PolicyChange(POLICY, "d1").account == MAIN
    assert PolicyChange.parse("kcskhjwqp5oaymzprmjcicb72i") is None


@pytest.mark.parametrize("subject", ["c1", "c1/2026-11-28", "c1/1795874700"])
def test_the_row_comes_first(subject: str) -> None:
    assert row_id(subject) == "c1"


def test_subjects_of_early_releases_are_still_read() -> None:
    """They wrote the day alone, and a finding keeps the subjects of all messages that show it."""
    assert AccountAt.parse("main/2026-11-28") == AccountAt(MAIN, AT.replace(hour=0, minute=0))
    assert OwnersDigest.parse("U01ALICE/2026-11-28").owner == "U01ALICE"
