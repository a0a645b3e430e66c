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


def test_approvers_are_reminded_and_requests_escalated_by_default(tmp_path: Path) -> None:
    plain = CONTRACT.replace('remind_after = "2h"\nescalate_after = "8h"\n', "")
    assert plain != CONTRACT
    assert read(plain, tmp_path).approvers == read(CONTRACT, tmp_path).approvers
    security = '\n[approvers.security]\nusers = ["U03CAROL"]\nescalate_to = "platform"\n'
    both = plain.replace('users = ["U02BOB"]', 'users = ["U02BOB"]\nescalate_to = "security"') + security
    found = read(both, tmp_path)
    assert [each.name for each in found.chain_of(found.entitlements["reports-read"])] == ["platform", "security"]  # type: ignore[index]


def test_silent_approvers_are_people_who_may_decide(tmp_path: Path) -> None:
    group = 'users = ["U02BOB"]\nsilent = ["U04DAVE"]'
    found = read(CONTRACT.replace('users = ["U02BOB"]', group), tmp_path)
    assert found.approvers["platform"].silent == ("U04DAVE",)
    two = CONTRACT.replace('users = ["U02BOB"]', group).replace("approvals = 1", "approvals = 2")
    assert read(two, tmp_path).entitlements["reports-read"].approvals == 2  # type: ignore[index]
    alone = CONTRACT.replace('users = ["U02BOB"]', 'silent = ["U04DAVE"]')
    assert read(alone, tmp_path).approvers["platform"].users == (), "the channel is asked"


def test_nothing_is_mandatory_that_the_contract_calls_optional(tmp_path: Path) -> None:
    found = read(CONTRACT, tmp_path)
    assert found.admins == ()
    assert found.entitlements["reports-read"].longest_as_written == "24h"  # type: ignore[index]
