"""The printed documents are sufficient and minimal: whole lives of a key by principals that have nothing else."""

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from bot.aws import policies
from bot.aws.roles import deleter, documents, iam_documents, issuer, reader, responder, trust, worker
from bot.domain.catalog import Account
from bot.domain.errors import LatchkeyError
from bot.sandbox.aws.evaluate import Request, evaluate
from tests.aws.kit import (
    ACCOUNT,
    BOUNDARY,
    ID,
    READ_REPORTS,
    SESSION,
    SESSION_ROLE,
    catalog,
    elsewhere,
    entitlement,
)
from tests.aws.test_teardown import certificate

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

__all__ = ["certificate"]

CODE = Path(policies.__file__).parent
WORKER = f"arn:aws:iam::{ID}:user/service/worker"
BY_ARN = entitlement("by-arn", policy_arns=("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",), services=("s3",))
CODED = entitlement("coded", mfa=True)
CATALOG = catalog(READ_REPORTS, SESSION, BY_ARN, CODED)
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


def actions(document: policies.Document, effect: str = "Allow") -> set[str]:
    rows = [each["Action"] for each in document["Statement"] if each["Effect"] == effect]
    return {action for row in rows for action in ([row] if isinstance(row, str) else row)}


def may(document: policies.Document, action: str, resource: str, **context: str) -> bool:
    found = {key.replace("_", ":"): value for key, value in context.items()}
    return evaluate(Request(action, resource, found), [document], None, None).allowed


# --- calls in the code --------------------------------------------------------------------------------------------


def calls_in_code() -> set[str]:
    """Every method of an IAM client, and every operation passed to a paginator or to `_all`."""
    model = botocore.session.get_session().get_service_model("iam")
    known = {xform_name(name): name for name in model.operation_names}
    found = set()
    for module in CODE.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in known:
                found.add(known[node.attr])
            if isinstance(node, ast.Constant) and node.value in known:
                found.add(known[str(node.value)])
    return {f"iam:{name}" for name in found}


ASKED = {  # calls that no printed role allows: see tear_down
    "iam:RemoveUserFromGroup",
}


def test_no_right_without_a_call_and_no_call_without_a_right() -> None:
    account = elsewhere(revoke_sessions=True)
    acting = actions(responder(catalog(account=account), account, WORKER)) | actions(deleter(account, WORKER))
    given = actions(reader(replace(account, usage=False))) | actions(issuer(CATALOG, account)) | acting
    assert given - calls_in_code() == set()
    assert calls_in_code() - given == ASKED


def test_the_issuer_reads_nothing_outside_and_the_reader_writes_nothing() -> None:
    reads = r"iam:(Get|List|Generate)|cloudtrail:Lookup"
    assert not {action for action in actions(reader(ACCOUNT)) if not re.match(reads, action)}
    for row in issuer(CATALOG, ACCOUNT)["Statement"]:
        assert ":user/latchkey/*" in row["Resource"] or row["Resource"] in {
            BOUNDARY,
            f"arn:aws:iam::{ID}:mfa/latchkey/*",
        }


def test_only_the_reader_looks_up_events_and_only_where_usage_is_read() -> None:
    off = replace(elsewhere(), usage=False)
    for account, expected in ((elsewhere(), {"Reader"}), (off, set()), (ACCOUNT, {"Reader", "Worker"})):
        printed = documents(catalog(account=account), account, WORKER)
        holders = {name for name, each in printed.items() if "cloudtrail:LookupEvents" in actions(each)}
        assert holders - {"Boundary"} == expected


def test_the_issuer_can_make_no_administrator() -> None:
    found = issuer(CATALOG, ACCOUNT)
    user, foreign = f"arn:aws:iam::{ID}:user/latchkey/latchkey-g1", f"arn:aws:iam::{ID}:user/alice"
    other = f"arn:aws:iam::{ID}:policy/other"
    for action in ("iam:CreateUser", "iam:PutUserPolicy", "iam:PutUserPermissionsBoundary"):
        assert may(found, action, user, iam_PermissionsBoundary=BOUNDARY)
        assert not may(found, action, user)
        assert not may(found, action, user, iam_PermissionsBoundary=other)
        assert not may(found, action, foreign, iam_PermissionsBoundary=BOUNDARY)
    attach = {"iam_PermissionsBoundary": BOUNDARY, "iam_PolicyARN": BY_ARN.policy_arns[0]}
    assert may(found, "iam:AttachUserPolicy", user, **attach)
    assert not may(found, "iam:AttachUserPolicy", user, **attach | {"iam_PolicyARN": other})
    assert not may(found, "iam:AttachUserPolicy", user, iam_PolicyARN=BY_ARN.policy_arns[0])
    assert may(found, "iam:CreateAccessKey", user)
    assert not may(found, "iam:CreateAccessKey", foreign)
    for action in (
        "DeleteUserPermissionsBoundary",
        "AddUserToGroup",
        "CreateLoginProfile",
    ):
        assert not may(found, f"iam:{action}", user, iam_PermissionsBoundary=BOUNDARY)


def test_without_policy_arns_nothing_is_attached_and_without_a_boundary_nothing_is_made() -> None:
    assert "iam:AttachUserPolicy" not in actions(issuer(catalog(), ACCOUNT))
    bare = replace(ACCOUNT, boundary_arn=None)
    ends_only = actions(issuer(catalog(account=bare), bare))
    assert not ends_only & {"iam:CreateUser", "iam:CreateAccessKey", "iam:PutUserPolicy", "iam:TagUser"}
    assert {"iam:UpdateAccessKey", "iam:DeleteUser"} <= ends_only


def test_a_catalog_without_mfa_makes_no_device_and_still_removes_what_an_earlier_one_made() -> None:
    makes, ends = {"iam:CreateVirtualMFADevice", "iam:EnableMFADevice"}, {"iam:DeleteVirtualMFADevice"}
    without, with_ = actions(issuer(catalog(), ACCOUNT)), actions(issuer(catalog(CODED), ACCOUNT))
    assert not makes & without
    assert ends <= without
    assert makes | ends <= with_
    found, device = issuer(catalog(CODED), ACCOUNT), f"arn:aws:iam::{ID}:mfa/latchkey/latchkey-c1"
    assert may(found, "iam:CreateVirtualMFADevice", device)
    assert not may(found, "iam:CreateVirtualMFADevice", f"arn:aws:iam::{ID}:mfa/alice")
    assert may(found, "iam:EnableMFADevice", f"arn:aws:iam::{ID}:user/latchkey/latchkey-g1")
    assert not may(found, "iam:EnableMFADevice", f"arn:aws:iam::{ID}:user/alice")


def test_the_responder_cuts_off_and_never_lets_in() -> None:
    found = responder(catalog(), ACCOUNT, WORKER)
    user = f"arn:aws:iam::{ID}:user/alice"
    assert may(found, "iam:UpdateAccessKey", user)
    for arn, attaches, detaches in (
        (DENY_ALL, True, True),
        (QUARANTINE, True, False),
        ("arn:aws:iam::aws:policy/AdministratorAccess", False, False),
    ):
        assert may(found, "iam:AttachUserPolicy", user, iam_PolicyARN=arn) is attaches
        assert may(found, "iam:DetachUserPolicy", user, iam_PolicyARN=arn) is detaches
    for action in ("iam:UpdateAccessKey", "iam:AttachUserPolicy"):
        assert not may(found, action, WORKER, iam_PolicyARN=DENY_ALL)
    assert not may(found, "iam:DeleteAccessKey", user)
    assert not may(found, "iam:CreateAccessKey", user)


def test_other_partitions_have_arns_of_their_own() -> None:
    there = replace(ACCOUNT, boundary_arn=f"arn:aws-cn:iam::{ID}:policy/latchkey/boundary", partition="aws-cn")
    printed = iam_documents(catalog(READ_REPORTS, account=there), "main", None)
    assert "arn:aws:iam" not in json.dumps(printed)
    assert "arn:aws-cn:iam::aws:policy/AWSDenyAll" in json.dumps(printed["Responder"])
    assert policies.one_user(there, "x")["Statement"][0]["Resource"] == f"arn:aws-cn:iam::{ID}:user/latchkey/x"


def test_a_policy_longer_than_iam_takes_is_not_printed() -> None:
    arns = tuple(f"arn:aws:iam::{ID}:policy/teams/of-the-company/reports-{n}" for n in range(120))
    wide = entitlement("wide", policy_arns=arns, services=("s3",))
    with pytest.raises(
        LatchkeyError, match=r"policy Issuer of the account main has \d+ characters, but IAM allows 6144"
    ):
        iam_documents(catalog(wide, account=elsewhere()), "main", WORKER)


def test_the_deleter_deletes_keys_and_nothing_else() -> None:
    found = deleter(ACCOUNT, WORKER)
    assert actions(found) == {"iam:DeleteAccessKey", "iam:ListAccessKeys"}
    assert may(found, "iam:DeleteAccessKey", f"arn:aws:iam::{ID}:user/alice")
    for own in (WORKER, f"arn:aws:iam::{ID}:user/latchkey/latchkey-g1", f"arn:aws:iam::{ID}:user/service/other"):
        assert not may(found, "iam:DeleteAccessKey", own)


@pytest.mark.parametrize(
    "account", [ACCOUNT, elsewhere(), replace(ACCOUNT, boundary_arn=None)], ids=["own", "roles", "bare"]
)
def test_every_printed_document_fits_and_no_statement_is_empty(account: Account) -> None:
    found = iam_documents(catalog(READ_REPORTS, SESSION, BY_ARN, CODED, account=account), "main", WORKER)
    assert list(found) == ["Worker", "Reader", "Issuer", "Responder", "Deleter", "Boundary", "Trust", "SessionTrust"]
    for name, document in found.items():
        assert len(policies.compact(document)) < (2048 if name.endswith("Trust") else 6144), name
        assert document["Statement"]
        sids = [each["Sid"] for each in document["Statement"]]
        assert len(sids) == len(set(sids))
        for each in document["Statement"]:
            assert all(
                each[key] for key in ("Action", "NotResource" if "NotResource" in each else "Resource") if key in each
            )
            assert "null" not in json.dumps(each)


def test_trust_is_in_the_worker_with_its_external_id() -> None:
    (first, second) = trust(elsewhere(), WORKER)["Statement"]
    assert first["Principal"] == second["Principal"] == {"AWS": WORKER}
    assert first["Condition"] == {"StringEquals": {"sts:ExternalId": "latchkey-7d41"}}
    assert (first["Action"], second["Action"]) == ("sts:AssumeRole", "sts:SetSourceIdentity")
    assert iam_documents(CATALOG, None, None)["Trust"]["Statement"][0]["Principal"] == {
        "AWS": f"arn:aws:iam::{ID}:root"
    }


def test_the_worker_of_an_account_with_roles_may_assume_them_and_list_the_organization_and_nothing_else() -> None:
    account = elsewhere(deleter_role_arn=f"arn:aws:iam::{ID}:role/latchkey-deleter")
    found = worker(catalog(account=account), account, WORKER)
    listing = {"organizations:DescribeOrganization", "organizations:ListAccounts"}
    assert actions(found) == {"sts:AssumeRole", "sts:SetSourceIdentity"} | listing
    row, _ = found["Statement"]
    assert set(row["Resource"]) == {
        account.reader_role_arn,
        account.issuer_role_arn,
        account.responder_role_arn,
        account.deleter_role_arn,
        SESSION_ROLE,
    }
