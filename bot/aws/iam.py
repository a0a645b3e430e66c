"""ports.Iam on boto3: the user of a grant, its keys, and the sessions of roles."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bot.aws import documents, sessions, teardown
from bot.aws.accounts import Accounts
from bot.aws.errors import GONE, code_of, reading, writing
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import AwsRefused, BoundaryDiffers, ForeignUser, TwoKeys, Unreadable
from bot.domain.grant import IAM_PATH, Grant
from bot.domain.hygiene import LastUsed
from bot.domain.ids import AccessKeyId
from bot.ports import Clock, KeySeen, NewKey, NewSession, UserSpec
from bot.secret import Secret

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import UserTypeDef

ALLOW, DENY = "latchkey-allow", "latchkey-deny"
VISIBLE_SECONDS = 60.0  # how long a fresh user may stay unknown to IAM's other calls


class AwsIam:
    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        *,
        accounts: Accounts | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._catalog, self._clock, self._sleep = catalog, clock, sleep
        self.accounts = accounts or Accounts()

    # --- the user of a grant ------------------------------------------------------------------------------------

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        self._check_boundary(client, spec.account)
        self._create_user(client, spec)
        self._deny(client, spec)
        self._allow(client, spec)

    def _check_boundary(self, client: "IAMClient", account: Account) -> None:
        arn = account.boundary_arn or ""
        try:
            version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found: Any = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        except ClientError as error:
            raise BoundaryDiffers("GetPolicy", code_of(error)) from None
        document = json.loads(found) if isinstance(found, str) else found
        if document != documents.boundary(self._catalog, account):
            raise BoundaryDiffers("GetPolicy", "Differs")

    def _create_user(self, client: "IAMClient", spec: UserSpec) -> None:
        user = spec.grant.iam_user
        try:
            with writing("CreateUser"):
                client.create_user(
                    Path=IAM_PATH,
                    UserName=user,
                    PermissionsBoundary=spec.account.boundary_arn or "",
                    Tags=[{"Key": key, "Value": value} for key, value in _tags(spec).items()],
                )
        except AwsRefused as refused:
            if refused.code != "EntityAlreadyExists":
                raise
            self._is_ours(client, spec)

    def _is_ours(self, client: "IAMClient", spec: UserSpec) -> None:
        with reading("GetUser"):
            found: UserTypeDef = client.get_user(UserName=spec.grant.iam_user)["User"]
        tags = {each["Key"]: each["Value"] for each in found.get("Tags", [])}
        bounded = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        right = found["Path"] == IAM_PATH and tags.get("latchkey:grant") == spec.grant.id
        if not right or bounded != spec.account.boundary_arn:
            raise ForeignUser("CreateUser", "EntityAlreadyExists")

    def _deny(self, client: "IAMClient", spec: UserSpec) -> None:
        if spec.grant.lease_until is None:
            raise ValueError("a user is made only for a grant whose lease is fixed")
        roles = documents.may_assume(documents.keys_in(self._catalog, spec.account))
        found = documents.denies(spec.entitlement, spec.grant.lease_until, roles)
        self._once_visible(lambda: self._put(client, spec.grant.iam_user, DENY, documents.compact(found)))

    def _allow(self, client: "IAMClient", spec: UserSpec) -> None:
        user, policy = spec.grant.iam_user, spec.entitlement.policy
        if policy is not None:
            self._once_visible(lambda: self._put(client, user, ALLOW, documents.compact(json.loads(policy))))
        for arn in spec.entitlement.policy_arns:
            self._once_visible(lambda arn=arn: self._attach(client, user, arn))  # type: ignore[misc]

    @staticmethod
    def _put(client: "IAMClient", user: str, name: str, found: str) -> None:
        with writing("PutUserPolicy"):
            client.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=found)

    @staticmethod
    def _attach(client: "IAMClient", user: str, arn: str) -> None:
        with writing("AttachUserPolicy"):
            client.attach_user_policy(UserName=user, PolicyArn=arn)

    def _once_visible(self, act: Callable[[], None]) -> None:
        """IAM shows a fresh user late: NoSuchEntity is waited out, up to 60 s."""
        waited, pause = 0.0, 0.25
        while True:
            try:
                act()
            except AwsRefused as refused:
                if refused.code != GONE or waited >= VISIBLE_SECONDS:
                    raise
                self._sleep(pause)
                waited, pause = waited + pause, min(pause * 2, 8.0)
            else:
                return

    # --- keys ---------------------------------------------------------------------------------------------------

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        if not user.startswith("latchkey-"):
            raise AwsRefused("CreateAccessKey", "NotLatchkeysUser")
        client = self.accounts.issuer(account, user, by=by, once=True)
        try:
            with writing("CreateAccessKey", once=True):
                found = client.create_access_key(UserName=user)["AccessKey"]
        except AwsRefused as refused:
            if refused.code == "LimitExceeded":
                raise TwoKeys("CreateAccessKey", refused.code) from None
            raise
        created = found.get("CreateDate") or self._clock.now()
        return NewKey(AccessKeyId(found["AccessKeyId"]), Secret(found["SecretAccessKey"]), created.astimezone(UTC))

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        client = self.accounts.reader(account)
        try:
            with reading("ListAccessKeys"):
                pages = client.get_paginator("list_access_keys").paginate(UserName=user)
                rows = [row for page in pages for row in page["AccessKeyMetadata"]]
        except Unreadable as unknown:
            if unknown.code == GONE:
                return None
            raise
        return tuple(
            KeySeen(AccessKeyId(row["AccessKeyId"]), row["Status"] == "Active", row["CreateDate"].astimezone(UTC))
            for row in rows
        )

    def last_used(self, account: Account, key: AccessKeyId) -> LastUsed:
        with reading("GetAccessKeyLastUsed"):
            answer = self.accounts.reader(account).get_access_key_last_used(AccessKeyId=key)
        found = answer.get("AccessKeyLastUsed")
        if found is None:
            raise Unreadable("GetAccessKeyLastUsed", "NoAnswer")
        at: datetime | None = found.get("LastUsedDate")
        return LastUsed(at.astimezone(UTC) if at else None, _known(found["ServiceName"]), _known(found["Region"]))

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        client = self.accounts.issuer(account, user, by=by)
        status: Any = "Active" if active else "Inactive"
        with writing("UpdateAccessKey", gone_is_done=not active):
            client.update_access_key(UserName=user, AccessKeyId=key, Status=status)

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        with writing("DeleteAccessKey", gone_is_done=True):
            self.accounts.issuer(account, user, by=by).delete_access_key(UserName=user, AccessKeyId=key)

    def users_under(self, account: Account) -> tuple[str, ...]:
        with reading("ListUsers"):
            pages = self.accounts.reader(account).get_paginator("list_users").paginate(PathPrefix=IAM_PATH)
            return tuple(row["UserName"] for page in pages for row in page["Users"])

    # --- the end, and sessions ----------------------------------------------------------------------------------

    def tear_down(self, grant: Grant, account: Account, *, by: str) -> None:
        user = grant.iam_user
        client = self.accounts.issuer(account, user, by=by)
        teardown.tear_down(client, lambda: self.accounts.responder(account, user, by=by), user, self._clock.now())

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        return sessions.seconds(self.accounts, spec, now)

    def assume(self, spec: UserSpec, seconds: int, *, by: str) -> NewSession:
        return sessions.assume(self.accounts, spec, seconds, by=by)


def _known(word: str | None) -> str | None:
    return None if word in {None, "N/A"} else word


def _tags(spec: UserSpec) -> dict[str, str]:
    """Always with the prefix: a bare `owner` could match a company's own rules."""
    lease = spec.grant.lease_until
    return {
        "latchkey:grant": spec.grant.id,
        "latchkey:owner": spec.grant.owner,
        "latchkey:requester": spec.requester,
        "latchkey:approver": " ".join(spec.approvers)[:256],
        "latchkey:entitlement": spec.entitlement.id,
        "latchkey:expires": lease.strftime("%Y-%m-%dT%H:%M:%SZ") if lease else "",
    }
