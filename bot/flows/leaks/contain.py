"""Contain leaked keys in AWS: deactivate the key, end its sessions, and go on until every step is done.

Each step is a row before it is tried, and each is tried even if AWS refused another. Whatever was lost with a worker is
done by the next one: every step is harmless when repeated, and only what is done counts.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.domain import batch_size, retry
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, AwsRefused, ForeignUser
from bot.domain.events import LATCHKEY
from bot.domain.leaks.incident import CHECKS, Incident, Step, StepState
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.leaks.account_threads import Run, in_turn
from bot.flows.leaks.containment import baseline, steps
from bot.flows.leaks.containment.cut_off import ACTS, KEYS, Cut, Impossible, NotYet
from bot.flows.leaks.containment.leaked_key import LeakedKey
from bot.ports import Transaction

CLAIM = timedelta(seconds=15)  # no other worker takes it meanwhile; after a crash the next one does
Later = list[Callable[[], None]]
SKIPPED_AGAIN = retry.AWS_REFUSES  # the catalog may allow it by then, or somebody did it by hand


def carry_out(context: AwsContext, run: Run = in_turn) -> int:
    """How many were contained."""
    with context.work.begin() as tx:
        due = tx.incidents.containment_due(context.clock.now(), batch_size.INCIDENTS)
    return run(due, lambda mine: _contain(context, mine))


def _contain(context: AwsContext, due: Sequence[Incident]) -> int:
    """All keys first. What is left of many waits until another run takes it."""
    taken = [found for each in due[: batch_size.LEDGER_ROWS] if (found := _switch_off(context, each)) is not None]
    done, slow = 0, taken[batch_size.AWS_ROWS :]
    for incident, later in taken[: batch_size.AWS_ROWS]:
        _finish(context, incident, later)
        if later:
            slow.append((incident, later))
        else:
            done += _settle(context, incident)
    for incident, later in slow:
        for tell in later:
            tell()
        done += _settle(context, incident)
    return done


def _switch_off(context: AwsContext, seen: Incident) -> tuple[Incident, Later] | None:
    """With what people are told once every step was tried, because Slack may be slow to say who they are."""
    incident, later = _claim(context, seen), Later()
    if incident is None:
        return None
    left = [each for each in _left(context, incident) if each.kind in KEYS]
    try_all(context, incident, _account(context, incident), left, later)
    return incident, later


def _finish(context: AwsContext, incident: Incident, later: Later) -> None:
    with context.work.begin() as tx:
        incident = tx.incidents.get(incident.id) or incident  # its user may have another name by now
    account = _account(context, incident)
    baseline.learn(context, incident, account)
    try_all(context, incident, account, [each for each in _left(context, incident) if each.kind not in KEYS], later)


def _account(context: AwsContext, incident: Incident) -> Account | None:
    return context.catalog.accounts.get(incident.account) if incident.account else None


def _left(context: AwsContext, incident: Incident) -> list[Step]:
    with context.work.begin() as tx:
        return steps.left(tx.incidents.steps(incident.id))


def _claim(context: AwsContext, seen: Incident) -> Incident | None:
    """Plan the steps and take it. None if another worker has it, or it isn't to be contained any more."""
    now = context.clock.now()
    with context.work.begin() as tx:
        incident = tx.incidents.lock(seen.id)
        if incident is None or incident.state is not IncidentState.CONTAINING:
            return None
        if incident.next_try_at != seen.next_try_at:
            return None
        tx.incidents.add_steps(tuple(steps.planned(tx, incident, now)))
        tx.incidents.set(incident.id, next_try_at=now + CLAIM)
        baseline.remember(tx, context, incident)
    return incident


def try_all(
    context: AwsContext,
    incident: Incident,
    account: Account | None,
    left: list[Step],
    later: Later,
) -> None:
    for step in left:
        with context.work.begin() as tx:
            if (fresh := steps.fresh(tx, incident, step)) is None or fresh.state not in steps.LEFT:
                continue  # the incident was closed meanwhile, or a faster worker did it
            why = steps.forbidden(tx, context.catalog, incident)
        if why is not None or account is None:
            later.append(partial(_skip, context, incident, account, step, why or steps.NO_ACCOUNT))
        else:
            _try(Cut(context, incident, account, step, later))


def _try(cut: Cut) -> None:
    context, incident, step = cut.context, cut.incident, cut.step
    if step.kind in KEYS:
        LeakedKey(cut).switch_off()
        return
    try:
        why = ACTS[step.kind](cut)
    except NotYet:
        return
    except Impossible as impossible:
        cut.later.append(partial(steps.skipped, context, incident, step, str(impossible)))
    except ForeignUser:
        cut.later.append(partial(steps.skipped, context, incident, step, steps.ITSELF))
    except AwsRefused as error:
        if error.code == "NoSuchEntity":
            _done(context, incident, step, steps.GONE)
        else:
            cut.later.append(partial(steps.refused, context, incident, step, error))
    except AwsError as error:
        cut.later.append(partial(steps.refused, context, incident, step, error))
    else:
        _done(context, incident, step, why)


def _done(context: AwsContext, incident: Incident, step: Step, why: str | None) -> None:
    with context.work.begin() as tx:
        steps.done(tx, incident, step, context.clock.now(), why)


def _skip(context: AwsContext, incident: Incident, account: Account | None, step: Step, why: str) -> None:
    """Unless somebody has done it by hand meanwhile."""
    if account is not None and why == steps.NOT_ADOPTED and baseline.done_by_hand(context, incident, account, step):
        _done(context, incident, step, steps.BY_HAND)
    else:
        steps.skipped(context, incident, step, why)


def _settle(context: AwsContext, incident: Incident) -> bool:
    """Contained, or tried again: soon after an error, later where Latchkey can do nothing."""
    now = context.clock.now()
    with context.work.begin() as tx:
        fresh = steps.still(tx, incident)
        if fresh is None or fresh.state is not IncidentState.CONTAINING:
            return False
        left = steps.left(tx.incidents.steps(incident.id))
        if left:
            tx.incidents.set(incident.id, next_try_at=min(_again(each, now) for each in left))
            return False
        return _contained(tx, fresh, now)


def _again(step: Step, now: datetime) -> datetime:
    if step.state is StepState.SKIPPED:
        return retry.next_attempt(now, SKIPPED_AGAIN)
    return retry.next_attempt(now, retry.CONTAINMENT, max(step.tries, 1))


def _contained(tx: Transaction, incident: Incident, now: datetime) -> bool:
    by = incident.contain_by or LATCHKEY
    facts = {"key": incident.access_key_id} | ({"round": str(incident.round)} if incident.round else {})
    if not tx.transition(incident.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=by, at=now, facts=facts):
        return False
    first = incident.contained_at or now  # set already if somebody only had the sessions of a role ended
    at = now + CHECKS[0]
    tx.incidents.set(
        incident.id, contained_at=first, next_try_at=None, check=0, check_at=at, activity_at=at, unread=None
    )
    steps.show(tx, incident)
    return True
