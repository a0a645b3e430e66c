"""What a call made or changed, from requestParameters and responseElements of its CloudTrail event.

The shapes are those of the events that AWS documents for each service ("Logging … API calls with AWS CloudTrail").
Every value is text that whoever has the key can choose, so it is only ever shown, and bounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.ids import AccessKeyId

TEXT_MOST = 128  # characters of one name; IAM's longest is 128, an ARN that is longer ends in "…"
LISTED_MOST = 3  # instances of one call
VALUES_MOST = 1000  # looked at in one event
DATED = re.compile(r"\d{4}_?\d{2}_?\d{2}(v\d{1,2})?$")  # CreateFunction20150331v2, CreateDistribution2020_05_31
KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}", re.ASCII)
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Shape:
    """Paths into the event: the first one that holds a text counts."""

    target: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """`target` is what the call is about, `detail` what it gave or took, `key` the access key that it made or named."""

    target: str | None = None
    detail: str | None = None
    key: AccessKeyId | None = None


USER, ROLE, GROUP, POLICY = "request.userName", "request.roleName", "request.groupName", "request.policyArn"
BUCKET, FUNCTION, KMS_KEY = ("request.bucketName",), ("request.functionName",), ("request.keyId",)
SESSION = ("response.credentials.accessKeyId",)
INSTANCES = ("response.instancesSet.items.instanceId", "request.instancesSet.items.instanceId")


def _of(names: str, target: tuple[str, ...], *detail: str) -> Iterator[tuple[str, Shape]]:
    service, _, calls = names.partition(":")
    yield from ((f"{service}:{each}", Shape(target, detail)) for each in calls.split())


SHAPES: Mapping[str, Shape] = {
    **dict(_of("iam:CreateUser DeleteUser CreateLoginProfile UpdateLoginProfile DeleteLoginProfile", (USER,))),
    **dict(_of("iam:UploadSSHPublicKey UploadSigningCertificate DeleteUserPermissionsBoundary", (USER,))),
    **dict(_of("iam:AttachUserPolicy DetachUserPolicy", (USER,), POLICY)),
    **dict(_of("iam:PutUserPolicy DeleteUserPolicy", (USER,), "request.policyName")),
    **dict(_of("iam:AddUserToGroup RemoveUserFromGroup", (USER,), GROUP)),
    **dict(_of("iam:EnableMFADevice DeactivateMFADevice", (USER,), "request.serialNumber")),
    **dict(_of("iam:PutUserPermissionsBoundary", (USER,), "request.permissionsBoundary")),
    **dict(_of("iam:CreateRole DeleteRole UpdateAssumeRolePolicy UpdateRole", (ROLE,))),
    **dict(_of("iam:DeleteRolePermissionsBoundary", (ROLE,))),
    **dict(_of("iam:AttachRolePolicy DetachRolePolicy", (ROLE,), POLICY)),
    **dict(_of("iam:PutRolePolicy DeleteRolePolicy", (ROLE,), "request.policyName")),
    **dict(_of("iam:PutRolePermissionsBoundary", (ROLE,), "request.permissionsBoundary")),
    **dict(_of("iam:CreateGroup DeleteGroup", (GROUP,))),
    **dict(_of("iam:AttachGroupPolicy DetachGroupPolicy", (GROUP,), POLICY)),
    **dict(_of("iam:PutGroupPolicy DeleteGroupPolicy", (GROUP,), "request.policyName")),
    **dict(_of("iam:CreatePolicy", ("response.policy.arn", "request.policyName"))),
    **dict(_of("iam:CreatePolicyVersion SetDefaultPolicyVersion DeletePolicy", (POLICY,))),
    **dict(_of("iam:AddRoleToInstanceProfile", ("request.instanceProfileName",), ROLE)),
    **dict(_of("iam:CreateOpenIDConnectProvider", ("request.url",))),
    **dict(_of("iam:CreateSAMLProvider", ("request.name",))),
    "iam:CreateAccessKey": Shape((USER, "response.accessKey.userName"), key=("response.accessKey.accessKeyId",)),
    "iam:UpdateAccessKey": Shape((USER,), ("request.status",), ("request.accessKeyId",)),
    "iam:DeleteAccessKey": Shape((USER,), key=("request.accessKeyId",)),
    "iam:CreateServiceSpecificCredential": Shape(
        (USER, "response.serviceSpecificCredential.userName"), ("request.serviceName",)
    ),
    **dict.fromkeys(
        ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"),
        Shape(("request.roleArn",), ("request.roleSessionName",), SESSION),
    ),
    "sts:AssumeRoot": Shape(("request.targetPrincipal",), key=SESSION),
    "sts:GetFederationToken": Shape(("request.name",), key=SESSION),
    "sts:GetSessionToken": Shape(key=SESSION),
    **dict(_of("s3:PutBucketPolicy DeleteBucketPolicy PutBucketAcl CreateBucket DeleteBucket", BUCKET)),
    **dict(_of("s3:PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock PutBucketReplication", BUCKET)),
    **dict(_of("s3:PutBucketVersioning PutBucketLifecycle PutBucketLogging PutBucketWebsite", BUCKET)),
    **dict(_of("ec2:RunInstances", INSTANCES, "request.instanceType")),
    **dict(_of("ec2:StartInstances StopInstances TerminateInstances RebootInstances", INSTANCES)),
    **dict(_of("ec2:CreateKeyPair ImportKeyPair", ("request.keyName",))),
    **dict(_of("ec2:ModifySnapshotAttribute DeleteSnapshot", ("request.snapshotId",))),
    **dict(_of("ec2:CreateSnapshot", ("response.snapshotId",), "request.volumeId")),
    **dict(_of("ec2:ModifyImageAttribute", ("request.imageId",))),
    **dict(_of("ec2:AuthorizeSecurityGroupIngress", ("request.groupId", "request.groupName"))),
    **dict(_of("lambda:CreateFunction UpdateFunctionCode UpdateFunctionConfiguration", FUNCTION)),
    **dict(_of("lambda:AddPermission CreateFunctionUrlConfig DeleteFunction", FUNCTION)),
    **dict(_of("kms:ScheduleKeyDeletion DisableKey PutKeyPolicy CreateGrant", KMS_KEY)),
    **dict(_of("kms:CreateKey", ("response.keyMetadata.keyId",))),
    **dict(_of("cloudtrail:StopLogging DeleteTrail UpdateTrail CreateTrail", ("request.name",))),
    **dict(_of("cloudtrail:PutEventSelectors", ("request.trailName",))),
    **dict(_of("guardduty:DeleteDetector UpdateDetector", ("request.detectorId",))),
    **dict(_of("organizations:LeaveOrganization", ())),
    **dict(_of("organizations:CreateAccount", ("request.accountName",))),
    **dict(_of("secretsmanager:GetSecretValue PutResourcePolicy DeleteSecret", ("request.secretId",))),
    **dict(
        _of("ssm:GetParameter GetParameters GetParametersByPath", ("request.name", "request.names", "request.path"))
    ),
    **dict(_of("ssm:SendCommand", ("request.instanceIds",), "request.documentName")),
    **dict(_of("ssm:StartSession", ("request.target",))),
    **dict(_of("rds:ModifyDBSnapshotAttribute", ("request.dBSnapshotIdentifier",))),
}
"""By IAM prefix and call."""

OTHERS = Shape(
    tuple(
        f"request.{each}"
        for each in (
            *("userName", "roleName", "groupName", "policyArn", "bucketName", "functionName", "tableName", "keyId"),
            *("instanceId", "clusterName", "stackName", "secretId", "topicArn", "queueUrl", "dBInstanceIdentifier"),
            *("resourceArn", "resourceId", "name"),
        )
    )
)
"""For a call that isn't in the table: what AWS's services call the thing that a call is about."""


def call_name(name: str) -> str:
    """Lambda and CloudFront put the date of their API behind it."""
    return DATED.sub("", name) or name


def told(service: str, name: str, event: Mapping[str, Any]) -> Told:
    """`event` is CloudTrail's JSON. What isn't a short text, or isn't there, is None."""
    shape = SHAPES.get(f"{service}:{name}", OTHERS)
    key = _first(event, shape.key)
    return Told(
        _first(event, shape.target),
        _first(event, shape.detail),
        AccessKeyId(key) if key is not None and KEY.fullmatch(key) else None,
    )


def _first(event: Mapping[str, Any], paths: tuple[str, ...]) -> str | None:
    for each in paths:
        part, _, rest = each.partition(".")
        found = _values(event.get(f"{part}Parameters" if part == "request" else f"{part}Elements"), rest)
        if found:
            more = f" and {len(found) - LISTED_MOST} more" if len(found) > LISTED_MOST else ""
            return ", ".join(found[:LISTED_MOST]) + more
    return None


def _values(node: object, path: str) -> list[str]:
    """The texts at this path. A list on the way stands for each of its items."""
    nodes = [node]
    for part in path.split("."):
        nodes = [each[part] for each in _flat(nodes) if isinstance(each, dict) and part in each]
    return [said for each in _flat(nodes) if isinstance(each, str) and (said := shown(each))]


def _flat(nodes: list[object]) -> list[object]:
    return [each for one in nodes for each in (one if isinstance(one, list) else [one])][:VALUES_MOST]


def shown(text: str) -> str:
    """Without control and direction characters, at most TEXT_MOST characters."""
    clean = HIDDEN.sub("", text[: 2 * TEXT_MOST]).strip()
    return clean if len(clean) <= TEXT_MOST else f"{clean[: TEXT_MOST - 1]}…"
