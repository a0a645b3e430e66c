"""Enforce: where an account says so, deactivate a key whose owner didn't react, with Undo for a while.

If anything is unknown, the key stays active. During a dry run, the account's channel sees what would be deactivated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain import batch_size, retry
from bot.domain.bulk_limit import BulkAction
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import GRANT_USER, Grant
from bot.domain.hygiene import escalation
from bot.domain.hygiene.evidence import Seen
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.hygiene.finding_rules import RULES, Verdict
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.subjects import AccountAt, Daily
from bot.domain.usage.last_used import LastUsed
from bot.flows import access, findings, recipients, refresh
from bot.flows.context import AwsContext
from bot.flows.hygiene import dry_run
from bot.flows.hygiene.escalate import LINES_MOST, grant_of
from bot.flows.issuing.issued_key import IssuedKey
from bot.flows.lifecycle import activation, bulk_limit, rotate
from bot.ports import KeySeen, Person, Transaction

RetireFound = Callable[[AccessKeyId], bool]
"""Starts to deactivate a found key (flows/adopted/request.py). Returns False if it may not be deactivated."""

HYGIENE = "hygiene"  # why a key was deactivated


@dataclass(frozen=True, slots=True)
class Case:
    """A finding at the last step of its escalation, with everything known before AWS is asked."""

    context: AwsContext
    retire_found: RetireFound | None
    account: Account
    finding: Finding
    grant: Grant | None  # of Latchkey's own key
    owners: tuple[Person, ...]  # one, or the members of a user group, that are there
    now: datetime

    def wait(self, policy: retry.Policy) -> None:
        self.postpone(retry.next_attempt(self.now, policy))

    def postpone(self, until: datetime) -> None:
        with self.context.work.begin() as tx:
            tx.findings.postpone([self.finding.id], until)


def enforce(context: AwsContext, retire_found: RetireFound | None = None) -> int:
    """How many keys were deactivated. More than twenty in one account and run need an approver's answer."""
    dry_run.watch(context)
    return sum(_account(context, retire_found, each) for each in context.catalog.accounts.values() if each.enforce)


def _account(context: AwsContext, retire_found: RetireFound | None, account: Account) -> int:
    now = context.clock.now()
    with context.work.begin() as tx:
        ends = {each: dry_run.until(tx, account.name, found=each) or now + escalation.DRY_RUN for each in (False, True)}
        found = tx.findings.due((Step.OFF,), [account.name], now, batch_size.ENFORCED_FINDINGS)
        due = [(each, grant_of(tx, each)) for each in found]
    dry = [(each, grant) for each, grant in due if now < ends[each.credential is None]]
    if dry and escalation.open_at(now, UTC, context.catalog.hygiene.workdays):
        _preview(context, retire_found, account, dry, now, ends)
    if bulk_limit.is_open(context, BulkAction.ENFORCE, account.name):
        return 0
    live = (_case(context, retire_found, account, *each, now) for each in due if each not in dry)
    cases = [each for each in live if each is not None and _in_office(each)]
    wanted = [_due(each, len(keys)) for each in cases if (keys := _keys(each))]
    chosen = bulk_limit.permitted(context, BulkAction.ENFORCE, wanted)
    return sum(_off(case, key) for case in chosen for key in _keys(case))  # read again: counting them took a while


def _due(case: Case, keys: int) -> bulk_limit.Due[Case]:
    """After Stop, the owner is reminded again from the first step, unless someone kept the key since it was read."""

    def start_over(tx: Transaction, now: datetime) -> None:
        tx.findings.lock([case.finding.id])
        if _same(case, tx.findings.get(case.finding.id)):
            tx.findings.restart_escalation(case.finding.id, now)
            refresh.finding(tx, case.finding.id)

    at = escalation.last_step_due(case.finding)
    return bulk_limit.Due(case, case.account.name, at, start_over, keys=keys)


def _preview(
    context: AwsContext,
    retire_found: RetireFound | None,
    account: Account,
    due: Sequence[tuple[Finding, Grant | None]],
    now: datetime,
    ends: Mapping[bool, datetime],
) -> None:
    """What would be deactivated. Each finding is listed once; what doesn't fit comes with the next run."""
    cases = [_case(context, retire_found, account, finding, grant, now) for finding, grant in due]
    shown = [case.finding for case in cases if case is not None and _keys(case)][:LINES_MOST]
    if not shown:
        return
    places = (account.channel,) if account.channel else recipients.of_finding(context.people, context.catalog, account)
    if not places:
        return
    subject = str(AccountAt(account.name, now))
    with context.work.begin() as tx:
        tx.findings.lock(each.id for each in shown)
        told = [tx.findings.mark_previewed(each, subject, now, ends[each.credential is None]) for each in shown]
        if any(told):
            tx.outbox.enqueue(Notice.PREVIEW, subject, *places)


# --- may it go off ------------------------------------------------------------------------------------------------


def _case(
    context: AwsContext,
    retire_found: RetireFound | None,
    account: Account,
    finding: Finding,
    grant: Grant | None,
    now: datetime,
) -> Case | None:
    """None if the owner wasn't notified often enough, if Slack doesn't answer, or if the key may not be touched."""
    case = Case(context, retire_found, account, finding, grant, (), now)
    with context.work.begin() as tx:
        row = tx.credentials.get(finding.credential) if finding.credential else None
        if row is not None and grant is not None and _is_settled(row, grant, now):
            return None  # the daily check closes its finding
        began = dry_run.since(tx, account.name, found=finding.credential is None)
        heard = began is not None and escalation.was_heard(
            [each for each in tx.findings.delivered(finding) if each >= began], now
        )
    ours = finding.credential is not None or (account.adopt and retire_found is not None)
    if not heard or not ours or not finding.may_be_acted_on(now):
        case.wait(retry.NOT_ALLOWED)
        return None
    try:
        found = [context.people.find(each) for each in sorted(access.holders(context.people, finding.owner))]
    except Refused:
        case.wait(retry.NOT_READABLE)
        return None
    return replace(case, owners=tuple(each for each in found if each.full_member))


def _in_office(case: Case) -> bool:
    """One owner is at work, and for all of them yesterday and tomorrow are workdays: Tuesday to Thursday, usually."""
    days = escalation.off_days(case.context.catalog.hygiene.workdays)
    zones = [escalation.zone_of(each.time_zone) for each in case.owners] or [UTC]
    local = [case.now.astimezone(each).weekday() for each in zones]
    if days.issuperset(local) and any(escalation.open_at(case.now, each, days) for each in zones):
        return True
    case.postpone(min(escalation.opens(case.now, each, days) for each in zones))
    return False


def _keys(case: Case) -> tuple[KeySeen, ...]:
    """The keys that may be deactivated by what AWS says now. If one is in use or of unknown use, all stay active."""
    finding, iam = case.finding, case.context.iam
    try:
        listed = iam.keys_of(case.account, finding.iam_user) or ()
        keys = [each for each in listed if each.active and finding.access_key_id in {"", each.id}]
        uses = [(each, iam.last_used(case.account, each.id)) for each in keys]
    except AwsError:
        case.wait(retry.NOT_READABLE)
        return ()
    if not keys or not all(escalation.rests(used, case.now) and _stands(case, each, used) for each, used in uses):
        case.wait(retry.NOT_ALLOWED)
        return ()
    return tuple(keys)


def _stands(case: Case, key: KeySeen, used: LastUsed) -> bool:
    """Whether the rule still finds it by what AWS says now. If it clearly doesn't, the finding is closed."""
    rule, hygiene = RULES[case.finding.kind], case.context.catalog.hygiene
    entitlement = case.context.catalog.entitlements.get(case.grant.entitlement) if case.grant else None
    if entitlement is not None:
        hygiene = replace(hygiene, stale=case.context.catalog.rotate_after(entitlement))
    verdict = rule.verdict(Seen(case.now, active=True, created_at=key.created_at, used=used), hygiene)
    if verdict is Verdict.CLEAR:
        with case.context.work.begin() as tx:
            findings.close_finding(tx, case.finding, case.now)
    return verdict is Verdict.FOUND


# --- off ----------------------------------------------------------------------------------------------------------


def _off(case: Case, key: KeySeen) -> bool:
    """Read it once more: somebody may have kept it, given it back or switched it off meanwhile."""
    with case.context.work.begin() as tx:
        fresh, row = tx.findings.get(case.finding.id), tx.credentials.by_key(key.id)
        grant = tx.grants.get(row.grant) if row else None
    if not _same(case, fresh):
        return False
    if row is None or grant is None:
        return _off_found(case, key)
    if _is_settled(row, grant, case.now):
        return False
    held = IssuedKey(case.context, row, grant, case.account, key.id)
    places = _recipients(case, grant)
    return activation.deactivate(
        held,
        LATCHKEY,
        HYGIENE,
        still=lambda tx: _same(case, tx.findings.get(case.finding.id)),
        also=lambda tx: _tell_own(tx, case, held, places),
    )


def _is_settled(row: Credential, grant: Grant, now: datetime) -> bool:
    ends = row.pending_action is not None or row.retire_at is not None or row.state is not CredentialState.LIVE
    return ends or grant.state_at(now) is not GrantState.ACTIVE


def _same(case: Case, fresh: Finding | None) -> bool:
    """Nobody settled or kept it since it was read."""
    return fresh is not None and fresh.round == case.finding.round and fresh.may_be_acted_on(case.now)


def _tell_own(tx: Transaction, case: Case, key: IssuedKey, places: tuple[str, ...]) -> None:
    """In the transaction of the change. If it was kept during AWS's call, it is reactivated at once."""
    fresh, row = tx.findings.get(case.finding.id), tx.credentials.get(key.row.id)
    if fresh is None or fresh.round != case.finding.round:
        tx.credentials.set(key.row.id, pending_action=rotate.ON, pending_by=None)
    facts = {"finding": case.finding.id, "kind": str(case.finding.kind), "key": str(key.id)}
    tx.record(Tag.FINDING_ENFORCED, key.row.id, by=LATCHKEY, at=case.now, facts=facts)
    if row is not None and row.delete_at is not None:
        tx.outbox.enqueue(Notice.ENFORCED, str(Daily(row.id, row.delete_at.date())), *places)


def _off_found(case: Case, key: KeySeen) -> bool:
    """Never on a grant's own user: a key there that the ledger doesn't know is an orphan."""
    road, finding = case.retire_found, case.finding
    taken = road is not None and not finding.iam_user.startswith(GRANT_USER) and road(key.id)
    case.wait(retry.NOT_ALLOWED)  # closed by that flow, or by the next reading, which sees the key inactive
    return taken


def _recipients(case: Case, grant: Grant) -> tuple[str, ...]:
    """The owner, or the approvers if the owner has left."""
    there = tuple(each.id for each in case.owners)
    return there or recipients.of_grant(case.context.people, case.context.catalog, grant)
