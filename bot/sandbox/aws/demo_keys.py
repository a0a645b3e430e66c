"""The keys that the demo's people made by hand years ago, what uses each of them, and their organisation."""

import json
from datetime import timedelta
from functools import partial

from bot.sandbox.aws.cloudtrail import Use, agents
from bot.sandbox.aws.old_keys import OldKey
from bot.sandbox.aws.organizations import Member

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ALICE, DAVE = "U01ALICE", "U04DAVE"
ROLE = "arn:aws:iam::123456789012:role/"

MEMBERS = (  # the example catalog knows only the first
    Member("123456789012", "main"),
    Member("210987654321", "staging"),
    Member("345678901234", "data-platform"),
    Member("456789012345", "old-shop", "SUSPENDED"),
)


def allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_terraform = partial(Use, address="198.51.100.24", agent=agents.TERRAFORM, every=DAY)
_github = partial(Use, address="20.55.14.9", agent=agents.GITHUB, times=9, every=2 * DAY)
_instance = partial(Use, address="10.0.12.34", agent=agents.BOTO3_ON_EC2, endpoint="vpce-0f4c12ab34cd56ef7")
_laptop = partial(Use, address="203.0.113.61", agent=agents.CLI, every=DAY)
_at_home = partial(Use, address="192.0.2.140", every=DAY)

TERRAFORM = (
    _terraform("s3", "GetBucketVersioning", 2 * HOUR, times=12),
    _terraform("dynamodb", "DescribeTable", 2 * HOUR, times=20),
    _terraform("ec2", "DescribeVpcs", 2 * HOUR, times=10),
    _terraform("sts", "AssumeRole", 2 * HOUR, times=20, role=ROLE + "terraform"),
    _terraform("iam", "ListRoles", 3 * DAY, times=3, error="AccessDenied"),
)
GITHUB = (
    _github("sts", "GetCallerIdentity", 5 * HOUR),
    _github("sts", "AssumeRole", 5 * HOUR, role=ROLE + "deploy"),
    _github("ecr", "GetAuthorizationToken", 290 * MINUTE, agent=agents.GITHUB_CLI),
)
ON_EC2 = (
    _instance("s3", "GetObject", 12 * MINUTE, times=24),
    _instance("s3", "GetBucketLocation", 40 * MINUTE, times=30),
    _instance("kms", "Decrypt", 40 * MINUTE, times=12),
)
TWO_LAPTOPS = (
    _laptop("athena", "StartQueryExecution", HOUR, times=18),
    _laptop("glue", "GetTables", HOUR, times=10, through="athena.amazonaws.com"),
    _at_home("athena", "GetQueryResults", 90 * MINUTE, times=15, agent=agents.BOTO3_ON_WINDOWS),
)
_night = partial(Use, address="198.51.100.40", agent=agents.BOTO3_ON_LINUX, every=DAY, times=20)
NIGHTS = (_night("s3", "ListBuckets", 9 * HOUR), _night("kms", "Decrypt", 9 * HOUR))
A_PERSON = (
    _at_home("dynamodb", "ListTables", 4 * HOUR, times=8, agent=agents.CLI_LINUX),
    _at_home("s3", "ListBuckets", 5 * HOUR, times=6, agent=agents.CLI_LINUX),
)

NIGHTLY = OldKey(
    "reports-nightly",
    ALICE,
    730 * DAY,
    uses=ON_EC2,
    policy=allow("s3:GetObject", "s3:GetBucket*", "kms:Decrypt", "sns:Publish"),
)
EXPORT = OldKey(  # an administrator's key for a job at night: what `latchkey demo --leak` leaks
    "etl-export", ALICE, 410 * DAY, uses=NIGHTS, policy=allow("*"),
)  # fmt: skip
KEYS = (
    EXPORT,
    OldKey("old-laptop", ALICE, 410 * DAY, None),
    NIGHTLY,
    OldKey("analytics-team", ALICE, 460 * DAY, uses=TWO_LAPTOPS, policy=allow("athena:*", "glue:Get*", "s3:*")),
    OldKey("ci-deploy", DAVE, 300 * DAY, 95 * DAY, "ecr", "eu-central-1"),
    OldKey(
        "terraform-ci", DAVE, 520 * DAY, uses=TERRAFORM, policy=allow("s3:*", "dynamodb:*", "ec2:*", "sts:AssumeRole")
    ),
    OldKey("github-deploy", DAVE, 240 * DAY, uses=GITHUB, policy=allow("ecr:*", "ecs:*", "sts:AssumeRole")),
    OldKey("dave", DAVE, 380 * DAY, uses=A_PERSON, policy=allow("dynamodb:*", "s3:ListAllMyBuckets"), password=True),
)
CHAT_BOT = "chat-prototype"  # Dave's user, without an access key
# Its Bedrock keys by age and lifetime: one without an end, and one that has ended.
BEDROCK_KEYS = ((200 * DAY, None), (45 * DAY, 30 * DAY))
