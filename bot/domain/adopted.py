"""An adopted key: one that Latchkey did not make, and what somebody has asked it to do with it (DESIGN.md §4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.catalog import Account
from bot.domain.credential_report import ROOT
from bot.domain.grant import GRANT_USER, IAM_PATH
from bot.domain.ids import AccessKeyId, AccountName, RequestId, SlackUserId
from bot.domain.inventory import FoundKey, FoundUser
from bot.domain.lifecycle import AdoptedState

SERVICE_PATH = "/service/"  # where the bot's own users stand: the Responder is denied there
AGREE = 2  # people who together may switch a found key on again


class Wish(StrEnum):
    """What somebody pressed and the worker has yet to do in AWS."""

    OFF = "off"  # unless something uses it
    ANYWAY = "anyway"  # its owner was shown what uses it
    ON = "on"  # two approvers agreed


class HandsOff(StrEnum):
    """Why Latchkey does not touch a found key, whoever asks."""

    UNKNOWN = "unknown"  # no such key, or no such account in the catalog
    NOT_ADOPTED = "not-adopted"
    ROOT = "root"
    LATCHKEYS = "latchkeys"  # of a grant: that has a road of its own
    ITSELF = "itself"  # a principal that Latchkey itself runs on
    NAMELESS = "nameless"  # which key this is cannot be told
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Adopted:
    id: str  # the found key's
    account: AccountName
    user: str
    access_key_id: AccessKeyId
    state: AdoptedState
    began_at: datetime  # names the one message about what is going on
    request: RequestId | None = None  # the one whose grant came in its place
    wish: Wish | None = None
    wished_by: str | None = None  # a Slack user id, or LATCHKEY where the account enforces
    wished_at: datetime | None = None
    why: str | None = None  # why it is not done yet, or was not done: a word that slack/text/adopting.py knows
    used_at: datetime | None = None  # last use, as AWS told at used_read_at
    used_service: str | None = None
    used_region: str | None = None
    used_read_at: datetime | None = None
    retire_at: datetime | None = None  # replaced: the clock switches it off then, if nothing uses it
    look_at: datetime | None = None  # replaced: when the use of both keys is read next
    proof: str | None = None  # what the message says of both, told again when it is news
    off_at: datetime | None = None
    off_by: str | None = None
    delete_at: datetime | None = None  # off: its end
    told_at: datetime | None = None  # that it can be deleted by hand
    undoers: str | None = None  # who could agree to switch it on again, when it went off; Slack user ids
    undo_by: SlackUserId | None = None  # who asked to have it back
    undo_at: datetime | None = None
    next_try_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def subject(self) -> str:
        """Of its message; whatever begins later is told in a new one."""
        return f"{self.id}/{int(self.began_at.timestamp())}"


@dataclass(frozen=True, slots=True)
class DualApproval:
    """Two people's leave to switch one found key on again. There is no call without one, and none for fewer."""

    access_key_id: AccessKeyId
    user_arn: str
    owners: frozenset[SlackUserId]
    agreed: frozenset[SlackUserId]

    def __post_init__(self) -> None:
        if len(self.agreed - self.owners) < AGREE:
            raise ValueError(f"a found key is switched on by {AGREE} approvers who do not own it")

    @property
    def by(self) -> str:
        """Both names, as the session's SourceIdentity."""
        return "+".join(sorted(self.agreed - self.owners)[:AGREE])


def path_of(user_arn: str) -> str:
    """Of arn:aws:iam::123456789012:user/team/name: /team/."""
    folder = user_arn.partition(":user/")[2].rpartition("/")[0]
    return f"/{folder}/" if folder else "/"


def hands_off(account: Account | None, user: FoundUser | None, key: FoundKey | None) -> HandsOff | None:
    """Asked at the press, and again before the act. None: Latchkey may."""
    if account is None or user is None or key is None:
        return HandsOff.UNKNOWN
    if not account.adopt:
        return HandsOff.NOT_ADOPTED
    if user.name == ROOT or ":user/" not in user.arn:
        return HandsOff.ROOT
    path = path_of(user.arn)
    if key.credential is not None or user.name.startswith(GRANT_USER) or path.startswith(IAM_PATH):
        return HandsOff.LATCHKEYS
    if path.startswith(SERVICE_PATH):
        return HandsOff.ITSELF
    if key.gone_at is not None or user.gone_at is not None:
        return HandsOff.GONE
    return HandsOff.NAMELESS if key.access_key_id is None or key.unclear is not None else None
