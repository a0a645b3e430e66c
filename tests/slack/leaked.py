"""Shared by the Slack tests of leaked keys: alice's key leaked, and the worker contained it or was refused."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.leaks.incident import Incident, Step, StepKind, StepState
from bot.domain.lifecycle import CredentialState, IncidentState
from bot.domain.subjects import Timed
from bot.sandbox.slack import Message
from tests.slack.kit import House
from tests.slack.press import Hand, button_in

ROLE = "arn:aws:iam::123456789012:role/deploy"
SECRET = "wJalrXUtnFEMI7K9MDENGbPxRfiCYzq3LPkEYabc"


def leaked(h: House, by: Hand | None = None) -> Incident:
    """Her key is live, and somebody reports it by its id."""
    h.live()
    (by or h.carol).command(f"/key leaked {h.key()}")
    h.send()
    return newest(h)


def newest(h: House) -> Incident:
    with h.work.begin() as tx:
        return tx.incidents.recent(h.clock.now() - timedelta(days=1), 1)[0]


def again(h: House, of: Incident) -> Incident:
    with h.work.begin() as tx:
        found = tx.incidents.get(of.id)
    assert found is not None
    return found


def contained(h: House, by: Hand | None = None, *steps: Step) -> Incident:
    """Her own report, contained as the worker does it, four seconds later."""
    found = leaked(h, by or h.alice)
    assert found.state is IncidentState.CONTAINING
    h.advance(seconds=4)
    now = h.clock.now()
    done = Step(found.id, StepKind.KEY, found.access_key_id, 0, StepState.DONE, now, now)
    with h.work.begin() as tx:
        tx.incidents.add_steps([done, *(replace(each, incident=found.id) for each in steps)])
        if found.credential is not None:
            tx.transition(found.credential, CredentialState.LIVE, CredentialState.RETIRING, by=LATCHKEY, at=now)
            tx.credentials.set(found.credential, delete_at=now + timedelta(days=7), off_by=LATCHKEY)  # type: ignore[arg-type]
            tx.outbox.refresh(Notice.GRANT, found.grant)  # type: ignore[arg-type]
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=LATCHKEY, at=now)
        tx.outbox.refresh(Notice.INCIDENT, found.id)
    h.send()
    return again(h, found)


def offered(role: str = ROLE) -> Step:
    return Step("", StepKind.ROLE, role, 0, StepState.OFFERED)


def refused(h: House, found: Incident) -> None:
    """AWS refuses a step, and an alarm says so."""
    now = h.clock.now()
    step = Step(found.id, StepKind.SESSIONS, "latchkey-user", 0, StepState.REFUSED, now, why="AccessDenied")
    with h.work.begin() as tx:
        tx.incidents.add_steps([step])
        tx.record(Tag.INCIDENT_STEP_REFUSED, found.id, by=LATCHKEY, at=now)
        tx.outbox.enqueue(Notice.INCIDENT_ALARM, str(Timed(found.id, now)), "C01OPS")
        tx.outbox.refresh(Notice.INCIDENT, found.id)
    h.send()


def message(actor: Hand, action: str = "leak:close") -> Message:
    """The message of the leak, with this button."""
    return button_in([*actor.dms(), *actor.channel("C01OPS")], action)
