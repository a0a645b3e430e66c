"""Update messages that were sent earlier, after what they show has changed: one function for each kind of thing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

from bot.domain.adopted import Adopted
from bot.domain.credential import Credential
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccessKeyId, AccountName, GrantId, RequestId
from bot.domain.ownership.leavers import COUNTDOWN_STAGES
from bot.domain.subjects import Daily, LeaverStage, Timed
from bot.ports import Transaction

ABOUT_A_GRANT = (Notice.GRANT, Notice.GRANT_ENDED, Notice.STUCK)
ABOUT_A_SESSION = (Notice.DISOWNED, Notice.DID_YOU_GET_IT, Notice.KNOCKED)
ABOUT_A_LEASE = (Notice.GRANT_ENDING, Notice.GRANT_IN_USE)
ALARMS = frozenset({Tag.INCIDENT_FOUND, Tag.INCIDENT_STEP_REFUSED, Tag.INCIDENT_ESCALATED})
"""Each of these events of an incident comes with an alarm of the same time."""
TOGETHER = timedelta(seconds=10)


def request(tx: Transaction, request: RequestId) -> None:
    """Every message about this request."""
    for notice in (Notice.APPROVAL, Notice.REMINDER, Notice.ESCALATION, Notice.RECEIPT):
        tx.outbox.refresh(notice, request)
    for at in _nudges(tx, request):
        tx.outbox.refresh(Notice.REMINDER, str(Timed(request, at)))
    for each in tx.questions.of(request):
        tx.outbox.refresh(Notice.QUESTION, each.id)


def last_nudge(tx: Transaction, request: RequestId) -> datetime | None:
    """When its requester last had the approvers reminded."""
    return max(_nudges(tx, request), default=None)


def _nudges(tx: Transaction, request: RequestId) -> list[datetime]:
    return [each.at for each in tx.audit.of(request) if each.tag is Tag.REQUEST_NUDGED]


def credential(tx: Transaction, row: Credential) -> None:
    """Every message about this access key that Latchkey issued."""
    tx.outbox.refresh(Notice.ROTATED, row.id)
    tx.outbox.refresh(Notice.GRANT, row.grant)
    if row.stretched_at is not None:
        tx.outbox.refresh(Notice.STRETCHED, str(Daily(row.id, row.stretched_at.date())))
    if row.delete_at is not None:
        tx.outbox.refresh(Notice.ENFORCED, str(Daily(row.id, row.delete_at.date())))


def session(tx: Transaction, session: Credential) -> None:
    """Every message about this session or its grant."""
    for notice in ABOUT_A_GRANT:
        tx.outbox.refresh(notice, session.grant)
    for notice in ABOUT_A_SESSION:
        tx.outbox.refresh(notice, session.id)


def incident(tx: Transaction, incident: str) -> None:
    """Every message about this leaked key, its alarms included.

    Its grant's is updated with its credential: under the incident's lock that could deadlock with a revoke.
    """
    tx.outbox.refresh(Notice.INCIDENT, incident)
    for at in {each.at for each in tx.audit.of(incident) if each.tag in ALARMS}:
        tx.outbox.refresh(Notice.INCIDENT_ALARM, str(Timed(incident, at)))


def unused_services(tx: Transaction, grant: Grant) -> None:
    """Every message that says which services of this grant nobody used."""
    for notice in ABOUT_A_LEASE:
        tx.outbox.refresh(notice, grant.lease)
    for each in tx.requests.renewals_of(grant.id):
        request(tx, each.id)


def reported(tx: Transaction, grant: GrantId) -> None:
    """Every message to approvers and admins that one of its keys was opened by someone else."""
    for each in tx.credentials.of(grant):
        tx.outbox.refresh(Notice.DISOWNED, each.id)


def lease_end(tx: Transaction, before: Grant) -> None:
    """Every message that names the end of this lease."""
    tx.outbox.refresh(Notice.GRANT, before.id)
    for each in tx.credentials.of(before.id):  # the date at which a rotation ends was the lease's
        if each.retire_at is not None or each.delete_at is not None:
            tx.outbox.refresh(Notice.ROTATED, each.id)
    for notice in ABOUT_A_LEASE:
        tx.outbox.refresh(notice, before.lease)


def adopted_key(tx: Transaction, row: Adopted) -> None:
    """Every message about this adopted key, digests included."""
    for notice in (Notice.ADOPTED, Notice.ADOPTED_UNDO, Notice.ADOPTED_END):
        tx.outbox.refresh(notice, row.subject)
    for each in tx.findings.open_on(row.account, [row.user]):
        if each.access_key_id == row.access_key_id:
            finding(tx, each.id)


def finding(tx: Transaction, finding: str) -> None:
    """Every message that mentions this finding."""
    for notice, subject in tx.findings.messages_of(finding):
        tx.outbox.refresh(notice, subject)


def usage(tx: Transaction, account: AccountName, key: AccessKeyId, now: datetime) -> None:
    """Every message that says who uses this key: reminders, the proof of its rotation, the list of ownerless keys.

    One key after another is read, so a list that shows many of them is updated once for several.
    """
    if (issued := tx.credentials.by_key(key)) is not None:
        for each in tx.findings.open_of(issued.id):
            finding(tx, each.id)
        if issued.retire_at is not None:
            credential(tx, issued)
        return
    found = tx.inventory.by_key(key)
    if found is None or found.account != account:
        return
    for each in tx.findings.open_on(account, [found.user]):
        finding(tx, each.id)
    if (adopted := tx.adopted.get(found.id)) is not None and adopted.retire_at is not None:
        tx.outbox.refresh(Notice.ADOPTED, adopted.subject)
    if (user := tx.inventory.users(account, [found.user]).get(found.user)) is not None:
        owner_lists(tx, user, by=now + TOGETHER)


def leaver(tx: Transaction, owner: str, accounts: Iterable[AccountName], by: datetime | None = None) -> None:
    """Every message about what this leaver still has in these accounts."""
    if (leaver := tx.owners.leaver(owner)) is not None:
        for account, stage in product(accounts, COUNTDOWN_STAGES):
            tx.outbox.refresh(Notice.LEFT, str(LeaverStage(leaver.id, stage, account)), by=by)


def ownerless_list(tx: Transaction, account: AccountName, by: datetime | None = None) -> None:
    """The list of ownerless keys that was posted last in this account."""
    if last := ownerless_list_posted(tx, account):
        tx.outbox.refresh(Notice.OWNERLESS, str(last), by=by)


def ownerless_list_posted(tx: Transaction, account: AccountName) -> Daily | None:
    """The list that was posted last. Earlier ones point to it."""
    at = tx.flag(ownerless_flag(account))
    return Daily(account, datetime.fromisoformat(at).date()) if at else None


def ownerless_flag(account: AccountName) -> str:
    return f"ownerless/posted/{account}"


def owner_lists(tx: Transaction, user: FoundUser, by: datetime | None = None) -> None:
    """The lists that mention this IAM user: of ownerless keys, and of what a leaver still has."""
    ownerless_list(tx, user.account, by)
    if user.owner:
        leaver(tx, user.owner, [user.account], by)
