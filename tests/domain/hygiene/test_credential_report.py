"""AWS's credential report: every documented value is parsed, and anything else rejects the whole report."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.hygiene.credential_report import (
    EARLY,
    JUST_MADE,
    OLDEST,
    ROOT,
    BadReport,
    Report,
    Slot,
    must_cover,
    read,
)
from bot.domain.usage.last_used import LastUsed
from tests import credential_reports
from tests.credential_reports import Key, line, written
from tests.fakes import START

MADE = START - timedelta(days=400)
SECOND = timedelta(seconds=1)


def parsed(*lines: str, root: str | None = credential_reports.ROOT) -> Report:
    return read(written(*lines, root=root), START, START)


def refusal(content: bytes, made_at: datetime = START) -> str:
    with pytest.raises(BadReport) as refused:
        read(content, made_at, START)
    return str(refused.value)


def test_a_line_in_full() -> None:
    used = Key(MADE, True, START - timedelta(days=3), "eu-central-1", "s3")
    found = parsed(line("alice", MADE, used, Key(MADE + SECOND, False), password=True, mfa=True)).lines["alice"]
    assert found.arn == "arn:aws:iam::123456789012:user/alice"
    assert (found.created_at, found.password, found.mfa, found.more) == (MADE, True, True, False)
    assert found.slots == (
        Slot(1, True, MADE, LastUsed(START - timedelta(days=3), "s3", "eu-central-1")),
        Slot(2, False, MADE + SECOND, LastUsed(None)),
    )


def test_an_empty_slot_is_no_key_and_slot_two_may_stand_alone() -> None:
    report = parsed(line("alice", MADE), line("bob", MADE, None, Key(MADE)))
    assert report.lines["alice"].slots == ()
    assert [each.number for each in report.lines["bob"].slots] == [2]


def test_services_without_a_region_and_use_without_information() -> None:
    keys = (Key(MADE, True, START, "N/A", "sts"), Key(MADE + SECOND, True, "no_information"))
    first, second = parsed(line("alice", MADE, *keys)).lines["alice"].slots
    assert first.used == LastUsed(START, "sts", None)
    assert second.used is None, "AWS does not say, which is not the same as never"


@pytest.mark.parametrize("said", ["2024-02-29T23:59:59+00:00", "2024-02-29T23:59:59Z", "2024-03-01T00:59:59+01:00"])
def test_moments_as_aws_has_written_them(said: str) -> None:
    row = line("alice", MADE).replace(credential_reports.stamp(MADE), said)
    assert parsed(row).lines["alice"].created_at == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def test_the_root_user_has_no_password_that_aws_tells_of() -> None:
    root = parsed().root
    assert root is not None
    assert (root.user, root.password, root.mfa, root.slots) == (ROOT, None, True, ())
    with_key = parsed(root=credential_reports.ROOT_WITH_A_KEY).root
    assert with_key is not None
    assert [each.active for each in with_key.slots] == [True]
    assert parsed(line("alice", MADE), root=None).root is None


def test_names_beyond_ascii_quotes_and_upper_case_words() -> None:
    row = line("zoë", MADE, Key(MADE)).replace("true", "TRUE").replace("false", "FALSE")
    quoted = line("o'hara", MADE).replace("o'hara,", '"o\'hara",', 1)
    report = parsed(row, quoted)
    assert set(report.lines) == {ROOT, "zoë", "o'hara"}
    assert report.lines["zoë"].slots[0].active
    assert read(b"\xef\xbb\xbf" + written(row), START, START).lines["zoë"] == report.lines["zoë"]
    assert read(written(row).replace(b"\n", b"\r\n") + b"\r\n", START, START).lines["zoë"] == report.lines["zoë"]


@pytest.mark.parametrize(
    ("said", "more"), [("N/A", False), ("", False), ("2 more access keys. Call ListAccessKeys", True)]
)
def test_keys_beyond_the_two_that_are_shown(said: str, more: bool) -> None:
    assert parsed(line("alice", MADE, more=said)).lines["alice"].more is more


def test_a_partition_without_the_youngest_column_leaves_it_unknown() -> None:
    rows = written(line("alice", MADE)).decode().splitlines()
    older = "\n".join(row.rpartition(",")[0] for row in rows).encode()
    assert read(older, START, START).lines["alice"].more is None


@pytest.mark.parametrize("age", [timedelta(0), OLDEST, -EARLY])
def test_a_report_is_fresh_for_four_hours(age: timedelta) -> None:
    assert read(written(), START - age, START).made_at == START - age


def test_a_stale_report_and_one_from_the_future_are_reported() -> None:
    assert refusal(written(), START - OLDEST - SECOND).startswith("is stale: AWS made it at 02 November 2026 09:44 UTC")
    assert "check this machine's clock" in refusal(written(), START + EARLY + SECOND)


WHOLE = written(line("alice", MADE, Key(MADE)), line("bob", MADE, Key(MADE)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is malformed: the column user is missing"),
        (b"\xff\xfe", "is malformed: it isn't UTF-8"),
        (WHOLE.replace(b"mfa_active", b"mfa"), "is malformed: the column mfa_active is missing"),
        (credential_reports.HEAD.encode(), "is truncated: it has no lines"),
        (WHOLE[:-60], "is truncated: line 4 has"),
        (WHOLE.replace(b",N/A,N/A\nbob", b",N/A\nbob"), "is malformed: line 3 has 22 of 23 columns"),
        (WHOLE.replace(b",N/A,N/A\nbob", b",N/A,N/A,N/A\nbob"), "is malformed: line 3 has 24 of 23 columns"),
        (WHOLE + b'\n"', "is malformed: it isn't CSV"),
        (WHOLE.replace(b"bob,arn", b"alice,arn"), "is malformed: it has two lines for alice"),
        (WHOLE.replace(b"bob,arn", b",arn"), "is malformed: line 4, column user says ''"),
        (WHOLE.replace(b"bob,arn:aws", b"bob,nonsense"), "is malformed: line 4, column arn says"),
    ],
)  # fmt: skip
def test_an_invalid_report_is_rejected(content: bytes, why: str) -> None:
    assert refusal(content).startswith(why)


CUT = [*range(0, len(WHOLE), 7), len(WHOLE) - 4, len(WHOLE) - 1]


@pytest.mark.parametrize("at", CUT)
def test_a_report_that_is_cut_off_is_refused_or_lacks_users(at: int) -> None:
    """The remaining lines are never read differently; the list of users reveals that bob is missing."""
    whole = read(WHOLE, START, START)
    try:
        found = read(WHOLE[:at], START, START)
    except BadReport:
        return
    assert all(whole.lines[name].slots == each.slots for name, each in found.lines.items())
    if found.lines.keys() != whole.lines.keys():
        with pytest.raises(BadReport, match="is partial"):
            must_cover(found, ((name, each.created_at) for name, each in whole.lines.items()))


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("user_creation_time", "N/A"),
        ("user_creation_time", "yesterday"),
        ("user_creation_time", "2024-01-01T00:00:00"),
        ("password_enabled", "yes"),
        ("mfa_active", ""),
        ("access_key_1_active", "not_supported"),
        ("access_key_1_last_rotated", "N/A"),
        ("access_key_1_last_rotated", "no_information"),
        ("access_key_1_last_used_date", "never"),
        ("access_key_1_last_used_date", "0000-00-00T00:00:00Z"),
        ("cert_2_last_rotated", "N"),
        ("cert_1_active", "fal"),
    ],
)
def test_one_cell_that_is_not_understood_spoils_the_report(column: str, said: str) -> None:
    cells = dict(zip(credential_reports.HEAD.split(","), line("alice", MADE, Key(MADE)).split(","), strict=True)) | {
        column: said
    }
    assert refusal(written(",".join(cells.values()))) == f"is malformed: line 3, column {column} says {said!r}"


def test_a_partial_report_lacks_a_user_who_stood_when_it_was_made() -> None:
    report = parsed(line("alice", MADE))
    must_cover(report, [("alice", MADE), ("bob", START - JUST_MADE), ("carol", START + SECOND)])
    with pytest.raises(BadReport, match="is partial: 2 of the account's users are missing, for example bob"):
        must_cover(report, [("alice", MADE), ("bob", START - JUST_MADE - SECOND), ("carol", MADE)])
