"""Open, escalate and close findings, and update the messages about them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.hygiene import escalation
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import ID_BYTES, AccountName, CredentialId, fresh_id
from bot.flows import refresh
from bot.ports import Entropy, Transaction


def open_finding(tx: Transaction, finding: Finding, now: datetime, places: Sequence[str] = ()) -> bool:
    """Returns False when the same finding is open already. `places` are where an alarm is sent."""
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
    if RULES[finding.kind].reported_by is ReportedBy.ALARM:
        tx.outbox.enqueue(Notice.ALARM, finding.id, *places)
    _refresh_list(tx, finding)
    return True


def open_about(tx: Transaction, entropy: Entropy, user: FoundUser, kind: FindingKind, now: datetime) -> bool:
    """Open a finding about an IAM user at once, ahead of the next inventory. Returns False when the user has no key."""
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
    """Returns False when it was closed already."""
    if not tx.findings.close(finding.id, now):
        return False
    tx.record(Tag.FINDING_CLOSED, finding.id, by=LATCHKEY, at=now)
    if RULES[finding.kind].reported_by is ReportedBy.ALARM:
        tx.outbox.refresh(Notice.ALARM, finding.id)
    refresh.finding(tx, finding.id)
    _refresh_list(tx, finding)
    return True


def close_for_credential(
    tx: Transaction, key: CredentialId, now: datetime, *, but: Collection[FindingKind] = ()
) -> None:
    """Close the findings about this issued key, for example after it was rotated, deactivated or deleted.

    An orphan finding stays open until the grant ends.
    """
    about = (each for each in tx.findings.open_of(key) if each.kind not in but)
    settled = [each for each in about if not (each.kind is FindingKind.ORPHAN and _stands(tx, key))]
    tx.findings.lock(each.id for each in settled)
    for each in settled:
        close_finding(tx, each, now)


def _stands(tx: Transaction, key: CredentialId) -> bool:
    row = tx.credentials.get(key)
    grant = tx.grants.get(row.grant) if row else None
    return grant is not None and not grant.is_over


def escalate(tx: Transaction, finding: Finding, notice: Notice, subject: str, now: datetime) -> bool:
    """Move it to the next step of its escalation, shown in this message. False if it is closed, kept or moved."""
    if finding.step is None or not tx.findings.escalate(finding, escalation.after(finding, now), notice, subject, now):
        return False
    tx.record(Tag.FINDING_TOLD, finding.id, by=LATCHKEY, at=now, facts={"rung": finding.step, "in": subject})
    return True


def _refresh_list(tx: Transaction, finding: Finding) -> None:
    if RULES[finding.kind].reported_by is ReportedBy.OWNERLESS:
        refresh.ownerless_list(tx, AccountName(finding.account))
