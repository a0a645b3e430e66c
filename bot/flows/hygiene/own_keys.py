"""Check the keys that Latchkey issued once a day. A key whose last use is unknown gets no finding."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.grant import Grant
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.finding_rules import RULES, About, ReportedBy, Verdict, judge
from bot.domain.hygiene.usage_evidence import with_usage
from bot.domain.ids import ID_BYTES, fresh_id
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import findings
from bot.flows.context import AwsContext, Context
from bot.flows.keys.last_used import known_use, note_use
from bot.ports import Entropy

CLAIM = timedelta(minutes=30)  # how long one worker has for this before another may begin
LOOKED = "hygiene/looked"  # a flag: the last UTC day on which every key was checked
PAGE = 200
KNOWN_FOR = timedelta(days=1)  # what the inventory read within a day isn't asked again for each key


def look_over(context: AwsContext) -> int:
    """Once a UTC day, over all workers. The day counts only when every key was checked, so a crash skips none.

    Returns how many keys were checked.
    """
    now = context.clock.now()
    today = f"{now:%Y-%m-%d}"
    with context.work.begin() as tx:
        if tx.flag(LOOKED) == today or not tx.once("hygiene", now, now - CLAIM):
            return 0
    seen = sum(_look_at(context, *each) for each in _live_keys(context))
    with context.work.begin() as tx:
        tx.set_flag(LOOKED, today)
    return seen


def _live_keys(context: Context) -> Iterator[tuple[Grant, Credential]]:
    after = None
    while True:
        with context.work.begin() as tx:
            page = tx.grants.active(after, PAGE)
            rows = [(grant, each) for grant in page for each in tx.credentials.of(grant.id)]
        for grant, each in rows:
            active = grant.state_at(context.clock.now()) is GrantState.ACTIVE
            if active and each.kind is Kind.ACCESS_KEY and each.state is CredentialState.LIVE:
                yield grant, each
        if len(page) < PAGE:
            return
        after = page[-1].id


def _look_at(context: AwsContext, grant: Grant, key: Credential) -> bool:
    entitlement = context.catalog.entitlements.get(grant.entitlement)
    account = context.catalog.accounts.get(grant.account)
    if account is None or key.access_key_id is None or key.created_at is None:
        return False
    now = context.clock.now()
    used = known_use(key, now - KNOWN_FOR, now)
    if used is None:
        try:
            used, now = context.iam.last_used(account, key.access_key_id), context.clock.now()
        except AwsError:
            return False
        with context.work.begin() as tx:
            note_use(tx, key.id, used, now)
    session = (
        context.catalog.safer_than(entitlement) if entitlement else None
    )  # a key is still checked after its entitlement leaves the catalog
    with context.work.begin() as tx:
        usage = tx.usages.of(account.name, [key.access_key_id]).get(key.access_key_id)
        accessed = tx.last_accessed.of(grant.id)
    seen = Seen(
        now,
        active=True,
        created_at=key.created_at,
        used=used,
        lease_until=grant.lease_until,
        session_instead=session.title if session else None,
        unused_services=accessed.services if accessed and accessed.read_at else None,
    )
    seen = with_usage(seen, usage, account, entitlement.may_assume if entitlement else ())
    stale = context.catalog.rotate_after(entitlement) if entitlement else context.catalog.hygiene.stale
    rules = replace(context.catalog.hygiene, stale=stale)
    rotating = key.retire_at is not None  # the owner has already acted
    verdicts = {} if rotating else judge(seen, rules, About.KEY)
    said, unknown = (_reported(verdicts, each) for each in (Verdict.FOUND, Verdict.UNKNOWN))
    with context.work.begin() as tx:
        findings.close_for_credential(tx, key.id, now, but=said | unknown)
        for kind in sorted(said):
            findings.open_finding(tx, _finding(context.entropy, grant, key, kind, seen), now)
    return True


def _reported(verdicts: Mapping[FindingKind, Verdict], verdict: Verdict) -> frozenset[FindingKind]:
    """The findings with this verdict that the digest reports; other flows report the rest."""
    kinds = (kind for kind, each in verdicts.items() if each is verdict)
    return frozenset(kind for kind in kinds if RULES[kind].reported_by is ReportedBy.DIGEST)


def _finding(entropy: Entropy, grant: Grant, key: Credential, kind: FindingKind, seen: Seen) -> Finding:
    return Finding(
        id=fresh_id(entropy.bytes(ID_BYTES)),
        kind=kind,
        credential=key.id,
        owner=grant.owner,
        access_key_id=key.access_key_id or "",
        opened_at=seen.now,
        evidence=RULES[kind].evidence(seen),
        account=grant.account,
        iam_user=grant.iam_user,
    )
