"""What the in-memory AWS says about use: of a key, and of the services of a user."""

from contextlib import AbstractContextManager

from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.usage.last_accessed import Accessed
from bot.domain.usage.last_used import LastUsed


class LastUses:
    """Part of FakeIam."""

    uses: dict[AccessKeyId, LastUsed | None]  # None: unreadable
    accessed: dict[str, Accessed | None]  # by user; None: AWS still works on its report

    def _call(self, name: str, subject: str, by: str | None = None) -> AbstractContextManager[None]:
        raise NotImplementedError

    def last_used(self, account: Account, key: AccessKeyId) -> LastUsed:
        with self._call("last_used", key):
            used = self.uses.get(key, LastUsed(at=None))
            if used is None:
                raise Unreadable("GetAccessKeyLastUsed")
            return used

    def ask_last_accessed(self, account: Account, user: str) -> str:
        with self._call("ask_last_accessed", user):
            return f"job-{user}"

    def last_accessed(self, account: Account, job: str) -> Accessed | None:
        with self._call("last_accessed", job):
            return self.accessed.get(job.removeprefix("job-"), {})
