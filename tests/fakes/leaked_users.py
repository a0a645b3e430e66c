"""What the in-memory AWS says about the user of a leaked key, and how that user is cut off."""

from contextlib import AbstractContextManager
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.errors import AwsRefused
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.leaked_user import Standing
from tests.fakes.iam_user import FakeUser

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


class LeakedUsers:
    """Part of FakeIam."""

    users: dict[tuple[str, str], FakeUser]

    def _call(self, name: str, subject: str, by: str | None = None) -> AbstractContextManager[None]:
        raise NotImplementedError

    def _holder(self, account: Account, key: AccessKeyId) -> str | None:
        raise NotImplementedError

    def standing(self, account: Account, user: str) -> Standing | None:
        with self._call("standing", user):
            found = self.users.get((account.id, user))
            return found.standing(account) if found else None

    def end_sessions(self, account: Account, user: str, key: AccessKeyId, before: datetime, *, by: str) -> None:
        with self._call("end_sessions", user, by):
            self._user_of(account, user, key, "PutUserPolicy").ended_before = before.replace(microsecond=0)

    def allow_sessions(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        with self._call("allow_sessions", user, by):
            found = self._user_of(account, user, key, "DeleteUserPolicy")
            found.ended_before = None
            found.attached.discard(DENY_ALL)

    def delete_login(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        with self._call("delete_login", user, by):
            found = self.users.get((account.id, self._holder(account, key) or user))
            if found is not None:
                found.login_at = None

    def _user_of(self, account: Account, user: str, key: AccessKeyId, call: str) -> FakeUser:
        found = self.users.get((account.id, user)) or self.users.get((account.id, self._holder(account, key) or ""))
        if found is None:
            raise AwsRefused(call, "NoSuchEntity")
        return found
