"""What the flows need from outside, as Protocols. Edges implement them; tests bring fakes held to the same contract."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.catalog import Account, Entitlement
from bot.domain.credential import Credential, Envelope, Tombstone
from bot.domain.difference import Difference, DifferenceKind, Shape, UserSeen
from bot.domain.events import Event, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene import LastUsed
from bot.domain.ids import (
    AccessKeyId,
    AccountName,
    CredentialId,
    DeliveryId,
    EnvelopeId,
    GrantId,
    RequestId,
    SlackUserId,
)
from bot.domain.lifecycle import State
from bot.domain.request import Decision, Request
from bot.ports_adopted import AdoptedKeys
from bot.ports_halt import Ended, Halts
from bot.ports_inventory import Findings, Inventory
from bot.ports_owners import Owners
from bot.secret import Secret


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...


class Entropy(Protocol):
    def bytes(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...


# --- people -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    id: SlackUserId
    team: str
    full_member: bool  # neither deactivated, guest, bot nor stranger, and of this workspace
    name: str = ""
    time_zone: str = "UTC"


class People(Protocol):
    """Slack's people, cached 60 s, and user groups, cached 5 min. Never called inside a transaction."""

    def find(self, person: SlackUserId) -> Person:
        """Raises Refused(PEOPLE_UNREADABLE) when Slack does not answer: nobody is let through on a guess."""
        ...

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        """The members of all of these. Raises Refused(PEOPLE_UNREADABLE)."""
        ...

    def find_by_email(self, address: str) -> Person | None:
        """None when nobody has it. Raises Refused(PEOPLE_UNREADABLE)."""
        ...


class Notifier(Protocol):
    """Straight to Slack from this process's memory: the one view that carries a link (DESIGN.md §3.6)."""

    def show_link(self, view_id: str, link: Secret, until: datetime, credential: CredentialId) -> bool:
        """At most 3 tries in 5 s. False when the window is closed or Slack does not answer: then discard."""
        ...

    def show_failure(self, view_id: str, why: str) -> None:
        """Replace "Preparing…" by a sentence. Never raises: the owner also gets a DM."""
        ...


# --- AWS --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserSpec:
    """Everything that the IAM user of a grant is made from."""

    account: Account
    entitlement: Entitlement
    grant: Grant  # with lease_until set
    requester: SlackUserId
    approvers: tuple[SlackUserId, ...]


@dataclass(frozen=True, slots=True)
class NewKey:
    id: AccessKeyId
    secret: Secret
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    id: AccessKeyId
    secret: Secret
    token: Secret
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class KeySeen:
    id: AccessKeyId
    active: bool
    created_at: datetime


class Iam(Protocol):
    """AWS, at the grain of DESIGN.md §4. Never called inside a transaction.

    Reads raise Unreadable (also for a throttle that outlasts its retries); writes raise AwsRefused, Throttled
    or Doubtful. `by` becomes the SourceIdentity of the role session where the account has roles.
    """

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        """The grant's user with boundary, tags, Deny and Allow, in this order; harmless when repeated.

        Raises BoundaryDiffers, ForeignUser. Waits up to 60 s for IAM to show a fresh user.
        """
        ...

    def extend(self, spec: UserSpec, *, by: str) -> None:
        """Tag and Deny of the standing user say the lease of this spec; harmless when repeated, makes no user.

        Raises BoundaryDiffers, ForeignUser; what is refused before the Deny leaves the old date standing.
        """
        ...

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        """One attempt, never re-sent. Raises Doubtful when a key may exist, TwoKeys on LimitExceeded."""
        ...

    def device_serial(self, account: Account, name: str) -> str:
        """Of the MFA device mfa/latchkey/`name`. Asks nobody."""
        ...

    def create_device(self, account: Account, user: str, serial: str, *, by: str) -> Secret:
        """Its Base32 seed, which AWS says this once. It is on no user yet."""
        ...

    def enable_device(self, account: Account, user: str, serial: str, seed: Secret, *, by: str) -> None:
        """On the user, by two codes in a row. Waits up to 60 s for IAM to show a fresh device."""
        ...

    def drop_device(self, account: Account, user: str, serial: str, *, by: str) -> None:
        """Off the user and away; NoSuchEntity counts as done."""
        ...

    def assume(self, spec: UserSpec, seconds: int, *, by: str) -> NewSession:
        """The entitlement's role under the session policy of DESIGN.md §4."""
        ...

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        """How long a session made now would last: the lease, the role's maximum, chaining's hour, at least 900."""
        ...

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        """All keys, all pages; None when the user does not exist."""
        ...

    def last_used(self, account: Account, key: AccessKeyId) -> LastUsed: ...

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        """NoSuchEntity counts as done when switching off."""
        ...

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        """NoSuchEntity counts as done."""
        ...

    def tear_down(self, grant: Grant, account: Account, *, devices: Sequence[str] = (), by: str) -> None:
        """The whole of DESIGN.md §4's revoke, each step harmless when repeated; returns when the user is gone.

        `devices`: serial numbers that the ledger knows, also of such as never came to be on the user.
        """
        ...

    def room(self, account: Account) -> tuple[int, int]:
        """How many IAM users the account has, and how many AWS lets it have."""
        ...

    def users_under(self, account: Account) -> tuple[str, ...]:
        """Names of all IAM users under /latchkey/, all pages."""
        ...

    def shape_of(self, entitlement: Entitlement) -> Shape:
        """What `prepare` puts on a user of this entitlement. Asks nothing of AWS."""
        ...

    def users_seen(self, account: Account, users: Collection[str]) -> Mapping[str, UserSeen]:
        """Those of these users that AWS has, in whatever path: one call for each 1,000 users of the account."""
        ...

    def mend(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        """POLICY, BOUNDARY or TAGS of the standing user say this spec again; harmless when repeated, makes no user.

        Raises BoundaryDiffers, ForeignUser.
        """
        ...


# --- the ledger -------------------------------------------------------------------------------------------------


class Requests(Protocol):
    def add(self, request: Request) -> None: ...
    def get(self, request: RequestId) -> Request | None: ...
    def lock(self, request: RequestId) -> bool:
        """Touch it while it is `requested`; False when it no longer is. The lock of every rule over its rows."""
        ...

    def reminded(self, request: RequestId, at: datetime) -> bool:
        """True once, and only while it is `requested`."""
        ...

    def escalated(self, request: RequestId, at: datetime) -> bool:
        """True once, and only while it is `requested`."""
        ...

    def open_of(self, requester: SlackUserId) -> tuple[Request, ...]: ...
    def renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        """The open ones. Lock order: the grant first, then these."""
        ...

    def open_all(self) -> tuple[Request, ...]: ...
    def due(self, now: datetime, most: int) -> tuple[Request, ...]:
        """`requested` and past decide_by."""
        ...


class Decisions(Protocol):
    def add(self, decision: Decision) -> bool:
        """False when this approver already decided on this request."""
        ...

    def of(self, request: RequestId) -> tuple[Decision, ...]: ...


class Grants(Protocol):
    def add(self, grant: Grant) -> None: ...
    def get(self, grant: GrantId) -> Grant | None: ...
    def of_request(self, request: RequestId) -> Grant | None: ...
    def of_owner(self, owner: SlackUserId, *, over_since: datetime | None = None) -> tuple[Grant, ...]:
        """Newest first: the approved and active ones, and those that ended after `over_since` where given."""
        ...

    def hold(self, grant: GrantId) -> Grant | None:
        """Lock it in whatever state, and return it as it now is. First in every transaction over its credentials.

        One order for all of them (grant, then credential, then envelope) is why no two can wait for each other.
        """
        ...

    def set_lease(self, grant: GrantId, until: datetime | None) -> None: ...
    def torn_down(self, grant: GrantId, at: datetime) -> None:
        """The first time counts."""
        ...

    def stuck(self, grant: GrantId, on: str) -> bool:
        """True when this is news: what AWS refuses of its tear-down."""
        ...

    def uncollected_past(self, now: datetime, most: int) -> tuple[Grant, ...]: ...
    def ended_leases(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active` and past lease_until."""
        ...

    def ending(self, now: datetime, stage: timedelta, most: int) -> tuple[Grant, ...]:
        """`active`, ending within this stage, longer than it, and not told at this stage or a later one."""
        ...

    def told_ending(self, grant: GrantId, stage: timedelta, at: datetime) -> bool:
        """True when this stage is news for the present lease."""
        ...

    def renew(self, grant: GrantId, until: datetime | None, request: RequestId | None) -> None:
        """The intent: what AWS and then the ledger are to take over. The claim stays as it is."""
        ...

    def renew_try_at(self, grant: GrantId, at: datetime | None) -> None: ...
    def renewed(self, grant: GrantId, until: datetime, duration: timedelta) -> None:
        """The lease as it now is; intent and claim are done, and nobody was told about this lease's end."""
        ...

    def to_renew(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active`, in their lease, with an intent whose claim or next try is due."""
        ...

    def to_tear_down(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Over, whose next try is due; also one torn down already, where something came late."""
        ...

    def tearing_down(self) -> tuple[Ended, ...]: ...
    def ended_in(self, account: AccountName, since: datetime, until: datetime | None) -> tuple[int, int, int]:
        """Torn down, stuck, and all that were over in this span."""
        ...

    def try_again_at(self, grant: GrantId, at: datetime | None) -> None:
        """When the tear-down (or the orphan pass) of this grant is tried next."""
        ...

    def to_reconcile(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Approved or active, and asked for by try_again_at: the orphan pass."""
        ...

    def active_keys(self, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """Pages over active grants by id, for the daily sweep."""
        ...

    def active_in(self, account: AccountName, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """The same for those of one account."""
        ...


class Credentials(Protocol):
    def add(self, credential: Credential) -> bool:
        """False when another credential of the grant is under way (the partial unique index)."""
        ...

    def get(self, credential: CredentialId) -> Credential | None: ...
    def of(self, grant: GrantId) -> tuple[Credential, ...]:
        """Oldest first."""
        ...

    def by_key(self, key: AccessKeyId) -> Credential | None: ...
    def wanted(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing`, unclaimed, wanted_until ahead. Oldest first."""
        ...

    def claim(self, credential: CredentialId, by: str, now: datetime) -> bool:
        """The conditional UPDATE of DESIGN.md §3.4."""
        ...

    def take_slot(self, credential: CredentialId) -> int | None:
        """The free slot of the grant, now this credential's; None when both are taken."""
        ...

    def show_in(self, credential: CredentialId, view_id: str, opened_at: datetime) -> bool:
        """Replace the window of an `issuing` credential by one that opened later."""
        ...

    def keep_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> None:
        """Write down the access key id, before sealing begins. Where the intent was given up meanwhile, not_gone
        finds the key.
        """
        ...

    def set(self, credential: CredentialId, **columns: object) -> None:
        """Plain columns, never `state`: delete_at, retire_at, gone_at, slot, envelope, wish and the like."""
        ...

    def unclaimed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def claimed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing` and claimed before this moment."""
        ...

    def sealed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def revealed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]: ...
    def unasked(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`revealed` before this moment, whose owner was not asked yet."""
        ...

    # What waits for AWS comes without what AWS refused a moment ago (next_try_at): nothing clogs the queue.

    def not_gone(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`discarded`, `failed` or `deleted` keys without gone_at: the reconciler's work."""
        ...

    def devices_left(self, settled: datetime, now: datetime, most: int) -> tuple[Credential, ...]:
        """Claimed before `settled`, with an MFA device that was never handed out, or was given up with its key."""
        ...

    def wished(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """With a wish (`off` or `on`) that the worker has not carried out yet."""
        ...

    def outlived(self, most: int) -> tuple[Credential, ...]:
        """`live` keys beside a younger live key of the same grant whose clock has not begun."""
        ...

    def to_look_at(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """Old keys of a rotation, `live` or `retiring`, whose look_at has come."""
        ...

    def retire_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`live` and past retire_at, with no wish in the way."""
        ...

    def delete_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`retiring` and past delete_at, with no wish in the way."""
        ...


class Envelopes(Protocol):
    def add(self, envelope: Envelope) -> None: ...
    def take(self, envelope: EnvelopeId, proof_hash: bytes, now: datetime) -> Envelope | None:
        """The one DELETE … RETURNING: whoever gets the row has won."""
        ...

    def destroy(self, credential: CredentialId, outcome: str, now: datetime) -> bool:
        """Delete the envelope of a credential and leave its tombstone; False when there was none."""
        ...

    def bury(self, tombstone: Tombstone) -> None: ...
    def find(self, envelope: EnvelopeId, proof_hash: bytes) -> Envelope | None:
        """Still there, also when overdue and not yet swept."""
        ...

    def tombstone(self, envelope: EnvelopeId, proof_hash: bytes) -> Tombstone | None: ...
    def first_knock(self, envelope: EnvelopeId, now: datetime) -> bool:
        """True once per dead envelope."""
        ...


class Differences(Protocol):
    def add(self, difference: Difference) -> bool:
        """False when the same one is open already on this grant."""
        ...

    def get(self, difference: str) -> Difference | None: ...
    def open_of(self, grant: GrantId) -> tuple[Difference, ...]: ...
    def unconfirmed(self, account: AccountName, before: datetime, most: int) -> tuple[Grant, ...]:
        """Active grants with a difference that was seen once, before this moment."""
        ...

    def set(self, difference: str, **columns: object) -> None: ...
    def press(self, difference: str, by: SlackUserId, at: datetime) -> bool:
        """False unless it was told, is open, and nobody has pressed or mended it."""
        ...

    def pressed(self, now: datetime, most: int) -> tuple[Difference, ...]:
        """What a worker has yet to do, and may try now."""
        ...

    def claim(self, difference: str, now: datetime, until: datetime) -> bool:
        """One worker's, until then."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """An outbox row: what to bring up to date, not what to show."""

    id: int
    notice: Notice
    subject: str
    to: str  # a channel id, or a person's id for their DM
    tries: int


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    ts: str
    revision: int


class Outbox(Protocol):
    def want(self, notice: Notice, subject: str, *to: str) -> None:
        """Every one of these places is to show this subject as it now is; raises its wanted revision by one."""
        ...

    def again(self, notice: Notice, subject: str) -> None:
        """The same for every place that already shows it."""
        ...

    def due(self, now: datetime, most: int) -> tuple[Errand, ...]: ...
    def claim(self, errand: int, now: datetime, until: datetime) -> bool: ...
    def wanted_revision(self, errand: int) -> int: ...
    def done(self, errand: int, revision: int) -> bool:
        """False when more was wanted meanwhile: bring it up to date again."""
        ...

    def later(self, errand: int, at: datetime, why: str) -> None: ...


class Messages(Protocol):
    def shown(self, notice: Notice, subject: str, to: str) -> Posted | None: ...
    def keep(self, notice: Notice, subject: str, to: str, posted: Posted, at: datetime) -> None:
        """`at` is kept from the first time: since then it counts as delivered."""
        ...


class Audit(Protocol):
    def of(self, subject: str) -> tuple[Event, ...]: ...
    def latest(self, most: int, *, actor: str | None = None) -> tuple[Event, ...]: ...


class Tx(Protocol):
    """One transaction. Leaving it normally commits, an exception rolls back. Nothing in it leaves the process."""

    requests: Requests
    decisions: Decisions
    grants: Grants
    credentials: Credentials
    envelopes: Envelopes
    findings: Findings
    differences: Differences
    halts: Halts
    inventory: Inventory
    owners: Owners
    adopted: AdoptedKeys
    outbox: Outbox
    messages: Messages
    audit: Audit

    def move(
        self,
        subject: str,  # the id of the request, grant, credential or adopted key
        before: State,
        after: State,
        *,
        by: str,
        at: datetime,
        facts: Mapping[str, str] | None = None,
    ) -> bool:
        """The one way to change a state: a conditional UPDATE and its audit event. False: somebody was first.

        Raises ValueError for a move that lifecycle.py does not have.
        """
        ...

    def record(self, tag: Tag, subject: str, *, by: str, at: datetime, facts: Mapping[str, str] | None = None) -> None:
        """An audit event that is no change of state."""
        ...

    def flag(self, name: str) -> str | None:
        """A switch of the whole installation, like `paused`."""
        ...

    def set_flag(self, name: str, value: str | None) -> None: ...
    def once(self, name: str, now: datetime, not_before: datetime) -> bool:
        """True at most once per span: sets the flag's time to now when it lay before `not_before`.

        For spans of up to a day (schedule.FORGET_AFTER); longer ones are forgotten.
        """
        ...

    def beat(self, worker: str, now: datetime) -> None: ...
    def last_beat(self, worker: str | None = None) -> datetime | None:
        """Of this worker, or the youngest of all."""
        ...

    def forget_before(self, moment: datetime) -> int:
        """Deliveries, hearts and spans older than this are deleted; returns how many deliveries."""
        ...


class Work(Protocol):
    def begin(self, delivery: DeliveryId | None = None) -> AbstractContextManager[Tx]:
        """One transaction. With a delivery, its idempotency row is the first thing in it; raises AlreadyDone."""
        ...
