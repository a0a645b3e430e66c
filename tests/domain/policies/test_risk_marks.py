"""What is marked as risky in a policy: write, delete, `*`, iam, data out, each with the action that led to it."""

import pytest

from bot.domain.policies.risk_marks import RiskKind, marks, of_managed
from tests.domain.policies.documents import HERE, REPORTS, allow, arn, but, deny, policy

IAM, OUT, D, W, E = RiskKind.IAM, RiskKind.DATA_OUT, RiskKind.DELETE, RiskKind.WRITE, RiskKind.EVERYTHING
# A pattern counts as everything that it could match: `s3:De*` as what deletes, and as what may not be a read.
OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
TABLE: list[tuple[str, set[RiskKind]]] = [
    (policy(allow("s3:GetObject", REPORTS)), set()),
    (policy(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::reports", REPORTS])), set()),
    (policy(allow("s3:Get*", REPORTS)), set()),
    (policy(allow("s3:GetObject*", REPORTS)), set()),
    (policy(allow("s3:List*", REPORTS)), set()),
    (policy(allow("s3:GetObject")), {E}),
    (policy(allow("s3:GetObject", "arn:aws:s3:::*")), {E}),
    (policy(allow("s3:ListAllMyBuckets")), set()),
    (policy(allow(["s3:ListAllMyBuckets", "kms:ListKeys"], "*")), set()),
    (policy(allow(["s3:ListAllMyBuckets", "s3:GetObject"])), {E}),
    (policy(allow("s3:ListAll*")), {E}),
    (policy(allow("lambda:ListFunctions")), {E}),  # shows each function's environment
    (policy(allow("s3:PutObject", REPORTS)), {W}),
    (policy(allow(["s3:PutObject"], [REPORTS], Condition=OFFICE)), {W}),
    (policy(allow("s3:DeleteObject", REPORTS)), {D}),
    (policy(allow(["s3:PutObject", "s3:DeleteObject"], REPORTS)), {W, D}),
    (policy(allow("s3:*Object", REPORTS)), {W, D}),
    (policy(allow("s3:P*", REPORTS)), {IAM, OUT, D, W}),
    (policy(allow("s3:De*", REPORTS)), {D, W}),
    (policy(allow("s3:*", REPORTS)), {IAM, OUT, D, W, E}),
    (policy(allow("*")), {IAM, OUT, D, W, E}),
    (policy(allow("s3:*", REPORTS), deny("s3:Delete*")), {IAM, OUT, W, E}),
    (policy(allow("s3:*", REPORTS), deny("s3:Delete*", Condition=OFFICE)), {IAM, OUT, D, W, E}),
    (policy(allow("s3:*", REPORTS), deny("s3:Delete*", "arn:aws:s3:::other/*")), {IAM, OUT, D, W, E}),
    (policy(allow("s3:DeleteObject", REPORTS), deny("s3:DeleteObject")), set()),
    (policy(allow("s3:PutObject"), deny("*")), set()),
    (policy(deny("s3:*")), set()),
    (policy(but("Allow", NotAction="iam:*", Resource="*")), {IAM, OUT, D, W, E}),
    (policy(but("Allow", NotAction=["iam:*", "s3:*"], Resource=REPORTS)), {E}),
    (policy(but("Allow", Action="s3:GetObject", NotResource=REPORTS)), {E}),
    (policy(allow("s3:PutBucketPolicy", "arn:aws:s3:::reports")), {IAM, OUT, W}),
    (policy(allow("s3:PutObjectAcl", REPORTS)), {IAM, OUT, W}),
    (policy(allow("s3:PutBucketReplication", "arn:aws:s3:::reports")), {OUT, W}),
    (
        policy(allow("s3:PutObject", "arn:aws:s3:::reports/*"), allow("kms:CreateGrant", arn("kms", "key/a"))),
        {IAM, OUT, W},
    ),
    (policy(allow("iam:PassRole", arn("iam", "role/x", ""))), {IAM, W}),
    (policy(allow("iam:ListUsers", arn("iam", "user/x", ""))), set()),
    (policy(allow("sts:AssumeRole", arn("iam", "role/x", ""))), {IAM, W}),
    (policy(allow("lambda:AddPermission", arn("lambda", "function:a"))), {IAM, OUT, W}),
    (policy(allow("lambda:InvokeFunction", arn("lambda", "function:a"))), {W}),
    (policy(allow("dynamodb:Query", arn("dynamodb", "table/a"))), set()),
    (policy(allow("dynamodb:ExportTableToPointInTime", arn("dynamodb", "table/a"))), {OUT, W}),
    (policy(allow("sns:Publish", arn("sns", "a"))), {OUT, W}),
    (policy(allow("sqs:ReceiveMessage", arn("sqs", "a"))), set()),
    (policy(allow("sqs:PurgeQueue", arn("sqs", "a"))), {D}),
    (policy(allow("sqs:SendMessage", arn("sqs", "a", account="999999999999"))), {OUT, W}),
    (policy(allow("ec2:TerminateInstances", arn("ec2", "instance/*"))), {D}),
    (policy(allow("ec2:ModifySnapshotAttribute", arn("ec2", "snapshot/a"))), {OUT, W}),
    (policy(allow("kms:ScheduleKeyDeletion", arn("kms", "key/a"))), {D}),
    (policy(allow("ec2:StartInstances", arn("ec2", "instance/i-1"))), {W}),
    (policy(allow("ec2:Describe*")), {E}),
    (policy(allow("athena:GetQueryResults", arn("athena", "workgroup/a"))), set()),
    (policy(allow("s3:deleteobject", REPORTS)), {D}),
    (policy(allow("S3:PUTBUCKETPOLICY", "arn:aws:s3:::reports")), {IAM, OUT, W}),
    ("not a policy", set()),
]


@pytest.mark.parametrize(("text", "kinds"), TABLE, ids=[str(number) for number in range(len(TABLE))])
def test_the_marks_of_a_policy(text: str, kinds: set[RiskKind]) -> None:
    assert {each.kind for each in marks(text, HERE)} == kinds, text


def test_the_table_is_large_enough() -> None:
    assert len(TABLE) >= 40


def test_a_mark_names_what_led_to_it() -> None:
    text = policy(allow(["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]))
    assert {each.kind: each.because for each in marks(text, HERE)} == {
        D: ("s3:DeleteObject",),
        W: ("s3:PutObject",),
        E: ("Resource *",),
    }


def test_a_managed_policy_is_judged_by_its_name() -> None:
    aws = "arn:aws:iam::aws:policy/"
    assert of_managed([f"{aws}AmazonS3ReadOnlyAccess", f"arn:aws:iam::{HERE}:policy/reports"]) == ()
    assert {each.kind for each in of_managed([f"{aws}AmazonS3FullAccess"])} == {D, W, E}
    assert {each.kind for each in of_managed([f"{aws}AdministratorAccess"])} == {IAM, D, W, E}
