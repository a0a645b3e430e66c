"""ports.Iam with boto3: a grant's user, its keys, and sessions of roles."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.aws import boundary as bounds
from bot.aws import devices, drift, drift_repair, last_accessed, leaked_user, sessions, users
from bot.aws.accounts import Accounts
from bot.aws.errors import DENIED, GONE, reading, writing
from bot.aws.key_user import holder
from bot.aws.policies import DENY_ALL, aws_policy, boundary, iam_arn
from bot.aws.teardown_grant import End
from bot.domain.catalog import Account, Catalog, Entitlement
from bot.domain.drift.difference import DifferenceKind
from bot.domain.drift.observe import Shape, UserSeen
from bot.domain.errors import AwsRefused, Doubtful, ForeignUser, Throttled, TwoKeys, Unreadable
from bot.domain.grant import IAM_PATH, Grant
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.leaked_user import Standing
from bot.domain.policies.managed_policy import PolicySeen
from bot.domain.usage.last_accessed import Accessed
from bot.domain.usage.last_used import LastUsed
from bot.ports import Clock, KeySeen, NewKey, NewSession, UserSpec
from bot.secret import Secret

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import AccessKeyTypeDef

USER_PREFIX = "latchkey-"


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
        self.accounts = accounts or Accounts(now=clock.now)

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        users.prepare(client, lambda: self.accounts.reader(spec.account), self._catalog, spec, self._sleep)

    def extend(self, spec: UserSpec, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        users.extend(client, self._catalog, spec, self._sleep)

    # --- keys ---------------------------------------------------------------------------------------------------

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        if not user.startswith(USER_PREFIX):
            raise ForeignUser("CreateAccessKey", users.NOT_OURS)
        client = self.accounts.issuer(account, user, by=by, once=True)
        users.check_path(client, lambda: self.accounts.reader(account), user, self._sleep)
        try:
            with writing("CreateAccessKey", once=True):
                found = client.create_access_key(UserName=user)["AccessKey"]
            return self._new_key(found)
        except AwsRefused as refused:
            if refused.code == "LimitExceeded":
                raise TwoKeys("CreateAccessKey", refused.code) from None
            raise
        except (KeyError, TypeError):  # AWS answered, but not with a key
            raise Doubtful("CreateAccessKey", "NoKeyInAnswer") from None

    def _new_key(self, found: "AccessKeyTypeDef") -> NewKey:
        created = found.get("CreateDate") or self._clock.now()
        return NewKey(AccessKeyId(found["AccessKeyId"]), Secret(found["SecretAccessKey"]), created.astimezone(UTC))

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        try:
            with reading("ListAccessKeys"):
                pages = self.accounts.reader(account).get_paginator("list_access_keys").paginate(UserName=user)
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
        return LastUsed(
            at.astimezone(UTC) if at else None, _known(found.get("ServiceName")), _known(found.get("Region"))
        )

    def ask_last_accessed(self, account: Account, user: str) -> str:
        return last_accessed.generate(self.accounts.reader(account), iam_arn(account, f"user{IAM_PATH}{user}"))

    def last_accessed(self, account: Account, job: str) -> Accessed | None:
        return last_accessed.read(self.accounts.reader(account), job)

    def holder_of(self, account: Account, key: AccessKeyId, user: str) -> str | None:
        return holder(self.accounts.reader(account), key, user)

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        status: Any = "Active" if active else "Inactive"

        def switch(name: str) -> None:
            with writing("UpdateAccessKey"):
                client = self.accounts.issuer(account, name, by=by)
                client.update_access_key(UserName=name, AccessKeyId=key, Status=status)

        if not self._on_its_user(account, user, key, switch) and active:
            raise AwsRefused("UpdateAccessKey", GONE)

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        def delete(name: str) -> None:
            with writing("DeleteAccessKey"):
                self.accounts.issuer(account, name, by=by).delete_access_key(UserName=name, AccessKeyId=key)

        self._on_its_user(account, user, key, delete)

    def _on_its_user(self, account: Account, user: str, key: AccessKeyId, act: Callable[[str], None]) -> bool:
        """Retry the call if the user was renamed. False if AWS has no such key under any name. Raises AwsError.

        If permissions are limited to a path, AccessDenied can also mean that the user is gone.
        """
        try:
            act(user)
        except AwsRefused as refused:
            if refused.code not in {GONE, DENIED} or refused.call == "AssumeRole":
                raise
            name = self.holder_of(account, key, user)
            if name == user and refused.code == DENIED:
                raise
            if name == user:  # AWS's two answers differ, because IAM is eventually consistent
                raise Throttled(refused.call, "NotTheSame") from None
            if name is not None:
                act(name)
            return name is not None
        return True

    # --- a leaked key's user ----------------------------------------------------------------------------------------

    def standing(self, account: Account, user: str) -> Standing | None:
        return leaked_user.standing(self.accounts.reader(account), user)

    def end_sessions(self, account: Account, user: str, key: AccessKeyId, before: datetime, *, by: str) -> None:
        def deny(name: str) -> None:
            try:
                leaked_user.deny_sessions(self.accounts.issuer(account, name, by=by), name, before)
            except AwsRefused as refused:
                if refused.code == GONE:
                    raise
                hand = self.accounts.responder(account, name, by=by)
                leaked_user.attach(hand, name, aws_policy(account, DENY_ALL))

        if not self._on_its_user(account, user, key, deny):
            raise AwsRefused("PutUserPolicy", GONE)

    def allow_sessions(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        def allow(name: str) -> None:
            client = self.accounts.issuer(account, name, by=by)
            leaked_user.allow_sessions(client, name)
            leaked_user.detach(client, name, aws_policy(account, DENY_ALL))

        if not self._on_its_user(account, user, key, allow):
            raise AwsRefused("DeleteUserPolicy", GONE)

    def delete_login(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        def delete(name: str) -> None:
            leaked_user.delete_login(self.accounts.issuer(account, name, by=by), name)

        self._on_its_user(account, user, key, delete)

    # --- the MFA device of a grant's keys ---------------------------------------------------------------------------

    def device_serial(self, account: Account, name: str) -> str:
        return devices.serial(account, name)

    def create_device(self, account: Account, user: str, serial: str, *, by: str) -> Secret:
        return devices.create(self.accounts.issuer(account, user, by=by), serial)

    def enable_device(self, account: Account, user: str, serial: str, seed: Secret, *, by: str) -> None:
        client = self.accounts.issuer(account, user, by=by)
        devices.enable(client, user, serial, seed, self._clock.now, self._sleep)

    def drop_device(self, account: Account, user: str, serial: str, *, by: str) -> None:
        devices.drop(self.accounts.issuer(account, user, by=by), user, serial)

    # --- the account ------------------------------------------------------------------------------------------------

    def user_quota(self, account: Account) -> tuple[int, int]:
        return users.user_quota(self.accounts.reader(account))

    def users_under(self, account: Account) -> tuple[str, ...]:
        with reading("ListUsers"):
            pages = self.accounts.reader(account).get_paginator("list_users").paginate(PathPrefix=IAM_PATH)
            return tuple(row["UserName"] for page in pages for row in page["Users"])

    # --- drift --------------------------------------------------------------------------------------------------

    def shape_of(self, entitlement: Entitlement) -> Shape:
        return drift.shape_of(self._catalog, entitlement)

    def boundary_of(self, account: Account) -> str:
        return bounds.digest(boundary(self._catalog, account))

    def policy_seen(self, account: Account, arn: str) -> PolicySeen:
        return bounds.policy_seen(self.accounts.reader(account), arn)

    def users_seen(self, account: Account, users: Collection[str]) -> Mapping[str, UserSeen]:
        return drift.users_seen(self.accounts.reader(account), users)

    def repair(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        drift_repair.MENDS[kind](client, self._catalog, spec, self._sleep)

    # --- tear-down and sessions ---------------------------------------------------------------------------------

    def tear_down(
        self, grant: Grant, account: Account, *, keys: Sequence[AccessKeyId] = (), devices: Sequence[str] = (), by: str
    ) -> None:
        End(self.accounts, account, grant, keys, devices, by, self._clock.now).run()

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        return sessions.seconds(self.accounts, spec, now)

    def assume(self, spec: UserSpec, seconds: int, *, name: str, by: str) -> NewSession:
        return sessions.assume(self.accounts, spec, seconds, name=name, by=by)


def _known(word: str | None) -> str | None:
    return None if word in {None, "N/A"} else word
