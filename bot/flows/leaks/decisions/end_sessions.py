"""End the sessions of a role that a leaked key assumed. Someone who decides in its account presses; the worker acts."""

from bot.domain.authorization import Act
from bot.domain.errors import Reason, Refused
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.leaks.incident import Step, StepState
from bot.domain.lifecycle import IncidentState
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.leaks import opened, people


def end_sessions(context: Context, *, incident: str, number: int, by: SlackUserId, delivery: DeliveryId | None) -> Step:
    """`number` is the step's, counted from 1. Its owner alone can't: others use the role too. Raises Refused."""
    found = opened.read(context, incident)
    people.must_be_allowed(context, Act.END_SESSIONS, found, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = opened.lock(tx, incident)
        step = next((each for at, each in enumerate(tx.incidents.steps(incident), 1) if at == number), None)
        if step is None:
            raise Refused(Reason.NOT_FOUND)
        if step.state is not StepState.OFFERED:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, state="sessions-ended", by=step.by, at=step.done_at)
        if fresh.state is IncidentState.REPORTED:
            raise Refused(Reason.NOT_CONTAINED)
        tx.incidents.set_step(step, state=StepState.WAITING, by=by)
        if fresh.state is IncidentState.CONTAINED:
            facts = {"key": fresh.access_key_id, "role": step.target}
            tx.transition(fresh.id, IncidentState.CONTAINED, IncidentState.CONTAINING, by=by, at=now, facts=facts)
        tx.incidents.set(fresh.id, next_try_at=None)
        refresh.incident(tx, fresh.id)
    return step
