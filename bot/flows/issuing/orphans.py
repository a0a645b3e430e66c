"""Orphans: after a doubtful mint or a discard, look for unexpected keys on the grant's IAM user.

IAM lists new keys late, so each such grant is checked four times: at once, after 10 s, 5 min and 1 h.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import batch_size, retry
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.ids import ID_BYTES, fresh_id
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import ORPHAN_PASSES, ORPHAN_WINDOW
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients
from bot.flows.context import AwsContext
from bot.ports import KeySeen, Transaction

NOT_TO_BE = frozenset({CredentialState.FAILED, CredentialState.DISCARDED, CredentialState.DELETED})


@dataclass(frozen=True, slots=True)
class _Pass:
    """One check of one grant."""

    context: AwsContext
    grant: Grant
    account: Account
    rows: tuple[Credential, ...]

    @property
    def doubtful(self) -> tuple[Credential, ...]:
        """Claimed and failed without a known key id: AWS may have created one all the same."""
        return tuple(each for each in self.rows if _failed(each) and each.access_key_id is None)


def _failed(row: Credential) -> bool:
    return row.state is CredentialState.FAILED and row.claimed_at is not None


def orphans(context: AwsContext) -> int:
    """How many keys were removed. If AWS doesn't answer, ask again in 15 s."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.grants.to_reconcile(now, batch_size.AWS_ROWS)
    done = 0
    for grant in due:
        with context.work.begin() as tx:
            # Before the call: the next run goes on with the others.
            _later(tx, grant, retry.next_attempt(now, retry.AWS))
            rows = tx.credentials.of(grant.id)
        if account := context.catalog.accounts.get(grant.account):
            done += _check(_Pass(context, grant, account, rows), now)
    return done


def _later(tx: Transaction, grant: Grant, at: datetime | None) -> None:
    """Schedule the next pass. Not for a grant that ended meanwhile: its tear-down uses the same column."""
    fresh = tx.grants.lock(grant.id)
    if fresh is not None and not fresh.is_over:
        tx.grants.try_again_at(grant.id, at)


def _check(run: _Pass, now: datetime) -> int:
    done = 0
    if _last(run.rows) is not None:
        try:
            seen = run.context.iam.keys_of(run.account, run.grant.iam_user) or ()
            run = _read_again(run)
            if any(_mint_in_flight(each) for each in run.rows):
                return 0  # one of these may be its key, whose id is not in the ledger yet: due again in 15 s
            done = sum(_judge(run, each) for each in seen)
        except AwsError:
            return 0
    _next(run, now)
    return done


def _read_again(run: _Pass) -> _Pass:
    """After the keys were listed: a mint that began later created none of them, one that failed meanwhile may have."""
    with run.context.work.begin() as tx:
        return replace(run, rows=tx.credentials.of(run.grant.id))


def _mint_in_flight(row: Credential) -> bool:
    return row.state is CredentialState.ISSUING and row.claimed_at is not None and row.access_key_id is None


def _last(rows: tuple[Credential, ...]) -> datetime | None:
    """When the latest doubtful mint ended: the passes are counted from then."""
    bad = (each for each in rows if _failed(each) or each.state is CredentialState.DISCARDED)
    return max((each.ended_at for each in bad if each.ended_at), default=None)


def _next(run: _Pass, now: datetime) -> None:
    """Free a doubtful slot if the pass at +10 s saw nothing more. Later passes find what IAM lists late."""
    with run.context.work.begin() as tx:
        tx.grants.lock(run.grant.id)
        last = _last(tx.credentials.of(run.grant.id))  # a mint may have failed while this pass was looking
        ahead = [last + wait for wait in ORPHAN_PASSES if last + wait > now] if last else []
        for each in run.doubtful:
            if each.slot and each.gone_at is None and each.ended_at and each.ended_at + ORPHAN_PASSES[1] <= now:
                tx.credentials.set(each.id, gone_at=now)
                tx.record(Tag.CREDENTIAL_GONE, each.id, by=LATCHKEY, at=now)
        _later(tx, run.grant, ahead[0] if ahead else None)


def _judge(run: _Pass, key: KeySeen) -> bool:
    """Classify a key that AWS lists: active, given up, an orphan of a lost mint, or one that Latchkey didn't create."""
    with run.context.work.begin() as tx:
        known = tx.credentials.by_key(key.id)
        if known is not None and known.state in NOT_TO_BE and known.gone_at is not None:
            tx.credentials.set(known.id, gone_at=None, slot=None, next_try_at=None)  # it came back: clear_gone takes it
    if known is not None:
        return False
    near = any(each.claimed_at and abs(key.created_at - each.claimed_at) <= ORPHAN_WINDOW for each in run.doubtful)
    if not near:
        _report(run, key, "not made by Latchkey")
        return False
    return _remove(run, key)


def _remove(run: _Pass, key: KeySeen) -> bool:
    """Deactivate it, ask for its last use, then delete it. If its use can't be read, raise and leave it Inactive."""
    user = run.grant.iam_user
    run.context.iam.set_active(run.account, user, key.id, active=False, by=LATCHKEY)
    used: LastUsed = run.context.iam.last_used(run.account, key.id)
    if used.at is not None:
        _report(run, key, f"made while an answer of AWS was lost, used {used.at:%d %B %Y %H:%M} UTC, switched off")
        return False
    run.context.iam.delete_key(run.account, user, key.id, by=LATCHKEY)
    with run.context.work.begin() as tx:
        facts = {"key": key.id}
        tx.record(Tag.ORPHAN_DELETED, run.grant.id, by=LATCHKEY, at=run.context.clock.now(), facts=facts)
    return True


def _report(run: _Pass, key: KeySeen, evidence: str) -> None:
    """Report a key that was created by hand or was used: once, with a Revoke button. It stays as it is."""
    now, grant = run.context.clock.now(), run.grant
    finding = Finding(
        id=fresh_id(run.context.entropy.bytes(ID_BYTES)),
        kind=FindingKind.ORPHAN,
        credential=run.rows[-1].id,  # any of the grant: with it the finding closes when the grant is torn down
        owner=grant.owner,
        access_key_id=key.id,
        opened_at=now,
        evidence=f"{grant.id} {evidence}",
        told_at=now,
        account=grant.account,
        iam_user=grant.iam_user,
    )
    places = recipients.of_grant(run.context.people, run.context.catalog, grant)
    with run.context.work.begin() as tx:
        _tell_once(tx, finding, grant, places, now)


def _tell_once(tx: Transaction, finding: Finding, grant: Grant, places: Sequence[str], now: datetime) -> None:
    if tx.findings.open(finding):
        facts = {"key": finding.access_key_id}
        tx.record(Tag.ORPHAN_FOUND, grant.id, by=LATCHKEY, at=now, facts=facts)
        tx.outbox.enqueue(Notice.ORPHAN, finding.id, grant.owner, *places)
