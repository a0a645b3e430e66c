"""ports.Iam on boto3: the user of a grant, its keys, and the sessions of roles."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.aws import compare, devices, mend, sessions, teardown, users
from bot.aws.accounts import Accounts
from bot.aws.documents import DENY_ALL, aws_policy
from bot.aws.errors import GONE, reading, writing
from bot.domain.catalog import Account, Catalog, Entitlement
from bot.domain.difference import DifferenceKind, Shape, UserSeen
from bot.domain.errors import AwsRefused, Doubtful, ForeignUser, TwoKeys, Unreadable
from bot.domain.grant import IAM_PATH, Grant
from bot.domain.hygiene import LastUsed
from bot.domain.ids import AccessKeyId
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
        users.prepare(client, self._catalog, spec, self._sleep)

    def extend(self, spec: UserSpec, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        users.extend(client, self._catalog, spec, self._sleep)

    # --- keys ---------------------------------------------------------------------------------------------------

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        if not user.startswith(USER_PREFIX):
            raise ForeignUser("CreateAccessKey", users.NOT_OURS)
        client = self.accounts.issuer(account, user, by=by, once=True)
        users.check_path(client, user, self._sleep)
        try:
            with writing("CreateAccessKey", once=True):
                found = client.create_access_key(UserName=user)["AccessKey"]
            return self._new_key(found)
        except AwsRefused as refused:
            if refused.code == "LimitExceeded":
                raise TwoKeys("CreateAccessKey", refused.code) from None
            raise
        except (KeyError, TypeError):  # AWS answered, but with something else than a key
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

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        client = self.accounts.issuer(account, user, by=by)
        status: Any = "Active" if active else "Inactive"
        with writing("UpdateAccessKey", gone_is_done=not active):
            client.update_access_key(UserName=user, AccessKeyId=key, Status=status)

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        with writing("DeleteAccessKey", gone_is_done=True):
            self.accounts.issuer(account, user, by=by).delete_access_key(UserName=user, AccessKeyId=key)

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

    def room(self, account: Account) -> tuple[int, int]:
        return users.room(self.accounts.reader(account))

    def users_under(self, account: Account) -> tuple[str, ...]:
        with reading("ListUsers"):
            pages = self.accounts.reader(account).get_paginator("list_users").paginate(PathPrefix=IAM_PATH)
            return tuple(row["UserName"] for page in pages for row in page["Users"])

    # --- ledger and AWS -----------------------------------------------------------------------------------------

    def shape_of(self, entitlement: Entitlement) -> Shape:
        return compare.shape_of(self._catalog, entitlement)

    def users_seen(self, account: Account, users: Collection[str]) -> Mapping[str, UserSeen]:
        return compare.users_seen(self.accounts.reader(account), users)

    def mend(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        client = self.accounts.issuer(spec.account, spec.grant.iam_user, by=by)
        mend.MENDS[kind](client, self._catalog, spec, self._sleep)

    # --- the end, and sessions ----------------------------------------------------------------------------------

    def tear_down(self, grant: Grant, account: Account, *, devices: Sequence[str] = (), by: str) -> None:
        user = grant.iam_user
        client = self.accounts.issuer(account, user, by=by)
        teardown.tear_down(client, user, devices, lambda: self._deny_everything(account, user, by), self._clock.now)

    def _deny_everything(self, account: Account, user: str, by: str) -> None:
        with writing("AttachUserPolicy", gone_is_done=True):
            responder = self.accounts.responder(account, user, by=by)
            responder.attach_user_policy(UserName=user, PolicyArn=aws_policy(account, DENY_ALL))

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        return sessions.seconds(self.accounts, spec, now)

    def assume(self, spec: UserSpec, seconds: int, *, by: str) -> NewSession:
        return sessions.assume(self.accounts, spec, seconds, by=by)


def _known(word: str | None) -> str | None:
    return None if word in {None, "N/A"} else word
