"""Check the user of a contained key again, three times: whoever has the key may have been faster than Latchkey.

Something new means a new round of steps, and an alarm. What AWS doesn't show is unknown: asked again, and never taken
for nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain import batch_size, retry
from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Tag
from bot.domain.leaks.incident import CHECKS, Incident, Step, StepKind
from bot.domain.leaks.leaked_user import Known, News, NewsKind, Standing
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks import people
from bot.flows.leaks.account_threads import Run, in_turn
from bot.flows.leaks.containment import baseline, steps
from bot.ports import Transaction

CLAIM = timedelta(seconds=30)  # no other worker makes this check meanwhile
SILENT_FOR = timedelta(seconds=30)  # until an AWS that doesn't answer is reported
DENIED = "AccessDenied"
STEP_FOR: Mapping[NewsKind, StepKind] = {
    NewsKind.KEY: StepKind.NEW_KEY,
    NewsKind.ACTIVE: StepKind.KEY,
    NewsKind.LOGIN: StepKind.LOGIN,
}
"""Whatever is new, the user's sessions are ended again."""
AGREED = frozenset({NewsKind.ACTIVE, NewsKind.UNDENIED})
"""What two people agreed to: it may be half done, or done and AWS's answer lost."""


def check(context: AwsContext, run: Run = in_turn) -> int:
    """How many had something new."""
    with context.work.begin() as tx:
        due = tx.incidents.check_due(context.clock.now(), batch_size.INCIDENTS)
    return run(due, lambda mine: sum(_check(context, each) for each in mine[: batch_size.AWS_ROWS]))


def _check(context: AwsContext, seen: Incident) -> bool:
    with context.work.begin() as tx:
        incident = tx.incidents.lock(seen.id)
        if incident is None or incident.state is not IncidentState.CONTAINED or incident.check_at != seen.check_at:
            return False
        claim = context.clock.now() + CLAIM
        tx.incidents.set(incident.id, check_at=claim)
    account = context.catalog.accounts.get(incident.account) if incident.account else None
    now = _read(context, account, incident)
    with context.work.begin() as tx:
        quiet = now is None or not (now.unread or _news(tx, incident, account, now))
    to = context.catalog.admins if quiet else people.places(context, incident, everybody=True)  # Slack may be slow
    with context.work.begin() as tx:
        fresh = steps.still(tx, incident)
        if fresh is None or fresh.state is not IncidentState.CONTAINED or fresh.check_at != claim:
            return False  # another worker has made this check meanwhile
        return _settle(tx, context, fresh, account, now, seen.check_at or context.clock.now(), to)


def _read(context: AwsContext, account: Account | None, incident: Incident) -> Standing | None:
    """None: there is no such user any more, or the key is a session, which has none."""
    if incident.user is None:
        return None
    if account is None:
        return Standing(unread=(steps.NO_ACCOUNT,))
    try:
        found = context.iam.standing(account, incident.user)
        if found is not None:
            return found
        name = context.iam.holder_of(account, incident.access_key_id, incident.user)
        return context.iam.standing(account, name) if name else None
    except AwsError as error:
        return Standing(unread=(f"{error.call}: {error.code}",))


def _settle(
    tx: Transaction,
    context: AwsContext,
    incident: Incident,
    account: Account | None,
    now: Standing | None,
    due: datetime,
    to: Sequence[str],
) -> bool:
    news = _news(tx, incident, account, now) if now is not None else []
    if now is not None:
        known = Known.read(incident.standing) or Known()
        tx.incidents.set(incident.id, standing=known.with_(now).stored())
    if news:
        _again(tx, incident, news, context.clock.now(), to)
        return True
    if now is not None and now.unread:
        _unread(tx, incident, "; ".join(now.unread), context.clock.now(), to)
        return False
    _passed(tx, incident, due, context.clock.now())
    return False


def _news(tx: Transaction, incident: Incident, account: Account | None, now: Standing) -> list[News]:
    news = list(baseline.watched(tx, incident).news(Known.read(incident.standing) or Known(), now))
    if account is not None and not baseline.is_held(tx, incident, account, now):
        news.append(News(NewsKind.UNDENIED, incident.user or ""))
    agreed = incident.reactivate_at is not None and {each.kind for each in news} <= AGREED
    return [] if agreed else news


def _again(tx: Transaction, incident: Incident, news: Sequence[News], now: datetime, to: Sequence[str]) -> None:
    """Contain what is new. Two people agreed to reactivate the key before this was known, so that is over too."""
    number = incident.round + 1
    wanted = [Step(incident.id, StepKind.SESSIONS, incident.user or "", number)] if incident.user else []
    for each in news:
        if (kind := STEP_FOR.get(each.kind)) is not None:
            target = incident.user or "" if kind is StepKind.LOGIN else each.name
            wanted.insert(0, Step(incident.id, kind, target, number))
        tx.record(Tag.INCIDENT_FOUND, incident.id, by=LATCHKEY, at=now, facts={"found": each.kind, "name": each.name})
    facts = {"round": str(number)}
    if not tx.transition(
        incident.id, IncidentState.CONTAINED, IncidentState.CONTAINING, by=LATCHKEY, at=now, facts=facts
    ):
        return
    tx.incidents.add_steps(wanted)
    over = dict.fromkeys(("contained_at", "check_at", "next_try_at", "reactivate_at", "reactivate_by"))
    tx.incidents.set(incident.id, round=number, **over)
    tx.incidents.forget_agreements(incident.id)
    steps.alarm(tx, incident, to, now)


def _unread(tx: Transaction, incident: Incident, why: str, now: datetime, to: Sequence[str]) -> None:
    """Not an all-clear. Asked again, less and less often; a refusal is reported at once, silence after a while."""
    waited = now - (incident.contained_at or now) - CHECKS[incident.check]
    again = min(max(waited, retry.CONTAINMENT.first), retry.CONTAINMENT.longest or waited)
    tell = DENIED in why or waited >= SILENT_FOR
    tx.incidents.set(incident.id, unread=why[:255], check_at=now + again)
    if tell and not _told(tx, incident, why):
        facts = {"check": str(incident.check + 1), "why": why}
        tx.record(Tag.INCIDENT_STEP_REFUSED, incident.id, by=LATCHKEY, at=now, facts=facts)
        steps.alarm(tx, incident, to, now)
    elif incident.unread != why:
        steps.show(tx, incident)


def _told(tx: Transaction, incident: Incident, why: str) -> bool:
    events = (each for each in tx.audit.of(incident.id) if each.tag is Tag.INCIDENT_STEP_REFUSED)
    return any(each.facts.get("check") and each.facts.get("why") == why for each in events)


def _passed(tx: Transaction, incident: Incident, due: datetime, now: datetime) -> None:
    done = incident.check + 1
    wait = CHECKS[done] - CHECKS[done - 1] if done < len(CHECKS) else None
    after = max(min(due, now) + wait, now) if wait is not None else None  # a clock that jumped back was ahead
    tx.incidents.set(incident.id, check=done, check_at=after, unread=None)
    steps.show(tx, incident)
