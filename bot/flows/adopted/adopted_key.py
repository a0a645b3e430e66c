"""A found key that was adopted, with what acting on it needs: ManagedKey for found keys.

It is looked up again in the ledger and in AWS right before an act. If anything about it is unknown, nothing is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain import retry
from bot.domain.adopted import Adopted, Protection
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused, ForeignUser, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import whole
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.keys.pending_call import Call, PendingCall
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState
from bot.domain.usage.last_used import LastUsed
from bot.flows import findings, refresh
from bot.flows.adopted import access, request
from bot.flows.adopted.access import Found
from bot.flows.context import AwsContext
from bot.flows.keys.aws_call import own_call
from bot.ports import KeySeen, Transaction

BY_HAND, IN_USE, UNREAD, REFUSED, OTHER_KEY = "by-hand", "in-use", "unread", "refused", "other-key"
NO_UNDO = "no-undo"  # too few people could reactivate it


@dataclass(frozen=True, slots=True)
class AdoptedKey:
    """One adopted key. `row` and `found` are as they were read."""

    context: AwsContext
    row: Adopted
    found: Found

    @property
    def id(self) -> AccessKeyId:
        return self.row.access_key_id

    @property
    def subject(self) -> str:
        return self.row.id

    @property
    def account(self) -> Account:
        return self.found.account

    @property
    def created_at(self) -> datetime:
        return self.found.key.created_at

    def lock(self, tx: Transaction) -> Adopted | None:
        return tx.adopted.lock(self.row.id)

    def replacement(self, tx: Transaction) -> Credential | None:
        pair = successor(tx, tx.adopted.get(self.row.id) or self.row, self.context.clock.now())
        return pair[0] if pair else None

    def set(self, tx: Transaction, **columns: object) -> None:
        tx.adopted.set(self.row.id, **columns)

    def note_use(self, tx: Transaction, used: LastUsed | None) -> None:
        if used is None:
            self.set(tx, used_read_at=None)
        else:
            where = {"used_service": used.service, "used_region": used.region}
            self.set(tx, used_at=used.at, used_read_at=self.context.clock.now(), **where)

    def refresh(self, tx: Transaction) -> None:
        refresh.adopted_key(tx, self.row)

    def not_found(self) -> None:
        with self.context.work.begin() as tx:
            row = self.lock(tx)
            if row is not None and row.state is not AdoptedState.GONE:
                gone(tx, row, self.context.clock.now())

    def failed(self, error: AwsError) -> None:
        """Latchkey never touches a key of its own users; any other one it tries again."""
        if isinstance(error, ForeignUser):
            put_away(self.context, self.row, Protection.ITSELF)
        else:
            try_again(self, REFUSED if isinstance(error, AwsRefused) else UNREAD, error)


def adopted_keys(context: AwsContext, rows: tuple[Adopted, ...]) -> Iterator[AdoptedKey]:
    """Skip and put away what Latchkey may not touch, or not any more, and record why."""
    for row in rows:
        try:
            found = access.find(context, row.id)
        except Refused as refused:
            put_away(context, row, str(refused.facts["why"]))
            continue
        if found.id == row.access_key_id:
            yield AdoptedKey(context, row, found)
        else:
            put_away(context, row, Protection.NAMELESS)


def put_away(context: AwsContext, row: Adopted, why: str) -> None:
    """Do nothing about it for a day, drop what someone pressed, and record why."""
    now = context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None:
            return
        if fresh.state is AdoptedState.ASKING:
            tx.transition(row.id, AdoptedState.ASKING, AdoptedState.ON, by=LATCHKEY, at=now)
        again = retry.next_attempt(now, retry.NOT_ALLOWED)  # the catalog may allow it by then
        tx.adopted.set(row.id, pending_action=None, why=why, next_try_at=again)
        tx.calls.end(row.id)
        if fresh.pending_action is not None:
            tx.record(Tag.ADOPTED_NOT_DONE, row.id, by=LATCHKEY, at=now, facts={"why": why})
        refresh.adopted_key(tx, fresh)


def look_up(key: AdoptedKey) -> KeySeen | None:
    """The key as AWS lists it on this IAM user. None: AWS doesn't say, or it is gone and the ledger now says so."""
    found, row = key.found, key.row
    try:
        listed = key.context.iam.keys_of(found.account, found.user.name)
    except AwsError as error:
        try_again(key, UNREAD, error)
        return None
    seen = next((each for each in listed or () if each.id == row.access_key_id), None)
    if seen is None:
        key.not_found()
    elif whole(seen.created_at) != found.key.created_at:
        put_away(key.context, row, OTHER_KEY)
        return None
    return seen


def last_use(key: AdoptedKey) -> LastUsed | None:
    try:
        return key.context.iam.last_used(key.found.account, key.row.access_key_id)
    except AwsError as error:
        try_again(key, UNREAD, error)
        return None


def still_wanted(tx: Transaction, key: AdoptedKey) -> bool:
    """Lock it and read it again. False when someone decided otherwise since it was read."""
    fresh = key.lock(tx)
    same = fresh is not None and _decided(fresh) == _decided(key.row)
    return fresh is not None and same and request.still_wanted(tx, fresh, key.context.clock.now())


def _decided(row: Adopted) -> tuple[object, ...]:
    """What people and deadlines have decided about it so far."""
    return (
        row.state,
        row.pending_action,
        row.pending_by,
        row.pending_since,
        row.retire_at,
        row.delete_at,
        row.delete_by,
        row.undo_at,
    )


def end_call(tx: Transaction, row: Adopted, call: Call) -> PendingCall | None:
    """Returns Latchkey's own call that did this. None: it was done outside Latchkey."""
    ours = own_call(tx, row.id, call)
    tx.calls.end(row.id)
    return ours


def try_again(key: AdoptedKey, why: str, error: AwsError) -> None:
    """In 15 s, after the others."""
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        tx.adopted.set(key.row.id, next_try_at=retry.next_attempt(now, retry.AWS), why=why)
        if key.row.why != why:
            tx.record(Tag.ADOPTED_NOT_DONE, key.row.id, by=LATCHKEY, at=now, facts={"why": why, "call": str(error)})
            refresh.adopted_key(tx, key.row)


def gone(tx: Transaction, row: Adopted, now: datetime) -> None:
    """Record that AWS no longer has this key, under the lock of its row."""
    ours = end_call(tx, row, Call.DELETE)
    by = ours.by if ours else LATCHKEY
    tx.transition(row.id, row.state, AdoptedState.GONE, by=by, at=now, facts={"key": row.access_key_id})
    tx.adopted.set(row.id, why=None if ours else BY_HAND, retire_at=None, delete_at=None, delete_by=None, look_at=None)
    settle_findings(tx, row, now)
    refresh.adopted_key(tx, row)


def hold_lost(tx: Transaction, account: AccountName) -> tuple[Adopted, ...]:
    """Lock the adopted keys that are gone according to the inventory, whoever deleted them."""
    held = (tx.adopted.lock(each) for each in sorted(each.id for each in tx.adopted.unresolved_gone(account)))
    return tuple(each for each in held if each is not None and each.state is not AdoptedState.GONE)


def settle_findings(tx: Transaction, row: Adopted, now: datetime) -> None:
    about = tx.findings.open_on(row.account, [row.user])
    mine = [each for each in about if each.access_key_id == row.access_key_id]
    tx.findings.lock(each.id for each in mine)
    for each in mine:
        findings.close_finding(tx, each, now)


def successor(tx: Transaction, row: Adopted, now: datetime) -> tuple[Credential, Grant] | None:
    """The live key that replaces it, while its grant runs."""
    grant = tx.grants.of_request(row.request) if row.request else None
    if grant is None or grant.state_at(now) is not GrantState.ACTIVE:
        return None
    held = [each for each in tx.credentials.of(grant.id) if each.state is CredentialState.LIVE]
    return (held[-1], grant) if held else None
