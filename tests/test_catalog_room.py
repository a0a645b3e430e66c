"""The room that boot keeps for our own Denies beside an inline policy."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.aws.documents import denies, inline_size
from bot.catalog_file import load
from bot.catalog_rows import EntitlementRow
from bot.catalog_rules import denies_size
from bot.domain.catalog import Kind
from tests.test_catalog_file import EXAMPLE, POLICY

IPS = ("203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32")
VPCES = ("vpce-0123456789abcdef0",)
ROLES = ("arn:aws:iam::123456789012:role/reports", "arn:aws:iam::123456789012:role/team/*")


@pytest.mark.parametrize("mfa", [False, True])
@pytest.mark.parametrize("may_assume", [(), ROLES[:1], ROLES])
@pytest.mark.parametrize("vpces", [(), VPCES])
@pytest.mark.parametrize("ips", [(), IPS[:1], IPS])
def test_the_room_that_is_kept_for_our_denies_is_enough_and_not_much_more(
    ips: tuple[str, ...], vpces: tuple[str, ...], may_assume: tuple[str, ...], mfa: bool
) -> None:
    kept = {"source_ips": ips, "source_vpces": vpces, "may_assume": may_assume, "mfa": mfa}
    key = replace(load(EXAMPLE).entitlements["reports-read"], **kept)  # type: ignore[index]
    row = EntitlementRow(
        id="read", title="Read", account="main", kind=Kind.ACCESS_KEY, approvers="platform", policy=POLICY,
        max_duration="8h", **kept,
    )  # fmt: skip
    needed = inline_size(
        denies(key, datetime(9999, 12, 31, tzinfo=UTC), [*may_assume, "arn:aws:iam::123456789012:role/other"])
    )
    assert needed <= denies_size(row) <= needed + 40
