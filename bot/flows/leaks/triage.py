"""Look up a leaked key in AWS: whose it is, and whether the pasted pair is accepted. By the worker, at once.

An account that doesn't answer is asked again, and its admins are notified: no report is lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2

from bot.domain import batch_size, retry
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, Unreadable
from bot.domain.events import LATCHKEY, Tag
from bot.domain.ids import AccessKeyId
from bot.domain.leaks import sts_proof
from bot.domain.leaks.incident import (
    CONTAINABLE,
    LOOK_UP_HAS,
    Incident,
    Report,
    Source,
    Step,
    StepKind,
    StepState,
    Whose,
)
from bot.domain.leaks.sts_proof import Caller
from bot.domain.lifecycle import IncidentState
from bot.flows import refresh
from bot.flows.context import AwsContext
from bot.flows.leaks import page, people
from bot.flows.leaks.account_threads import Run, in_turn
from bot.flows.leaks.begin import begin
from bot.flows.leaks.decisions import close
from bot.flows.leaks.report import BY_A_PERSON, GONE
from bot.flows.leaks.whose import Holder, of_user
from bot.ports import Transaction

PAIR_ACCEPTED = "the pair was accepted"
DENIED = "AccessDenied"
GONE_AFTER = timedelta(seconds=10)  # IAM shows a new key late
CLAIM = timedelta(seconds=15)  # no other worker looks it up meanwhile; after a crash the next one does


def triage(context: AwsContext, run: Run = in_turn) -> int:
    """Returns how many were looked up."""
    with context.work.begin() as tx:
        due = tx.incidents.triage_due(context.clock.now(), batch_size.INCIDENTS)
    return run(due, lambda mine: sum(_look_up(context, each) for each in mine[: batch_size.AWS_ROWS]))


def _claim(context: AwsContext, seen: Incident) -> Incident | None:
    """None if another worker has it, or if there is nothing left to look up."""
    with context.work.begin() as tx:
        incident = tx.incidents.lock(seen.id)
        if incident is None or not incident.is_open or incident.next_try_at != seen.next_try_at:
            return None
        tx.incidents.set(incident.id, next_try_at=context.clock.now() + CLAIM)
    return incident


def _look_up(context: AwsContext, seen: Incident) -> bool:
    incident = _claim(context, seen)
    if incident is None:
        return False
    caller, asked = _proven(context, incident)
    try:
        holder = _told(context, incident, caller) if caller else None
        if holder is None:
            holder = Holder.of(incident) if incident.whose is not Whose.UNKNOWN else _asked(context, incident)
    except AwsError as unread:
        _again(context, incident, unread)
        return False
    return _settle(context, incident, holder, accepted=caller is not None, asked=asked)


# --- the pair ---------------------------------------------------------------------------------------------------------


def _proven(context: AwsContext, incident: Incident) -> tuple[Caller | None, bool]:
    """Whose pair it is, if AWS accepts one of those that were pasted; and whether there is nothing left to ask."""
    if incident.proof is None or incident.proof_at is None:
        return None, True
    if context.clock.now() - incident.proof_at >= sts_proof.LASTS:
        return None, True
    try:
        proofs = sts_proof.read(incident.proof)
    except ValueError:  # not written by Latchkey
        return None, True
    try:
        found = (context.reader.caller_of(each) for each in proofs if each.key == incident.access_key_id)
        return next((each for each in found if each is not None), None), True
    except AwsError:  # asked again while the signature is good; meanwhile the rest goes on
        return None, False


def _told(context: AwsContext, incident: Incident, caller: Caller) -> Holder | None:
    """What the accepted pair says. None if the ledger knows more."""
    if incident.whose is not Whose.UNKNOWN:
        return None
    account = next((each for each in context.catalog.accounts.values() if each.id == caller.account), None)
    user = caller.arn.partition(":user/")[2].rpartition("/")[2]
    if account is None or not user:  # a root key has no user
        return Holder(Whose.OTHER, account.name if account else None, caller.account, user_arn=caller.arn)
    return _on_user(context, account, user, caller.arn, incident)


# --- the user ---------------------------------------------------------------------------------------------------------


def _asked(context: AwsContext, incident: Incident) -> Holder:
    """Raises AwsError. An id that doesn't say its account is looked for in each."""
    accounts = context.catalog.accounts
    known = accounts.get(incident.account) if incident.account else None
    named = [known] if known else list(accounts.values())
    refused: AwsError | None = None
    for account in named:
        try:
            user = _user_of(context, account, incident.access_key_id)
        except AwsError as unread:
            refused = unread
            continue
        if user is not None:
            return _on_user(context, account, user, None, incident)
    if refused is not None:
        raise refused
    if context.clock.now() - incident.opened_at < GONE_AFTER:
        raise Unreadable("GetAccessKeyLastUsed", "NoSuchEntity")
    return Holder(Whose.GONE if incident.account else Whose.OTHER, incident.account, incident.account_number)


def _user_of(context: AwsContext, account: Account, key: AccessKeyId) -> str | None:
    """AWS also denies a key that it doesn't have. Then it says who has another one. Raises AwsError."""
    try:
        return context.reader.user_of(account, key)
    except Unreadable as unread:
        if unread.code != DENIED or unread.call == "AssumeRole":
            raise
        with context.work.begin() as tx:
            another = tx.inventory.any_key(account.name)
        if another is None:
            raise
    context.reader.user_of(account, another)
    return None


def _on_user(context: AwsContext, account: Account, user: str, arn: str | None, incident: Incident) -> Holder:
    with context.work.begin() as tx:
        key = tx.inventory.by_key(incident.access_key_id)
        holder = of_user(tx, context.catalog, account.name, user, arn, key)
    if holder.user_arn is None:
        arn = context.reader.arn_of(account, user)
        with context.work.begin() as tx:
            holder = of_user(tx, context.catalog, account.name, user, arn, key)
    if context.reader.is_own(holder.user_arn or "", incident.access_key_id):
        return Holder(Whose.ITSELF, account.name, account.id, user, holder.user_arn)
    return holder


# --- what follows -----------------------------------------------------------------------------------------------------


def _settle(context: AwsContext, incident: Incident, holder: Holder, *, accepted: bool, asked: bool) -> bool:
    known = holder.on(incident)
    with context.work.begin() as tx:
        reports = tx.incidents.reports(incident.id)
    by = LATCHKEY if accepted else incident.contain_by or _who_may(context, known, reports)
    places, now = people.places(context, known, everybody=by is not None), context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.incidents.lock(incident.id)
        if fresh is None or not fresh.is_open:
            return False
        said = (fresh.contain_by, tx.incidents.reports(fresh.id)) != (incident.contain_by, reports)
        again = by is None and said and fresh.whose is Whose.UNKNOWN  # somebody who may contain it didn't wait
        fresh = _store(tx, fresh, incident, Holder.of(fresh) if again else holder, asked, now)
        if again or fresh.state is not IncidentState.REPORTED:
            return not again
        if fresh.whose is Whose.GONE:
            close.end(tx, fresh, by=LATCHKEY, why=GONE, now=now)
        elif by and begin(tx, fresh, by=by, now=now, places=places, why=PAIR_ACCEPTED if accepted else None):
            return True
        elif fresh.page_at is not None and fresh.proof is None:
            _page(tx, fresh, places, now)
    return asked


def _store(tx: Transaction, fresh: Incident, read: Incident, holder: Holder, asked: bool, now: datetime) -> Incident:
    """Another pair may have been pasted since the incident was read: that one is asked next."""
    if fresh.whose is Whose.UNKNOWN:
        tx.incidents.set(fresh.id, **holder.columns)
    if asked and fresh.proof == read.proof:
        tx.incidents.set(fresh.id, proof=None, proof_at=None)
    if fresh.state is IncidentState.REPORTED:  # otherwise the time is that of its steps
        tx.incidents.set(fresh.id, next_try_at=None if asked else retry.next_attempt(now, retry.LEAKED_KEY))
    refresh.incident(tx, fresh.id)
    return tx.incidents.get(fresh.id) or fresh


def _page(tx: Transaction, incident: Incident, places: Sequence[str], now: datetime) -> None:
    """The page waited for this. What only the watch of a channel saw, with a pair that AWS refuses, is a bare id."""
    if incident.source is Source.CHANNEL and incident.page_at is not None and incident.page_at - now > LOOK_UP_HAS:
        tx.incidents.set(incident.id, page_at=None)
    elif incident.paged_at is None:
        page.page(tx, incident, places, now)


def _who_may(context: AwsContext, incident: Incident, reports: Sequence[Report]) -> str | None:
    """Somebody who reported it before Latchkey knew that it is theirs."""
    if incident.whose not in CONTAINABLE:
        return None
    able = (
        each.by for each in reports if each.source in BY_A_PERSON and people.may_contain(context, incident, each.by)
    )
    return next(able, None)


def _again(context: AwsContext, incident: Incident, unread: AwsError) -> None:
    """Try again, less and less often. The admins are notified of a refusal at once, silence after half a minute."""
    now = context.clock.now()
    waited = now - incident.opened_at
    attempt = 1 + int(log2(max(waited / retry.LEAKED_KEY.first, 1)))
    tell = unread.code == DENIED or waited >= LOOK_UP_HAS
    with context.work.begin() as tx:
        fresh = tx.incidents.lock(incident.id)
        if fresh is None or not fresh.is_open:
            return
        tx.incidents.set(fresh.id, next_try_at=retry.next_attempt(now, retry.LEAKED_KEY, attempt))
        step = Step(fresh.id, StepKind.KEY, fresh.access_key_id, 0, StepState.REFUSED, now, why=unread.code[:64])
        if tell and tx.incidents.add_steps([step]):
            facts = {"key": fresh.access_key_id, "call": unread.call, "why": unread.code}
            tx.record(Tag.INCIDENT_STEP_REFUSED, fresh.id, by=LATCHKEY, at=now, facts=facts)
            tx.incidents.set(fresh.id, escalate_at=now)
            refresh.incident(tx, fresh.id)
