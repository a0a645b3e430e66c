"""The daily look over the ledger's own keys, and one digest a day for each owner. Unknown use says nothing."""

from datetime import datetime, timedelta

from bot.domain import hygiene
from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene import Finding, FindingKind, LastUsed
from bot.domain.ids import ID_BYTES, DeliveryId, SlackUserId, fresh_id
from bot.domain.lifecycle import CredentialState
from bot.ports import Clock, Entropy, Iam, Tx, Work

EVERY = timedelta(hours=24)
PAGE = 200


def look_over(work: Work, clock: Clock, entropy: Entropy, iam: Iam, catalog: Catalog) -> int:
    """At most once in 24 h over all workers. Returns how many keys were looked at."""
    now = clock.now()
    with work.begin() as tx:
        if not tx.once("hygiene", now, now - EVERY):
            return 0
    seen = 0
    after = None
    while True:
        with work.begin() as tx:
            page = tx.grants.active_keys(after, PAGE)
            rows = [(grant, each) for grant in page for each in tx.credentials.of(grant.id)]
        for grant, each in rows:
            if each.kind is Kind.ACCESS_KEY and each.state is CredentialState.LIVE:
                _look_at(work, clock, entropy, iam, catalog, grant, each)
                seen += 1
        if len(page) < PAGE:
            return seen
        after = page[-1].id


def _look_at(
    work: Work, clock: Clock, entropy: Entropy, iam: Iam, catalog: Catalog, grant: Grant, key: Credential
) -> None:
    entitlement = catalog.entitlements.get(grant.entitlement)
    account = catalog.accounts.get(grant.account)
    if entitlement is None or account is None or key.access_key_id is None or key.created_at is None:
        return
    try:
        used = iam.last_used(account, key.access_key_id)
    except AwsError:
        return
    now = clock.now()
    kind = hygiene.see(key.created_at, used, now, catalog.hygiene, catalog.rotate_after(entitlement))
    with work.begin() as tx:
        for each in tx.findings.open_of(key.id):
            if each.kind is not kind:
                tx.findings.close(each.id, now)
                tx.record(Tag.FINDING_CLOSED, each.id, by=LATCHKEY, at=now)
        if kind is not None:
            _open(tx, entropy, grant, key, kind, used, now)


def _open(
    tx: Tx, entropy: Entropy, grant: Grant, key: Credential, kind: FindingKind, used: LastUsed, now: datetime
) -> None:
    finding = Finding(
        id=fresh_id(entropy.bytes(ID_BYTES)),
        kind=kind,
        credential=key.id,
        owner=grant.owner,
        access_key_id=key.access_key_id or "",
        opened_at=now,
        evidence=_evidence(key, used),
    )
    if tx.findings.open(finding):
        tx.record(
            Tag.FINDING_OPENED, finding.id, by=LATCHKEY, at=now, facts={"kind": kind, "key": finding.access_key_id}
        )


def _evidence(key: Credential, used: LastUsed) -> str:
    made = f"made {key.created_at:%d %B %Y}" if key.created_at else "made at an unknown time"
    if used.at is None:
        return f"{made}, never used"
    where = f" by {used.service} in {used.region}" if used.service and used.region else ""
    return f"{made}, last used {used.at:%d %B %Y}{where}"


def digest(work: Work, clock: Clock) -> int:
    """One DM per owner and day at most, with everything new."""
    now = clock.now()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    done = 0
    with work.begin() as tx:
        owners = tx.findings.owners_to_tell(now)
    for owner in owners:
        with work.begin() as tx:
            findings = tx.findings.untold_of(owner, now)
            if findings and tx.once(f"digest/{owner}", now, day):
                tx.findings.told([each.id for each in findings], now)
                tx.outbox.want(Notice.DIGEST, f"{owner}/{now:%Y-%m-%d}", owner)
                done += 1
    return done


def keep(
    work: Work,
    clock: Clock,
    *,
    finding: str,
    by: SlackUserId,
    until: datetime,
    justification: str,
    delivery: DeliveryId | None,
) -> Finding:
    """The owner keeps the key, says why and until when. Raises Refused, AlreadyDone."""
    if not justification.strip():
        raise Refused(Reason.NO_JUSTIFICATION)
    now = clock.now()
    with work.begin(delivery) as tx:
        found = tx.findings.get(finding)
        if found is None or found.closed_at is not None:
            raise Refused(Reason.NOT_FOUND)
        if found.owner != by:
            raise Refused(Reason.NOT_OWNER, owner=found.owner)
        tx.findings.keep(finding, until, justification.strip())
        facts = {"until": until.isoformat(), "why": justification.strip()}
        tx.record(Tag.CREDENTIAL_KEPT, found.credential or finding, by=by, at=now, facts=facts)
        if found.told_at is not None:
            tx.outbox.again(Notice.DIGEST, f"{by}/{found.told_at:%Y-%m-%d}")
    return found
