"""An account and what its entitlements name are in one AWS partition, and so is the printed output."""

import json
from pathlib import Path

import pytest

from bot.aws.roles import iam_documents
from tests.config.test_catalog_file import ACCOUNT, KEY, WHOLE, one, read

BARE = ACCOUNT[: ACCOUNT.index("boundary_arn")]
ONLY_SESSIONS = WHOLE.replace(ACCOUNT, BARE).replace(KEY, "").replace('instead_of = ["read"]\n', "")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_an_account_that_only_offers_sessions_is_where_their_roles_are(tmp_path: Path, partition: str) -> None:
    found = read(ONLY_SESSIONS.replace("arn:aws:", f"arn:{partition}:"), tmp_path)
    printed = json.dumps(iam_documents(found, "main", None))
    assert f"arn:{partition}:iam::123456789012:root" in printed
    assert printed.count(f"arn:{partition}:") == printed.count("arn:aws")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("arn:aws:iam::123456789012:role/reports", "arn:aws-cn:iam::123456789012:role/reports", "session: role_arn"),
        ('id = "read"', 'id = "read"\nmay_assume = ["arn:aws-us-gov:iam::1:role/x"]'.replace("::1", "::" + "1" * 12),
         "read: may_assume"),
        (ACCOUNT, ACCOUNT + 'deleter_role_arn = "arn:aws-cn:iam::123456789012:role/d"\n', "[accounts.main]: deleter"),
    ],
)  # fmt: skip
def test_another_partition_is_a_mistake(tmp_path: Path, old: str, new: str, where: str) -> None:
    said = one(WHOLE.replace(old, new, 1), tmp_path)
    assert where in said
    assert "is in the partition aws-" in said
    assert said.endswith("but this account is in aws")
