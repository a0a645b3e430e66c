"""Compare the ledger with AWS: finish what a crash left, remove orphans, tear down what is over."""

from datetime import datetime, timedelta

from bot.domain.catalog import Account, Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene import Finding, FindingKind, LastUsed
from bot.domain.ids import ID_BYTES, fresh_id
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import (
    CLAIM_ABANDONED,
    CLAIM_ABANDONED_BY_DEAD,
    HEARTBEAT_FRESH,
    ORPHAN_PASSES,
    ORPHAN_WINDOW,
)
from bot.flows import intent
from bot.ports import Clock, Entropy, Iam, KeySeen, Work

MOST = 20  # rows per run: the rest is due again at once
RETRY = timedelta(seconds=15)  # after AWS refused or did not answer
WHILE_ISSUING = timedelta(seconds=5)


def abandoned(work: Work, clock: Clock) -> int:
    """No `issuing` row outlives its claim: discarded when a key id is known (its seed is gone), else failed."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.credentials.claimed_before(now - CLAIM_ABANDONED_BY_DEAD, MOST):
            beat = tx.last_beat(each.claimed_by)
            dead = beat is None or now - beat > HEARTBEAT_FRESH
            if not dead and each.claimed_at is not None and now - each.claimed_at <= CLAIM_ABANDONED:
                continue
            after = CredentialState.DISCARDED if each.access_key_id else CredentialState.FAILED
            done += intent.drop_and_tell(tx, each, after, now, "worker-gone")
            tx.grants.try_again_at(each.grant, now)
    return done


def clear_gone(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Keys that nobody may use any more: Inactive, deleted, seen to be gone; then their slot is free."""
    with work.begin() as tx:
        rows = [(each, tx.grants.get(each.grant)) for each in tx.credentials.not_gone(MOST)]
    done = 0
    for each, grant in rows:
        account = catalog.accounts.get(grant.account) if grant else None
        if grant is not None and account is not None and each.access_key_id:
            done += remove_key(work, clock, iam, account, grant, each)
    return done


def remove_key(work: Work, clock: Clock, iam: Iam, account: Account, grant: Grant, credential: Credential) -> bool:
    """Inactive, then deleted. False when AWS did not let us: it stays due."""
    with work.begin() as tx:
        row = tx.credentials.get(credential.id)
    if row is None or row.access_key_id is None:
        return False
    if row.gone_at is not None:
        return True
    try:
        iam.set_active(account, grant.iam_user, row.access_key_id, active=False, by=LATCHKEY)
        iam.delete_key(account, grant.iam_user, row.access_key_id, by=LATCHKEY)
        left = iam.keys_of(account, grant.iam_user) or ()
    except AwsError:
        return False
    if any(each.id == row.access_key_id for each in left):
        return False
    now = clock.now()
    with work.begin() as tx:
        tx.credentials.set(row.id, gone_at=now)
        tx.record(Tag.CREDENTIAL_GONE, row.id, by=LATCHKEY, at=now, facts={"key": row.access_key_id})
    return True


# --- orphans ------------------------------------------------------------------------------------------------------


def orphans(work: Work, clock: Clock, entropy: Entropy, iam: Iam, catalog: Catalog) -> int:
    """Grants with a doubtful mint: look for a key that the ledger does not know, at 0 s, 10 s, 5 min and 1 h."""
    now = clock.now()
    with work.begin() as tx:
        due = [each for each in tx.grants.to_reconcile(now, MOST) if not each.is_over]
    return sum(_orphan_pass(work, clock, entropy, iam, catalog, each) for each in due)


def _orphan_pass(work: Work, clock: Clock, entropy: Entropy, iam: Iam, catalog: Catalog, grant: Grant) -> int:
    now = clock.now()
    account = catalog.accounts.get(grant.account)
    with work.begin() as tx:
        rows = tx.credentials.of(grant.id)
    doubtful = [each for each in rows if each.state is CredentialState.FAILED and each.claimed_at is not None]
    if account is None or not doubtful:
        with work.begin() as tx:
            tx.grants.try_again_at(grant.id, None)
        return 0
    try:
        seen = iam.keys_of(account, grant.iam_user) or ()
        found = _unknown(work, seen)
        done = sum(_orphan(work, clock, entropy, iam, catalog, account, grant, doubtful, each) for each in found)
    except AwsError:
        with work.begin() as tx:
            tx.grants.try_again_at(grant.id, now + RETRY)
        return 0
    _next_pass(work, grant, doubtful, now)
    return done


def _unknown(work: Work, seen: tuple[KeySeen, ...]) -> tuple[KeySeen, ...]:
    with work.begin() as tx:
        return tuple(each for each in seen if tx.credentials.by_key(each.id) is None)


def _next_pass(work: Work, grant: Grant, doubtful: list[Credential], now: datetime) -> None:
    """Free the slot once the pass at +10 s has seen nothing more; the later passes look for what IAM lists late."""
    last = max(each.ended_at or now for each in doubtful)
    ahead = [last + wait for wait in ORPHAN_PASSES if last + wait > now]
    with work.begin() as tx:
        for each in doubtful:
            if each.slot and each.gone_at is None and (each.ended_at or now) + ORPHAN_PASSES[1] <= now:
                tx.credentials.set(each.id, gone_at=now)
                tx.record(Tag.CREDENTIAL_GONE, each.id, by=LATCHKEY, at=now)
        tx.grants.try_again_at(grant.id, ahead[0] if ahead else None)


def _orphan(
    work: Work,
    clock: Clock,
    entropy: Entropy,
    iam: Iam,
    catalog: Catalog,
    account: Account,
    grant: Grant,
    doubtful: list[Credential],
    key: KeySeen,
) -> int:
    near = any(each.claimed_at and abs(key.created_at - each.claimed_at) <= ORPHAN_WINDOW for each in doubtful)
    if not near:
        _tell_orphan(work, clock, entropy, catalog, grant, key, LastUsed(None))
        return 0
    iam.set_active(account, grant.iam_user, key.id, active=False, by=LATCHKEY)
    used = iam.last_used(account, key.id)
    if used.at is not None:
        _tell_orphan(work, clock, entropy, catalog, grant, key, used)
        return 0
    iam.delete_key(account, grant.iam_user, key.id, by=LATCHKEY)
    with work.begin() as tx:
        tx.record(Tag.ORPHAN_DELETED, grant.id, by=LATCHKEY, at=clock.now(), facts={"key": key.id})
    return 1


def _tell_orphan(
    work: Work, clock: Clock, entropy: Entropy, catalog: Catalog, grant: Grant, key: KeySeen, used: LastUsed
) -> None:
    """A key that somebody made by hand, or one that was used: told once, with a Revoke button, and left."""
    now = clock.now()
    group = catalog.approvers_of(catalog.entitlements[grant.entitlement]) if _offered(catalog, grant) else None
    places = (group.channel,) if group and group.channel else tuple(group.users) if group else catalog.admins
    evidence = f"used {used.at.isoformat()}" if used.at else "not made by Latchkey"
    finding = Finding(
        id=fresh_id(entropy.bytes(ID_BYTES)),
        kind=FindingKind.ORPHAN,
        credential=None,
        owner=grant.owner,
        access_key_id=key.id,
        opened_at=now,
        evidence=f"{grant.id} {evidence}",
        told_at=now,
    )
    with work.begin() as tx:
        if tx.findings.open(finding):
            tx.record(Tag.ORPHAN_FOUND, grant.id, by=LATCHKEY, at=now, facts={"key": key.id})
            tx.outbox.want(Notice.ORPHAN, finding.id, grant.owner, *places)


def _offered(catalog: Catalog, grant: Grant) -> bool:
    return grant.entitlement in catalog.entitlements


# --- tear-down ----------------------------------------------------------------------------------------------------


def tear_down(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Every grant that is over and still has something in AWS. Each step is harmless when repeated."""
    with work.begin() as tx:
        due = tx.grants.to_tear_down(clock.now(), MOST)
    return sum(_tear_down(work, clock, iam, catalog, each) for each in due)


def _tear_down(work: Work, clock: Clock, iam: Iam, catalog: Catalog, grant: Grant) -> int:
    with work.begin() as tx:
        rows = tx.credentials.of(grant.id)
    account = catalog.accounts.get(grant.account)
    has_user = any(each.kind is Kind.ACCESS_KEY for each in rows)
    if not has_user or (account is not None and _gone_from_aws(iam, grant, account)):
        return _torn_down(work, grant, clock.now())
    with work.begin() as tx:
        tx.grants.try_again_at(grant.id, clock.now() + RETRY)
    return 0


def _gone_from_aws(iam: Iam, grant: Grant, account: Account) -> bool:
    try:
        iam.tear_down(grant, account, by=LATCHKEY)
    except AwsError:
        return False
    return True


def _torn_down(work: Work, grant: Grant, now: datetime) -> int:
    """Write down that nothing is left, unless a mint is still under way: then look again when it has ended."""
    ends = {CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING}
    with work.begin() as tx:
        rows = tx.credentials.of(grant.id)
        if any(each.state is CredentialState.ISSUING for each in rows):
            tx.grants.try_again_at(grant.id, now + WHILE_ISSUING)
            return 0
        for each in rows:
            if each.state in ends:
                tx.move(each.id, each.state, CredentialState.DELETED, by=LATCHKEY, at=now)
            if each.gone_at is None:
                tx.credentials.set(each.id, gone_at=now)
        tx.grants.torn_down(grant.id, now)
        tx.record(Tag.GRANT_TORN_DOWN, grant.id, by=LATCHKEY, at=now)
        tx.outbox.again(Notice.GRANT, grant.id)
        tx.outbox.again(Notice.GRANT_ENDED, grant.id)
    return 1
