"""What was found is written: users and keys as they are, findings opened and closed, and alarms sent at once."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import escalation
from bot.domain.catalog import Account
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.evidence import Seen
from bot.domain.finding import Finding, FindingKind, Rung
from bot.domain.finding_rules import RULES, Teller
from bot.domain.grant import GRANT_USER
from bot.domain.ids import ID_BYTES, AccountName, SlackUserId, fresh_id
from bot.domain.inventory import FoundUser
from bot.domain.ownership import ClaimState, Ownership, Source
from bot.flows.context import AwsContext
from bot.flows.hygiene.evaluate import Judged, Sighting
from bot.flows.last_used import note_use
from bot.flows.own import Asking, group_of, holders
from bot.flows.ownership import ownerless
from bot.ports import Entropy, Transaction

WANTING_AN_OWNER = {FindingKind.OWNERLESS, FindingKind.LEAVER}


def write(
    context: AwsContext, asking: Asking, account: Account, batch: Sequence[Judged], now: datetime, report_at: datetime
) -> None:
    """One transaction for the batch. What people settle in Slack meanwhile counts: they lock the user first, too."""
    sightings = [each.sighting for each in batch]
    keys = [key for each in sightings for key in each.keys]
    gone = [key.id for each in sightings for key in each.gone]
    met = asking.addresses((each.user.name, each.user.tags) for each in sightings)
    owned = {each.user.name: people for each in sightings if (people := _owned_by(context, each.user))}
    places = {each.id: _alarmed(context, account, each) for judged in batch for each in judged.opened}
    with context.work.begin() as tx:
        tx.inventory.keep([each.user for each in sightings], keys, gone, now)
        for key in keys:
            if key.credential is not None and key.used is not None:
                note_use(tx, key.credential, key.used, report_at, now=now)
        tx.owners.want(met, now)
        tx.owners.owned(account.name, owned, now)
        tx.findings.lock(finding.id for each in sightings for finding in each.open)
        for each in batch:
            for finding in each.opened:
                open_finding(tx, finding, now, places[finding.id])
            for finding in each.closed:
                close_finding(tx, finding, now)
        _hand(tx, account, sightings, now)


def _hand(tx: Transaction, account: Account, sightings: Sequence[Sighting], now: datetime) -> None:
    """What is open is the present owner's; and a word that was said since this reading began is the last one."""
    words = tx.owners.words(account.name, [each.user.name for each in sightings])
    for each in sightings:
        word = words.get(each.user.name)
        if word is not None and word != each.word and word.created_at == each.user.created_at:
            hand(tx, each.user, Ownership(word.owner, Source.SAID, word.at), now)
        elif each.whose.left is not None and any(found.owner != each.told for found in each.open):
            tx.findings.hand(account.name, [each.user.name], each.told)


def hand(tx: Transaction, user: FoundUser, whose: Ownership, now: datetime) -> None:
    """The user and what is open on it are this owner's from now on, and nobody has to be found for it any more."""
    both = (user.owner, whose.owner)
    tx.owners.owned(user.account, {user.name: {SlackUserId(each) for each in both if each and not group_of(each)}}, now)
    tx.inventory.hand(user.account, user.name, whose)
    tx.findings.lock(each.id for each in tx.findings.open_on(user.account, [user.name]))
    tx.findings.hand(user.account, [user.name], whose.owner)
    if whose.owner:
        for each in tx.findings.open_on(user.account, [user.name]):
            if each.kind in WANTING_AN_OWNER:
                close_finding(tx, each, now)


def open_finding(tx: Transaction, finding: Finding, now: datetime, places: Sequence[str] = ()) -> bool:
    """False when the same was found before. An alarm goes to these places."""
    if not tx.findings.open(escalation.begun(finding, now)):
        return False
    facts = {"kind": finding.kind, "key": finding.access_key_id, "user": finding.iam_user, "account": finding.account}
    tx.record(
        Tag.FINDING_OPENED,
        finding.id,
        by=LATCHKEY,
        at=now,
        facts={name: value for name, value in facts.items() if value},
    )
    if RULES[finding.kind].teller is Teller.ALARM:
        tx.outbox.enqueue(Notice.ALARM, finding.id, *places)
    _show(tx, finding)
    return True


def open_about(tx: Transaction, entropy: Entropy, user: FoundUser, kind: FindingKind, now: datetime) -> bool:
    """Ownerless, or a leaver's: found before any inventory says so."""
    seen = Seen(now, keys=len(tx.inventory.keys(user.account, [user.name])))
    made = Finding(
        id=fresh_id(entropy.bytes(ID_BYTES)),
        kind=kind,
        credential=None,
        owner=None,
        access_key_id="",
        opened_at=now,
        evidence=RULES[kind].evidence(seen),
        account=user.account,
        iam_user=user.name,
    )
    return bool(seen.keys) and open_finding(tx, made, now)


def close_finding(tx: Transaction, finding: Finding, now: datetime) -> bool:
    if not tx.findings.close(finding.id, now):
        return False
    tx.record(Tag.FINDING_CLOSED, finding.id, by=LATCHKEY, at=now)
    if RULES[finding.kind].teller is Teller.ALARM:
        tx.outbox.refresh(Notice.ALARM, finding.id)
    redraw(tx, finding.id)
    _show(tx, finding)
    return True


def climb(tx: Transaction, finding: Finding, notice: Notice, subject: str, now: datetime) -> bool:
    """One rung of its ladder, told by this message. False: it is closed, kept, or somebody was first."""
    if finding.rung is None or not tx.findings.climb(finding, escalation.after(finding, now), notice, subject, now):
        return False
    tx.record(Tag.FINDING_TOLD, finding.id, by=LATCHKEY, at=now, facts={"rung": finding.rung, "in": subject})
    return True


def redraw(tx: Transaction, finding: str) -> None:
    """Every message that tells of it is to show what has become of it."""
    for notice, subject in tx.findings.shown_in(finding):
        tx.outbox.refresh(notice, subject)


def _show(tx: Transaction, finding: Finding) -> None:
    if RULES[finding.kind].teller is Teller.OWNERLESS:
        ownerless.show(tx, AccountName(finding.account))


def settle_gone(tx: Transaction, account: AccountName, gone: Sequence[str], seen_at: datetime) -> None:
    """Close what is open about deleted users. The caller holds their findings."""
    for finding in tx.findings.open_on(account, gone):
        close_finding(tx, finding, seen_at)
    for claim in tx.owners.open_on(account, gone):
        tx.owners.settle(claim.id, ClaimState.OVER, None, seen_at)
        tx.outbox.refresh(Notice.CLAIM, claim.id)


def _alarmed(context: AwsContext, account: Account, finding: Finding) -> tuple[str, ...]:
    """The account's channel, the admins, and the owner, where that is theirs to settle and Slack says who it is."""
    if RULES[finding.kind].teller is not Teller.ALARM:
        return ()
    places = (*([account.channel] if account.channel else []), *context.catalog.admins)
    mine = _owners(context, finding.owner) if Rung.OWNER in RULES[finding.kind].ladder else ()
    return tuple(dict.fromkeys((*places, *sorted(mine))))


def _owners(context: AwsContext, owner: str | None) -> frozenset[SlackUserId]:
    try:
        return holders(context.people, owner)
    except Refused:
        return frozenset()


def _owned_by(context: AwsContext, user: FoundUser) -> frozenset[SlackUserId]:
    """Whom the ledger remembers as its owners, for an undo. A grant's own user has none of that kind."""
    return frozenset() if user.name.startswith(GRANT_USER) else _owners(context, user.owner)
