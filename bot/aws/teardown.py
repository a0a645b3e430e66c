"""Revoke in AWS: everything of a user, in an order in which nothing works any more after the first steps."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.aws import devices
from bot.aws.documents import compact, only_denies, sessions_denied
from bot.aws.errors import GONE, writing
from bot.aws.users import DENY, NOT_OURS
from bot.domain.errors import AwsRefused, ForeignUser, Throttled
from bot.domain.grant import IAM_PATH

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

SESSIONS = "latchkey-sessions-over"
SETTLES = timedelta(minutes=1)  # an Inactive key still answers for some seconds: sessions that it obtains end too


def tear_down(
    client: "IAMClient",
    user: str,
    known: Sequence[str],
    deny_everything: Callable[[], None],
    now: Callable[[], datetime],
) -> None:
    """Each step is harmless when repeated; a user that is gone is done. `deny_everything` is the Responder's part.

    `known`: serial numbers of MFA devices of which some may never have come to be on the user, and are not listed.

    Raises AwsError where a step is refused.
    """
    if not _exists(client, user):
        for serial in known:
            devices.delete(client, serial)
        return
    keys = _all(client, "list_access_keys", "AccessKeyMetadata", user)
    for key in keys:
        with writing("UpdateAccessKey", gone_is_done=True):
            client.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    _drop_policies(client, user, denies=False)
    _end_sessions(client, user, deny_everything, now() + SETTLES)
    for key in keys:
        with writing("DeleteAccessKey", gone_is_done=True):
            client.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    silent = _drop_the_rest(client, user, known)
    _drop_policies(client, user, denies=True)
    try:
        with writing("DeleteUser", gone_is_done=True):
            client.delete_user(UserName=user)
    except AwsRefused:
        if silent:  # what stands in the way is what could not be listed
            raise silent[0] from None
        raise


def _exists(client: "IAMClient", user: str) -> bool:
    """Raises ForeignUser for one outside /latchkey/: its name alone does not make it ours."""
    try:
        with writing("GetUser"):
            path = client.get_user(UserName=user)["User"]["Path"]
    except AwsRefused as refused:
        if refused.code == GONE:
            return False
        raise
    if path != IAM_PATH:
        raise ForeignUser("DeleteUser", NOT_OURS)
    return True


def _all(client: "IAMClient", operation: str, field: str, user: str) -> list[Any]:
    found: list[Any] = []
    with writing(client.meta.method_to_api_mapping[operation], gone_is_done=True):
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(UserName=user)  # type: ignore[call-overload]
            found = [row for page in pages for row in page[field]]
        else:
            found = list(getattr(client, operation)(UserName=user)[field])
    return found


def _end_sessions(client: "IAMClient", user: str, deny_everything: Callable[[], None], before: datetime) -> None:
    """Without its boundary the Issuer may not write on the user: then the Responder denies everything instead."""
    document = compact(sessions_denied(before))
    try:
        with writing("PutUserPolicy", gone_is_done=True):
            client.put_user_policy(UserName=user, PolicyName=SESSIONS, PolicyDocument=document)
    except AwsRefused:
        deny_everything()


def _drop_policies(client: "IAMClient", user: str, *, denies: bool) -> None:
    """The Allows at first, what denies at the very end."""
    for name in _all(client, "list_user_policies", "PolicyNames", user):
        if denies or name not in {SESSIONS, DENY}:
            with writing("DeleteUserPolicy", gone_is_done=True):
                client.delete_user_policy(UserName=user, PolicyName=name)
    for row in _all(client, "list_attached_user_policies", "AttachedPolicies", user):
        if denies or not only_denies(row["PolicyArn"]):
            with writing("DetachUserPolicy", gone_is_done=True):
                client.detach_user_policy(UserName=user, PolicyArn=row["PolicyArn"])


def _drop_the_rest(client: "IAMClient", user: str, known: Sequence[str]) -> list[Throttled]:
    """What people may have hung on the user by hand. What AWS does not list is passed over and returned."""
    silent: list[Throttled] = []
    with writing("DeleteLoginProfile", gone_is_done=True):
        client.delete_login_profile(UserName=user)
    listed = [row["SerialNumber"] for row in _readable(client, "list_mfa_devices", "MFADevices", user, silent)]
    for serial in dict.fromkeys([*listed, *known]):
        devices.drop(client, user, serial)
    for row in _readable(client, "list_signing_certificates", "Certificates", user, silent):
        with writing("DeleteSigningCertificate", gone_is_done=True):
            client.delete_signing_certificate(UserName=user, CertificateId=row["CertificateId"])
    for row in _readable(client, "list_ssh_public_keys", "SSHPublicKeys", user, silent):
        with writing("DeleteSSHPublicKey", gone_is_done=True):
            client.delete_ssh_public_key(UserName=user, SSHPublicKeyId=row["SSHPublicKeyId"])
    for row in _readable(client, "list_service_specific_credentials", "ServiceSpecificCredentials", user, silent):
        number = row["ServiceSpecificCredentialId"]
        with writing("DeleteServiceSpecificCredential", gone_is_done=True):
            client.delete_service_specific_credential(UserName=user, ServiceSpecificCredentialId=number)
    for row in _readable(client, "list_groups_for_user", "Groups", user, silent):
        # Authorised on the group, which is not ours: no printed role may, so that an administrator has to, and is told.
        with writing("RemoveUserFromGroup", gone_is_done=True):
            client.remove_user_from_group(UserName=user, GroupName=row["GroupName"])
    return silent


def _readable(client: "IAMClient", operation: str, field: str, user: str, silent: list[Throttled]) -> list[Any]:
    try:
        return _all(client, operation, field, user)
    except Throttled as unknown:
        silent.append(unknown)
        return []
