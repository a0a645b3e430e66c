"""The daily look over the ledger's own keys, and one digest a day for each owner. Unknown use says nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import escalation, retry
from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, Refused
from bot.domain.events import Notice
from bot.domain.evidence import Seen
from bot.domain.finding import Finding, FindingKind
from bot.domain.finding_rules import RULES, About, Teller, Verdict, judge
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, fresh_id
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.subjects import OwnersDigest
from bot.flows import findings, own
from bot.flows.context import AwsContext, Context
from bot.flows.hygiene import dry_run
from bot.flows.last_used import known_use, note_use
from bot.ports import Entropy, People, Person, UnitOfWork

CLAIM = timedelta(minutes=30)  # how long one worker has for its look before another may begin
LOOKED = "hygiene/looked"  # a flag: the last UTC day on which every key was looked at
PAGE = 200
KNOWN_FOR = timedelta(days=1)  # what the inventory read within a day is not asked again for each key
OWNERS_MOST = 1000  # looked at in one run
ENTRIES_MOST = 15  # of one digest: a message has room for that many with their buttons, the rest comes the next day


def look_over(context: AwsContext) -> int:
    """Once a UTC day over all workers; the day counts as looked at when the look is over, so that a crash loses none.

    Returns how many keys were looked at.
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
            page = tx.grants.active_keys(after, PAGE)
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
    )  # a key outlives its offer, and is looked after
    seen = Seen(
        now,
        active=True,
        created_at=key.created_at,
        used=used,
        lease_until=grant.lease_until,
        session_instead=session.title if session else None,
    )
    stale = context.catalog.rotate_after(entitlement) if entitlement else context.catalog.hygiene.stale
    rules = replace(context.catalog.hygiene, stale=stale)
    rotating = key.retire_at is not None  # there is nothing left to ask of the owner
    said = frozenset[FindingKind]() if rotating else _said(judge(seen, rules, About.KEY))
    with context.work.begin() as tx:
        findings.close_for_credential(tx, key.id, now, but=said)
        for kind in sorted(said):
            findings.open_finding(tx, _finding(context.entropy, grant, key, kind, seen), now)
    return True


def _said(verdicts: Mapping[FindingKind, Verdict]) -> frozenset[FindingKind]:
    """What the digest brings up; the rest has flows of its own."""
    found = (kind for kind, verdict in verdicts.items() if verdict is Verdict.FOUND)
    return frozenset(kind for kind in found if RULES[kind].teller is Teller.DIGEST)


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


def digest(context: Context) -> int:
    """One DM per person and day at most, in their working hours, with everything that is due. How many digests.

    What a user group owns goes to those of its members who are at work and had none today. Of an account that the
    catalog no longer has, nobody hears.
    """
    dry_run.watch(context)
    now = context.clock.now()
    with context.work.begin() as tx:
        owners = tx.findings.owners_due(now, OWNERS_MOST, context.catalog.accounts)
    return sum(_digest(context, each, now) for each in owners)


def _digest(context: Context, owner: str, now: datetime) -> bool:
    """Who cannot hear it now is looked at again when they can: nobody holds up the others."""
    hearers, whole = _hearers(context.people, owner)
    workdays = context.catalog.hygiene.workdays
    zones = {each.id: escalation.zone_of(each.time_zone) for each in hearers}
    there = [each for each, zone in zones.items() if escalation.open_at(now, zone, workdays)]
    with context.work.begin() as tx:
        due = tx.findings.due_of(owner, now, context.catalog.accounts)
        to = [each for each in there if tx.once(f"digest/{each}", now, now - escalation.NIGHT)] if due else []
        if to:
            subject = str(OwnersDigest(owner, now.astimezone(zones[to[0]])))
            tx.findings.lock(each.id for each in due)
            told = [findings.climb(tx, each, Notice.DIGEST, subject, now) for each in due[:ENTRIES_MOST]]
            tx.outbox.enqueue(Notice.DIGEST, subject, *(to if any(told) else ()))
            return any(told)
    next_try = [escalation.opens(now, zone, workdays) for zone in zones.values()] + (
        [] if whole else [retry.next_attempt(now, retry.OWNER_UNREADABLE)]
    )
    return _later(context.work, owner, now, min(next_try, default=retry.next_attempt(now, retry.OWNER_AWAY)))


def _hearers(people: People, owner: str) -> tuple[list[Person], bool]:
    """The full members among those who hold it, as far as Slack says; and whether it said so of all of them."""
    found, whole = list[Person](), True
    try:
        holders = sorted(own.holders(people, owner))
    except Refused:
        return [], False
    for each in holders:
        try:
            found.append(people.find(each))
        except Refused:
            whole = False
    return [each for each in found if each.full_member], whole


def _later(work: UnitOfWork, owner: str, now: datetime, until: datetime) -> bool:
    with work.begin() as tx:
        tx.findings.put_off([each.id for each in tx.findings.due_of(owner, now)], until)
    return False
