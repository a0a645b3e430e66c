"""A key that Latchkey issued, with what acting on it needs: ManagedKey for issued keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.keys.switchover import successor
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.usage.last_used import LastUsed
from bot.flows import findings, refresh
from bot.flows.context import AwsContext, Context
from bot.flows.issuing import intent
from bot.flows.keys.last_used import note_answer
from bot.ports import Transaction

BY_HAND = "by-hand"  # why a key is as it is: someone changed it in AWS, outside Latchkey
GONE_FROM_AWS = {"why": "gone from AWS"}  # facts of the audit event


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """One issued key. `row` and `grant` are as they were read."""

    context: AwsContext
    row: Credential
    grant: Grant
    account: Account
    id: AccessKeyId
    places: tuple[str, ...] = ()  # where its approvers are notified of what a person did to it

    @property
    def subject(self) -> str:
        return self.row.id

    @property
    def created_at(self) -> datetime:
        return self.row.made_at

    def lock(self, tx: Transaction) -> Credential | None:
        pair = intent.held(tx, self.row.id)
        return pair[0] if pair else None

    def replacement(self, tx: Transaction) -> Credential | None:
        active = self.grant.state_at(self.context.clock.now()) is GrantState.ACTIVE
        return successor(self.row, tx.credentials.of(self.grant.id)) if active else None

    def set(self, tx: Transaction, **columns: object) -> None:
        tx.credentials.set(self.row.id, **columns)

    def note_use(self, tx: Transaction, used: LastUsed | None) -> None:
        note_answer(tx, self.row.id, used, self.context.clock.now())

    def refresh(self, tx: Transaction) -> None:
        tx.outbox.refresh(Notice.ROTATED, self.row.id)

    def not_found(self) -> None:
        with self.context.work.begin() as tx:
            row = self.lock(tx)
            if row is not None and row.state in {CredentialState.LIVE, CredentialState.RETIRING}:
                deleted(tx, row, self.context.clock.now(), by_hand=True)

    def failed(self, _error: AwsError) -> None:
        try_again(self.context, self.row)


def issued_keys(context: AwsContext, rows: tuple[Credential, ...]) -> Iterator[IssuedKey]:
    """Skip keys whose account is no longer in the catalog, and try them again after the others."""
    for each in rows:
        with context.work.begin() as tx:
            grant = tx.grants.get(each.grant)
        account = context.catalog.accounts.get(grant.account) if grant else None
        if grant is None or account is None or each.access_key_id is None:
            try_again(context, each)
        else:
            yield IssuedKey(context, each, grant, account, each.access_key_id)


def try_again(context: Context, row: Credential) -> None:
    """Try this row again in 15 s, after the others."""
    with context.work.begin() as tx:
        tx.credentials.set(row.id, next_try_at=retry.next_attempt(context.clock.now(), retry.AWS))


def deleted(tx: Transaction, row: Credential, now: datetime, *, by: str = LATCHKEY, by_hand: bool = False) -> None:
    """Record that AWS no longer has this key, under the lock of its grant, and close the findings about it."""
    if by_hand:
        tx.credentials.set(row.id, gone_at=now, why=BY_HAND)
    tx.transition(row.id, row.state, CredentialState.DELETED, by=by, at=now, facts=GONE_FROM_AWS if by_hand else None)
    findings.close_for_credential(tx, row.id, now)
    refresh.credential(tx, row)
