"""Which CloudTrail events are changes, which changes matter most after a leak, and which calls read secrets."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import AccessKeyId
from bot.domain.policies.admin_power import WRITES
from bot.domain.usage.key_usage import DENIALS, SERVICE, Event
from bot.domain.usage.network import network_of

GRAVE = frozenset(
    {
        *WRITES,
        "iam:AddRoleToInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:CreateVirtualMFADevice",
        "iam:DeactivateMFADevice",
        "iam:DeleteAccountPasswordPolicy",
        "iam:EnableMFADevice",
        "iam:UploadSSHPublicKey",
        "iam:UploadSigningCertificate",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
        "config:DeleteConfigurationRecorder",
        "config:StopConfigurationRecorder",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateKeyPair",
        "ec2:DeleteFlowLogs",
        "ec2:ImportKeyPair",
        "ec2:ModifyImageAttribute",
        "ec2:ModifySnapshotAttribute",
        "ec2:RequestSpotInstances",
        "ec2:RunInstances",
        "ecs:RunTask",
        "guardduty:DeleteDetector",
        "guardduty:UpdateDetector",
        "kms:CreateGrant",
        "kms:DisableKey",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:CreateFunctionUrlConfig",
        "lambda:UpdateFunctionCode",
        "logs:DeleteLogGroup",
        "organizations:CreateAccount",
        "organizations:LeaveOrganization",
        "rds:ModifyDBSnapshotAttribute",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteBucketPublicAccessBlock",
        "s3:PutAccountPublicAccessBlock",
        "s3:PutBucketAcl",
        "s3:PutBucketLifecycle",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketReplication",
        "secretsmanager:PutResourcePolicy",
        "securityhub:DisableSecurityHub",
        "ssm:SendCommand",
        "ssm:StartSession",
    }
)
"""New ways into the account, rights given away, data shared, logs switched off, machines started. By IAM prefix."""

SECRETS = frozenset(
    {
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
    }
)
"""Calls that return what a person has to rotate afterwards."""

SESSIONS = ("AssumeRole", "AssumeRoot", "GetFederationToken", "GetSessionToken")
READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Decode", "Simulate", "Query", "Scan")
"""How calls begin that only read, for an event that doesn't say it itself."""


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    call: str  # "iam:CreateUser"
    target: str | None = None
    detail: str | None = None
    key: AccessKeyId | None = None  # made or changed by it
    by: AccessKeyId | None = None  # the key or the session that called
    region: str = ""
    network: str | None = None
    grave: bool = False


def call_of(event: Event) -> str:
    """Like "iam:CreateUser"."""
    return f"{event.source.removesuffix(SERVICE)}:{event.name}"


def makes_session(event: Event) -> bool:
    return call_of(event).startswith("sts:") and event.name.startswith(SESSIONS)


def makes_credential(event: Event) -> bool:
    """A session or a key, whose calls have its own id."""
    return event.error is None and (makes_session(event) or call_of(event) == "iam:CreateAccessKey")


def is_change(event: Event) -> bool:
    """Carried out, and not only read. A new session is none: it's listed on its own."""
    if event.error is not None or makes_session(event):
        return False
    return not event.name.startswith(READING) if event.read_only is None else not event.read_only


def is_denied(event: Event) -> bool:
    return event.error in DENIALS


def change(event: Event) -> Change:
    call = call_of(event)
    about_caller = call.startswith("iam:") and call.endswith(("AccessKey", "LoginProfile"))
    target = event.target or (event.user if about_caller else None)  # without a name, IAM means the caller
    return Change(
        event.at,
        call,
        target,
        event.detail,
        event.key,
        event.by,
        event.region,
        network_of(event.address),
        grave=call in GRAVE,
    )
