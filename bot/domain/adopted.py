"""An adopted key: one that Latchkey didn't issue, and the action someone asked Latchkey to take on it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.catalog import Account
from bot.domain.grant import GRANT_USER, IAM_PATH
from bot.domain.hygiene.credential_report import ROOT
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccessKeyId, AccountName, RequestId, SlackUserId
from bot.domain.lifecycle import AdoptedState
from bot.domain.subjects import Timed

SERVICE_PATH = "/service/"  # the bot's own users; the Responder has no rights there
AGREE = 2  # approvers needed to reactivate a found key


class PendingAction(StrEnum):
    """An action someone pressed that the worker still has to carry out in AWS."""

    OFF = "off"  # unless the key is in use
    ANYWAY = "anyway"  # the owner saw what uses the key and confirmed
    ON = "on"  # two approvers agreed


class Protection(StrEnum):
    """Why Latchkey doesn't act on a found key, no matter who asks."""

    UNKNOWN = "unknown"  # no such key, or no such account in the catalog
    NOT_ADOPTED = "not-adopted"
    ROOT = "root"
    LATCHKEYS = "latchkeys"  # belongs to a grant, which has its own lifecycle
    ITSELF = "itself"  # an IAM user that Latchkey itself runs as
    NAMELESS = "nameless"  # the access key id is ambiguous or unknown
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Adopted:
    id: str  # the found key's row id
    account: AccountName
    user: str
    access_key_id: AccessKeyId
    state: AdoptedState
    began_at: datetime  # identifies the one message about this operation
    request: RequestId | None = None  # the request whose grant replaces this key
    pending_action: PendingAction | None = None
    pending_by: str | None = None  # a Slack user id, or LATCHKEY if the account enforces
    pending_since: datetime | None = None
    why: str | None = None  # why it is pending or failed: a word that slack/text/adopted.py turns into a sentence
    used_at: datetime | None = None  # last use, as AWS reported it at used_read_at
    used_service: str | None = None
    used_region: str | None = None
    used_read_at: datetime | None = None
    retire_at: datetime | None = None  # replaced: deactivated at this time unless it is in use
    look_at: datetime | None = None  # replaced: when the last use of both keys is read next
    proof: str | None = None  # what the message says about both keys; a change triggers a new message
    off_at: datetime | None = None
    off_by: str | None = None
    delete_at: datetime | None = None  # deactivated: when it is deleted
    delete_by: str | None = None  # who pressed Delete now; the worker still has to do it
    told_at: datetime | None = None  # when its owner was notified that it can be deleted by hand
    undoers: str | None = None  # Slack user ids of those who could approve a reactivation when it was deactivated
    undo_by: SlackUserId | None = None  # who asked to reactivate it
    undo_at: datetime | None = None
    next_try_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self.state in {AdoptedState.ON, AdoptedState.ASKING}

    @property
    def subject(self) -> str:
        """Identifies its message. A later operation on the same key gets a new message."""
        return str(Timed(self.id, self.began_at))


@dataclass(frozen=True, slots=True)
class DualApproval:
    """Two approvers' consent to reactivate one found key. Raises ValueError for fewer; no call is made without it."""

    access_key_id: AccessKeyId
    user_arn: str
    owners: frozenset[SlackUserId]
    agreed: frozenset[SlackUserId]

    def __post_init__(self) -> None:
        if len(self.agreed - self.owners) < AGREE:
            raise ValueError(f"reactivating a found key takes {AGREE} approvers who don't own it")

    @property
    def by(self) -> str:
        """Both approvers, as the session's SourceIdentity."""
        return "+".join(sorted(self.agreed - self.owners)[:AGREE])


def path_of(user_arn: str) -> str:
    """The path of an IAM user ARN: /team/ for arn:aws:iam::123456789012:user/team/name."""
    folder = user_arn.partition(":user/")[2].rpartition("/")[0]
    return f"/{folder}/" if folder else "/"


def protection(account: Account | None, user: FoundUser | None, key: FoundKey | None) -> Protection | None:
    """Why Latchkey may not act on this key, or None if it may. Checked at the press and again just before the call."""
    if account is None or user is None or key is None:
        return Protection.UNKNOWN
    if not account.adopt:
        return Protection.NOT_ADOPTED
    if user.name == ROOT or ":user/" not in user.arn:
        return Protection.ROOT
    path = path_of(user.arn)
    if key.credential is not None or user.name.startswith(GRANT_USER) or path.startswith(IAM_PATH):
        return Protection.LATCHKEYS
    if path.startswith(SERVICE_PATH):
        return Protection.ITSELF
    if key.gone_at is not None or user.gone_at is not None:
        return Protection.GONE
    return Protection.NAMELESS if key.access_key_id is None or key.unclear is not None else None
