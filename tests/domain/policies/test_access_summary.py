"""What a policy allows, in words: by service, with NotAction, Deny, conditions, `*`, lists and single strings."""

import json

import pytest

from bot.domain.policies.access_summary import in_words
from tests.domain.policies.documents import HERE, REPORTS, allow, arn, but, deny, policy

OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
CODE = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
KEYS = ["aws:MultiFactorAuthPresent", "aws:RequestedRegion"]
TABLE: list[tuple[str, list[str]]] = [
    (policy(allow("s3:GetObject", REPORTS)), ["read objects in s3://reports"]),
    (policy(allow(["s3:GetObject"], [REPORTS])), ["read objects in s3://reports"]),
    (policy(allow(["s3:GetObject", "s3:PutObject"], REPORTS)), ["read and write objects in s3://reports"]),
    (
        policy(allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], REPORTS)),
        ["read, write and delete objects in s3://reports"],
    ),
    (
        policy(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::reports", REPORTS])),
        ["read and list objects in s3://reports"],
    ),
    (
        policy(allow("s3:ListBucket", "arn:aws:s3:::reports"), allow("s3:GetObject", REPORTS)),
        ["list and read objects in s3://reports"],
    ),
    (
        policy(allow("s3:GetObject", [REPORTS, "arn:aws:s3:::plans/2026/*"])),
        ["read objects in s3://reports and s3://plans/2026"],
    ),
    (policy(allow("s3:GetObject", "arn:aws:s3:::reports/q3.csv")), ["read objects in s3://reports/q3.csv"]),
    (policy(allow("s3:GetObject", "arn:aws:s3:::reports-*")), ["read objects in `s3://reports-*`"]),
    (policy(allow("s3:GetObject")), ["read objects in every S3 bucket"]),
    (policy(allow("s3:GetObject", "arn:aws:s3:::*")), ["read objects in every S3 bucket"]),
    (policy(allow("s3:*", REPORTS)), ["do everything in s3://reports"]),
    (policy(allow(["s3:*", "s3:GetObject"], REPORTS)), ["do everything in s3://reports"]),
    (policy(allow("*")), ["do everything on every resource of every service"]),
    (policy(allow("s3:Get*", REPORTS)), ["read anything in s3://reports"]),
    (policy(allow(["s3:Get*", "s3:List*"], REPORTS)), ["read and list anything in s3://reports"]),
    (policy(allow("s3:GetObject*", REPORTS)), ["call `GetObject*` in s3://reports"]),
    (policy(allow("s3:*Object", REPORTS)), ["call `*Object` in s3://reports"]),
    (policy(allow("s3:PutBucketPolicy", "arn:aws:s3:::reports")), ["write bucket policies in s3://reports"]),
    (
        policy(allow("s3:GetObject", REPORTS, Condition=OFFICE)),
        ["read objects in s3://reports (only under a condition on aws:SourceIp)"],
    ),
    (
        policy(allow("s3:GetObject", REPORTS, Condition=CODE)),
        [
            f"read objects in s3://reports (only under conditions on {' and '.join(KEYS)})",
        ],
    ),
    (
        policy(allow("s3:*", REPORTS), deny("s3:DeleteObject", REPORTS)),
        ["do everything in s3://reports", "never delete objects in s3://reports"],
    ),
    (
        policy(deny("s3:*", "arn:aws:s3:::secret/*"), allow("s3:GetObject")),
        ["read objects in every S3 bucket", "never do anything in s3://secret"],
    ),
    (policy(deny("s3:*")), ["never do anything in every S3 bucket"]),
    (
        policy(but("Allow", NotAction="iam:*", Resource="*")),
        ["do everything except `iam:*` on every resource of every service"],
    ),
    (
        policy(but("Allow", NotAction=["iam:*", "s3:DeleteObject"], Resource=REPORTS)),
        ["do everything except `iam:*` and s3:DeleteObject on s3://reports"],
    ),
    (
        policy(but("Deny", NotAction="s3:GetObject", Resource="*")),
        ["never do anything except s3:GetObject on every resource of every service"],
    ),
    (
        policy(but("Allow", Action="s3:GetObject", NotResource="arn:aws:s3:::secret/*")),
        ["read objects on everything except s3://secret"],
    ),
    (policy(allow("s3:ListAllMyBuckets")), ["list buckets in S3"]),
    (
        policy(allow(["s3:ListAllMyBuckets", "s3:GetObject"])),
        ["list buckets in S3", "read objects in every S3 bucket"],
    ),
    (
        policy(allow("cloudwatch:ListMetrics"), deny("kms:ListKeys")),
        ["list metrics in CloudWatch", "never list keys in KMS"],
    ),
    (policy(allow("ec2:DescribeInstances")), ["describe instances on every EC2 resource"]),
    (policy(allow("ec2:Describe*")), ["describe anything on every EC2 resource"]),
    (
        policy(allow(["ec2:StartInstances", "ec2:StopInstances"], arn("ec2", "instance/*"))),
        ["start and stop instances on every EC2 instance (eu-west-1)"],
    ),
    (policy(allow("rds:DescribeDBInstances")), ["describe DB instances on every RDS resource"]),
    (
        policy(allow(["dynamodb:GetItem", "dynamodb:Query"], arn("dynamodb", "table/orders"))),
        ["read items in DynamoDB table orders (eu-west-1)"],
    ),
    (
        policy(allow(["dynamodb:Query", "dynamodb:BatchWriteItem"], arn("dynamodb", "table/orders", account="*"))),
        ["read and write items in DynamoDB table orders (eu-west-1)"],
    ),
    (
        policy(allow(["sqs:SendMessage", "sns:Publish"], [arn("sqs", "orders"), arn("sns", "alerts")])),
        ["send messages on SQS queue orders (eu-west-1)", "publish messages on SNS topic alerts (eu-west-1)"],
    ),
    (
        policy(allow("kms:Decrypt", arn("kms", "key/abc", account="999999999999"))),
        ["decrypt data on KMS key abc (eu-west-1) of account 999999999999"],
    ),
    (
        policy(allow("lambda:InvokeFunction", arn("lambda", "function:report"))),
        ["run functions on Lambda function report (eu-west-1)"],
    ),
    (
        policy(allow("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:db-x"))),
        ["read secret values on Secrets Manager secret db-x (eu-west-1)"],
    ),
    (policy(allow("sts:AssumeRole", arn("iam", "role/x", ""))), ["assume roles on IAM role x"]),
    (policy(allow("cloudwatch:PutMetricData")), ["write metric data on every CloudWatch resource"]),
    (policy(allow("execute-api:Invoke")), ["invoke on every API Gateway resource"]),
    (policy(allow("iam:PassRole", arn("iam", "role/x", ""))), ["pass roles on IAM role x"]),
    (
        policy(allow("s3:GetObject", REPORTS), allow("kms:Decrypt"), allow("s3:PutObject", "arn:aws:s3:::in/*")),
        ["read objects in s3://reports", "write objects in s3://in", "decrypt data on every KMS resource"],
    ),
    (policy(allow("athena:StartQueryExecution")), ["run queries in every Athena resource"]),
    (policy(allow("S3:GETOBJECT", REPORTS)), ["read objects in s3://reports"]),
    (policy(allow("logs:CreateLogGroup")), ["create log groups in every CloudWatch Logs resource"]),
    (
        policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")),
        ["read objects in s3://home/${aws:username}"],
    ),
    (
        json.dumps({"Version": "2012-10-17", "Statement": allow("s3:GetObject", REPORTS)}),
        ["read objects in s3://reports"],
    ),
    ("not a policy", []),
    ("[]", []),
]


@pytest.mark.parametrize(("text", "words"), TABLE, ids=[" + ".join(words) or text for text, words in TABLE])
def test_a_policy_in_words(text: str, words: list[str]) -> None:
    assert list(in_words(text, HERE)) == words


def test_the_table_is_large_enough() -> None:
    assert len(TABLE) >= 40


def test_hostile_names_do_not_end_the_code_that_they_are_in() -> None:
    (said,) = in_words(policy(allow("s3:GetObject", "arn:aws:s3:::a`*b`/*")), HERE)
    assert said == "read objects in `s3://a'*b'`"
