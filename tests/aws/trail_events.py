"""CloudTrail events of a leaked key, in the shapes that AWS documents, for tests of what is read from them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

ACCOUNT = "123456789012"
LEAKED = "AKIAIOSFODNN7EXAMPLE"
SESSION = "ASIAIOSFODNN7EXAMPLE"
NEW_KEY = "AKIAI44QH8DHBEXAMPLE"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"

Parts = tuple[str, str, Mapping[str, Any] | None, Mapping[str, Any] | None]

CREATE_USER: Parts = (
    "iam",
    "CreateUser",
    {"userName": "backup"},
    {
        "user": {
            "path": "/",
            "userName": "backup",
            "userId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/backup",
            "createDate": "Nov 24, 2026 12:00:00 PM",
        }
    },
)
CREATE_KEY: Parts = (
    "iam",
    "CreateAccessKey",
    {"userName": "backup"},
    {"accessKey": {"userName": "backup", "accessKeyId": NEW_KEY, "status": "Active", "createDate": "Nov 24, 2026"}},
)
CREATE_OWN_KEY: Parts = ("iam", "CreateAccessKey", None, CREATE_KEY[3])
CREATE_LOGIN: Parts = (
    "iam",
    "CreateLoginProfile",
    {"userName": "backup", "passwordResetRequired": False},
    {"loginProfile": {"userName": "backup", "createDate": "Nov 24, 2026", "passwordResetRequired": False}},
)
ATTACH: Parts = ("iam", "AttachUserPolicy", {"userName": "backup", "policyArn": ADMIN}, None)
PUT_POLICY: Parts = (
    "iam",
    "PutUserPolicy",
    {"userName": "reports", "policyName": "all", "policyDocument": '{"Statement": []}'},
    None,
)
CREATE_ROLE: Parts = (
    "iam",
    "CreateRole",
    {"roleName": "helper", "assumeRolePolicyDocument": "{}"},
    {"role": {"roleName": "helper", "arn": f"arn:aws:iam::{ACCOUNT}:role/helper", "roleId": "AROAEXAMPLE"}},
)
ASSUME: Parts = (
    "sts",
    "AssumeRole",
    {"roleArn": DEPLOY, "roleSessionName": "x", "durationSeconds": 3600},
    {
        "credentials": {"accessKeyId": SESSION, "expiration": "Nov 24, 2026, 1:00:00 PM", "sessionToken": "AQoEXAMPLE"},
        "assumedRoleUser": {
            "assumedRoleId": "AROAEXAMPLE:x",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x",
        },
    },
)
SESSION_TOKEN: Parts = (
    "sts",
    "GetSessionToken",
    {"durationSeconds": 129600},
    {"credentials": ASSUME[3]["credentials"]},
)  # type: ignore[index]
BUCKET_POLICY: Parts = (
    "s3",
    "PutBucketPolicy",
    {
        "bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]},
        "bucketName": "reports",
        "Host": "reports.s3.eu-west-1.amazonaws.com",
        "policy": "",
    },
    None,
)
RUN: Parts = (
    "ec2",
    "RunInstances",
    {
        "instancesSet": {"items": [{"imageId": "ami-1c1b9f1c", "minCount": 1, "maxCount": 5}]},
        "instanceType": "p4d.24xlarge",
        "monitoring": {"enabled": False},
    },
    {
        "reservationId": "r-1710f8e5",
        "instancesSet": {"items": [{"instanceId": f"i-0{n}", "instanceType": "p4d.24xlarge"} for n in range(5)]},
    },
)
STOP_TRAIL: Parts = ("cloudtrail", "StopLogging", {"name": "organization"}, None)
LAMBDA: Parts = ("lambda", "CreateFunction20150331", {"functionName": "miner", "runtime": "python3.12"}, {})
LEAVE: Parts = ("organizations", "LeaveOrganization", None, None)
TAG: Parts = (
    "ec2",
    "CreateTags",
    {"resourcesSet": {"items": [{"resourceId": "i-00"}]}, "name": "x"},
    {"_return": True},
)
SECRET: Parts = ("secretsmanager", "GetSecretValue", {"secretId": "prod/db"}, None)


def row(at: datetime, parts: Parts, key: str = LEAKED, **changes: Any) -> dict[str, Any]:
    """An Event of LookupEvents. `changes` are put over CloudTrail's own JSON."""
    service, name, request, response = parts
    reads = name.startswith(("Get", "List", "Describe", "Assume"))
    written = {
        "eventVersion": "1.11",
        "userIdentity": _identity(key),
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.15.30 Python/3.11 Windows/10",
        "requestParameters": request,
        "responseElements": response,
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
    }
    return {"EventTime": at, "EventName": name, "CloudTrailEvent": json.dumps(written | changes)}


def _identity(key: str) -> dict[str, Any]:
    if key == LEAKED:
        user = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "userName": "reports"}
        return user | {"arn": f"arn:aws:iam::{ACCOUNT}:user/reports", "accountId": ACCOUNT, "accessKeyId": key}
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:x",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": DEPLOY, "userName": "deploy"}},
    }
