"""The catalog of the documented contract: what is optional there is optional here."""

from pathlib import Path

from tests.config.test_catalog_file import read

CONTRACT = """
collect_within = "72h"
decide_within = "72h"

[accounts.main]
id = "123456789012"
boundary_arn = "arn:aws:iam::123456789012:policy/latchkey/boundary"
channel = "C01OPS"
adopt = false
enforce = false

[approvers.platform]
users = ["U02BOB"]
channel = "C01OPS"
remind_after = "2h"
escalate_after = "8h"

[[entitlements]]
id = "reports-read"
title = "Read the sales reports"
account = "main"
kind = "access_key"
policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::r/*"}]}'
max_duration = "24h"
approvers = "platform"
approvals = 1
rotate_every = "90d"
requesters = []
instead_of = []

[hygiene]
"""


def test_nothing_is_mandatory_that_the_contract_calls_optional(tmp_path: Path) -> None:
    found = read(CONTRACT, tmp_path)
    assert found.admins == ()
    assert found.entitlements["reports-read"].longest_as_written == "24h"  # type: ignore[index]
