"""Watch a key after its owner said that it was replaced, until two days pass in which nothing used it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import AccessKeyId, AccountName, CredentialId, SlackUserId
from bot.domain.replacement.means import Means
from bot.domain.usage.key_usage import Unread, Usage
from bot.domain.usage.last_used import LastUsed

QUIET_FOR = timedelta(days=2)
LOOK_EVERY = timedelta(hours=6)
OLD = timedelta(hours=13)  # a digest that was read twice as long ago says nothing about now


@dataclass(frozen=True, slots=True)
class Watch:
    """One key. `id` is the row of the found key, or the credential."""

    id: str
    account: AccountName
    user: str
    access_key_id: AccessKeyId
    means: Means
    began_by: SlackUserId
    began_at: datetime
    quiet_since: datetime  # the press, or the last use or unknown answer since
    look_at: datetime
    credential: CredentialId | None = None  # set if Latchkey issued it
    used_at: datetime | None = None  # the last use since the press
    used_by: str | None = None  # the tools of that use, as a sentence's part
    unread: str | None = None  # what couldn't be read when it was last looked at
    offered_at: datetime | None = None  # Switch off was offered; cleared by another use
    told_at: datetime | None = None  # the newest message
    ended_at: datetime | None = None  # the key no longer works

    @property
    def subject(self) -> str:
        return f"{self.id}/{int((self.told_at or self.began_at).timestamp())}"


class Verdict(StrEnum):
    QUIET = "quiet"  # for two days
    WAITING = "waiting"  # quiet so far
    USED = "used"  # again, since the press or the last check
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    at: datetime | None = None  # of the newest use
    unread: str | None = None


def judge(watch: Watch, used: LastUsed | None, usage: Usage | None, now: datetime) -> Judged:
    """Both have to be known: `used` is what IAM says, `usage` what CloudTrail shows. Unknown isn't quiet.

    An account without usage goes by IAM alone, which counts every service.
    """
    since = min(watch.used_at or watch.began_at, watch.quiet_since)  # a press under a wrong clock is in the future
    seen = [each for each in (used.at if used else None, usage.last_seen if usage else None) if each is not None]
    newest = max((each for each in seen if each > since), default=None)
    if newest is not None:
        return Judged(Verdict.USED, newest)
    if used is None:
        return Judged(Verdict.UNKNOWN, unread="last-use")
    if usage is None or (usage.unread is not None and usage.unread is not Unread.TURNED_OFF):
        return Judged(Verdict.UNKNOWN, unread=usage.unread.value if usage and usage.unread else Unread.FAILED.value)
    if usage.known and now - usage.read_at > OLD:
        return Judged(Verdict.UNKNOWN, unread="old")
    return Judged(Verdict.QUIET if now - watch.quiet_since >= QUIET_FOR else Verdict.WAITING)
