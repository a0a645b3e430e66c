"""Revoke in AWS: everything of a user, in an order in which nothing works any more after the first step."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.aws.documents import compact, sessions_denied
from bot.aws.errors import GONE, reading, writing
from bot.aws.roles import DENY_ALL
from bot.domain.errors import AwsRefused, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

SESSIONS = "latchkey-sessions-over"
DENY = "latchkey-deny"


def tear_down(client: "IAMClient", responder: "Callable[[], IAMClient]", user: str, now: datetime) -> None:
    """Each step is harmless when repeated; a user that is gone is done. Raises AwsError where a step is refused."""
    try:
        with reading("GetUser"):
            client.get_user(UserName=user)
    except Unreadable as unknown:
        if unknown.code == GONE:
            return
        raise
    keys = _all(client, "list_access_keys", "AccessKeyMetadata", user)
    for key in keys:
        with writing("UpdateAccessKey", gone_is_done=True):
            client.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    _end_sessions(client, responder, user, now)
    _drop_allows(client, user)
    for key in keys:
        with writing("DeleteAccessKey", gone_is_done=True):
            client.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    _drop_the_rest(client, user)
    _drop_denies(client, user)
    with writing("DeleteUser", gone_is_done=True):
        client.delete_user(UserName=user)


def _all(client: "IAMClient", operation: str, field: str, user: str) -> list[Any]:
    try:
        with reading(operation):
            if not client.can_paginate(operation):
                return list(getattr(client, operation)(UserName=user)[field])
            pages = client.get_paginator(operation).paginate(UserName=user)  # type: ignore[call-overload]
            return [row for page in pages for row in page[field]]
    except Unreadable as unknown:
        if unknown.code == GONE:
            return []
        raise


def _end_sessions(client: "IAMClient", responder: "Callable[[], IAMClient]", user: str, now: datetime) -> None:
    """Without its boundary the Issuer may not write on the user: then the Responder denies everything instead."""
    try:
        with writing("PutUserPolicy", gone_is_done=True):
            client.put_user_policy(UserName=user, PolicyName=SESSIONS, PolicyDocument=compact(sessions_denied(now)))
    except AwsRefused:
        with writing("AttachUserPolicy", gone_is_done=True):
            responder().attach_user_policy(UserName=user, PolicyArn=DENY_ALL)


def _drop_allows(client: "IAMClient", user: str) -> None:
    for name in _all(client, "list_user_policies", "PolicyNames", user):
        if name not in {SESSIONS, DENY}:
            with writing("DeleteUserPolicy", gone_is_done=True):
                client.delete_user_policy(UserName=user, PolicyName=name)
    for row in _all(client, "list_attached_user_policies", "AttachedPolicies", user):
        if row["PolicyArn"] != DENY_ALL:
            with writing("DetachUserPolicy", gone_is_done=True):
                client.detach_user_policy(UserName=user, PolicyArn=row["PolicyArn"])


def _drop_the_rest(client: "IAMClient", user: str) -> None:
    """What people may have hung on the user by hand: all of it stands in the way of DeleteUser."""
    with writing("DeleteLoginProfile", gone_is_done=True):
        client.delete_login_profile(UserName=user)
    for row in _all(client, "list_mfa_devices", "MFADevices", user):
        with writing("DeactivateMFADevice", gone_is_done=True):
            client.deactivate_mfa_device(UserName=user, SerialNumber=row["SerialNumber"])
        if ":mfa/latchkey/" in row["SerialNumber"]:
            with writing("DeleteVirtualMFADevice", gone_is_done=True):
                client.delete_virtual_mfa_device(SerialNumber=row["SerialNumber"])
    for row in _all(client, "list_signing_certificates", "Certificates", user):
        with writing("DeleteSigningCertificate", gone_is_done=True):
            client.delete_signing_certificate(UserName=user, CertificateId=row["CertificateId"])
    for row in _all(client, "list_ssh_public_keys", "SSHPublicKeys", user):
        with writing("DeleteSSHPublicKey", gone_is_done=True):
            client.delete_ssh_public_key(UserName=user, SSHPublicKeyId=row["SSHPublicKeyId"])
    for row in _all(client, "list_service_specific_credentials", "ServiceSpecificCredentials", user):
        number = row["ServiceSpecificCredentialId"]
        with writing("DeleteServiceSpecificCredential", gone_is_done=True):
            client.delete_service_specific_credential(UserName=user, ServiceSpecificCredentialId=number)
    for row in _all(client, "list_groups_for_user", "Groups", user):
        with writing("RemoveUserFromGroup", gone_is_done=True):  # authorised on the group, which is not ours
            client.remove_user_from_group(UserName=user, GroupName=row["GroupName"])


def _drop_denies(client: "IAMClient", user: str) -> None:
    for row in _all(client, "list_attached_user_policies", "AttachedPolicies", user):
        with writing("DetachUserPolicy", gone_is_done=True):
            client.detach_user_policy(UserName=user, PolicyArn=row["PolicyArn"])
    for name in _all(client, "list_user_policies", "PolicyNames", user):
        with writing("DeleteUserPolicy", gone_is_done=True):
            client.delete_user_policy(UserName=user, PolicyName=name)
