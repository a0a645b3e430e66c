"""The two roles for found keys, on the users and keys of a FakeIam."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.adopted import DualApproval
from bot.domain.catalog import Account
from bot.domain.errors import AwsRefused
from bot.domain.ids import AccessKeyId
from bot.domain.issuing.session import RevokedSession
from tests.fakes.iam import FakeIam, FakeKey
from tests.fakes.iam_user import FakeUser


@dataclass
class FakeResponder:
    iam: FakeIam
    room: int | None = None  # number of sessions that fit into a role's policy; None: all
    asked: Sequence[RevokedSession] = ()  # the latest sessions to revoke

    def switch_off(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        with self.iam._call("switch_off", key, by):
            self._key(account, user_arn, key).active = False

    def deny(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str, quarantine: bool = False) -> None:
        with self.iam._call("deny", user_arn, by):
            name = "AWSCompromisedKeyQuarantineV3" if quarantine else "AWSDenyAll"
            self._user(account, user_arn, "AttachUserPolicy").attached.add(f"arn:aws:iam::aws:policy/{name}")

    def allow(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        with self.iam._call("allow", user_arn, by):
            self._user(account, user_arn, "DetachUserPolicy").attached.discard("arn:aws:iam::aws:policy/AWSDenyAll")

    def end_role_sessions(self, account: Account, role_arn: str, before: datetime, *, by: str) -> None:
        with self.iam._call("end_role_sessions", role_arn, by):
            self.iam.older_revoked[role_arn] = before

    def delete(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        with self.iam._call("delete", key, by):
            if account.deleter_role_arn is None:
                raise AwsRefused("DeleteAccessKey", "NoDeleter")
            keys = self.iam._keys(account, user_arn.rpartition("/")[2])
            if key in keys and keys[key].active:
                raise AwsRefused("DeleteAccessKey", "StillActive")
            keys.pop(key, None)

    def switch_on(self, account: Account, warrant: DualApproval) -> None:
        with self.iam._call("switch_on", warrant.access_key_id, warrant.by):
            self._key(account, warrant.user_arn, warrant.access_key_id).active = True

    def revoke_sessions(
        self, account: Account, role_arn: str, sessions: Sequence[RevokedSession], *, by: str
    ) -> frozenset[str]:
        with self.iam._call("revoke_sessions", role_arn, by):
            self.asked = tuple(sessions)
            names = [each.name for each in sessions]
            self.iam.revoked[role_arn] = frozenset(names[: self.room])
        return self.iam.revoked[role_arn]

    def _user(self, account: Account, user_arn: str, call: str) -> FakeUser:
        found = self.iam.users.get((account.id, user_arn.rpartition("/")[2]))
        if found is None:
            raise AwsRefused(call, "NoSuchEntity")
        return found

    def _key(self, account: Account, user_arn: str, key: AccessKeyId) -> FakeKey:
        found = self.iam._keys(account, user_arn.rpartition("/")[2]).get(key)
        if found is None:
            raise AwsRefused("UpdateAccessKey", "NoSuchEntity")
        return found
