"""Sizes checked at boot: our own Denies next to an inline policy, and a date next to an account's name."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.aws.policies import denies, inline_size
from bot.commands import tools
from bot.config.catalog_file import load
from bot.config.catalog_rules import denies_size
from bot.config.catalog_schema import EntitlementRow
from bot.config.settings import Role
from bot.domain.catalog import Kind
from bot.domain.errors import LatchkeyError
from bot.runtime.bootstrap import Mistakes, boot
from tests.config.test_catalog_file import EXAMPLE, POLICY, WHOLE, one

IPS = ("203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32")
VPCES = ("vpce-0123456789abcdef0",)
ROLES = ("arn:aws:iam::123456789012:role/reports", "arn:aws:iam::123456789012:role/team/*")


@pytest.mark.parametrize("mfa", [False, True])
@pytest.mark.parametrize("may_assume", [(), ROLES[:1], ROLES])
@pytest.mark.parametrize("vpces", [(), VPCES])
@pytest.mark.parametrize("ips", [(), IPS[:1], IPS])
def test_the_space_reserved_for_our_denies_is_enough_and_not_much_more(
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


def test_a_boundary_longer_than_iam_takes_is_reported_at_boot_and_by_the_tools(tmp_path: Path) -> None:
    services = [f"a-service-of-aws-{n}" for n in range(150)]
    file = tmp_path / "catalog.toml"
    file.write_text(WHOLE.replace('id = "read"', f'id = "read"\nservices = {services}', 1))
    env = {"CATALOG_FILE": str(file), "SLACK_BOT_TOKEN": "xoxb-1", "PUBLIC_URL": "https://keys.example.com"}
    said = r"\[accounts.main\] needs a boundary of \d+ characters, but IAM allows 6144; name fewer services"
    with pytest.raises(Mistakes, match=said):
        boot(env, Role.WORKER)
    with pytest.raises(LatchkeyError, match=said):
        tools.show_iam(env, account=None, principal=None)


def test_an_accounts_name_leaves_room_for_a_date_beside_it(tmp_path: Path) -> None:
    file, names = tmp_path / "catalog.toml", ("x" * 50, "x" * 51)
    fits, long = (f'{WHOLE}[accounts.{name}]\nid = "222222222222"\n' for name in names)
    file.write_text(fits)
    assert names[0] in load(file).accounts
    assert f"[accounts.{names[1]}]: has a name of 51 characters" in one(long, tmp_path)
