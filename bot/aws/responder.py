"""ports.Responder with boto3: deactivates found keys, contains leaked ones, deletes some, and ends sessions by role.

Nothing here reactivates a key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from bot.aws import leaked_user, revoked_sessions
from bot.aws.accounts import Accounts
from bot.aws.errors import GONE, reading, writing
from bot.aws.policies import DENY_ALL, QUARANTINE, aws_policy
from bot.domain.adopted import SERVICE_PATH, path_of
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, AwsRefused, ForeignUser
from bot.domain.grant import IAM_PATH
from bot.domain.ids import AccessKeyId
from bot.domain.issuing.session import RevokedSession

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

OFF: Literal["Inactive"] = "Inactive"
NOT_FOUND_USER, OWN, NO_DELETER, STILL_ACTIVE = "NotAFoundUser", "LatchkeyItself", "NoDeleter", "StillActive"
ATTACH, DETACH, PUT_ROLE = "iam:AttachUserPolicy", "iam:DetachUserPolicy", "iam:PutRolePolicy"
UPDATE, LIST, DELETE = "iam:UpdateAccessKey", "iam:ListAccessKeys", "iam:DeleteAccessKey"


class AwsResponder:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def switch_off(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        user = found_user(self._accounts, account, user_arn, key, "UpdateAccessKey")
        client = self._accounts.on_found(account, account.responder_role_arn, user_arn, UPDATE, by=by)
        with writing("UpdateAccessKey"):
            client.update_access_key(UserName=user, AccessKeyId=key, Status=OFF)

    def deny(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str, quarantine: bool = False) -> None:
        user = found_user(self._accounts, account, user_arn, key, "AttachUserPolicy")
        client = self._accounts.on_found(account, account.responder_role_arn, user_arn, ATTACH, by=by)
        leaked_user.attach(client, user, aws_policy(account, QUARANTINE if quarantine else DENY_ALL))

    def allow(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        user = found_user(self._accounts, account, user_arn, key, "DetachUserPolicy")
        client = self._accounts.on_found(account, account.responder_role_arn, user_arn, DETACH, by=by)
        leaked_user.detach(client, user, aws_policy(account, DENY_ALL))

    def end_role_sessions(self, account: Account, role_arn: str, before: datetime, *, by: str) -> None:
        client = self._accounts.on_found(account, account.responder_role_arn, role_arn, PUT_ROLE, by=by)
        leaked_user.end_role_sessions(client, role_arn.rpartition("/")[2], before)

    def delete(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        user = found_user(self._accounts, account, user_arn, key, "DeleteAccessKey")
        role = account.deleter_role_arn
        if role is None:  # the worker's own credentials don't have this right, so it isn't tried
            raise AwsRefused("DeleteAccessKey", NO_DELETER)
        client = self._accounts.on_found(account, role, user_arn, LIST, DELETE, by=by)
        status = _status(client, user, key)
        if status is None:
            return
        if status != OFF:
            raise AwsRefused("DeleteAccessKey", STILL_ACTIVE)
        with writing("DeleteAccessKey", gone_is_done=True):
            client.delete_access_key(UserName=user, AccessKeyId=key)

    def revoke_sessions(
        self, account: Account, role_arn: str, sessions: Sequence[RevokedSession], *, by: str
    ) -> frozenset[str]:
        client = self._accounts.on_found(account, account.responder_role_arn, role_arn, *revoked_sessions.CALLS, by=by)
        return revoked_sessions.revoke(client, role_arn.rpartition("/")[2], sessions)


def found_user(accounts: Accounts, account: Account, user_arn: str, key: str, call: str) -> str:
    """The user name in this ARN. Raises ForeignUser for users that must not be changed, whatever the ledger says."""
    head, _, name = user_arn.rpartition("/")
    path = path_of(user_arn)
    if f":iam::{account.id}:user" not in head or path.startswith((IAM_PATH, SERVICE_PATH)) or not name:
        raise ForeignUser(call, NOT_FOUND_USER)
    if accounts.is_own(user_arn, key):
        raise ForeignUser(call, OWN)
    return name


def _status(client: "IAMClient", user: str, key: str) -> str | None:
    """The status as the Deleter itself reads it. None: gone."""
    try:
        with reading("ListAccessKeys"):
            pages = client.get_paginator("list_access_keys").paginate(UserName=user)
            rows = [row for page in pages for row in page["AccessKeyMetadata"]]
    except AwsError as error:
        if error.code == GONE:
            return None
        raise
    return next((str(row["Status"]) for row in rows if row["AccessKeyId"] == key), None)
