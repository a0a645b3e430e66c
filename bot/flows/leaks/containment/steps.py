"""The steps of containment as rows: planned before they are tried, and what came of each."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.adopted import Protection, protection
from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import GrantId
from bot.domain.leaks.incident import Incident, Step, StepKind, StepState, Whose
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.leaks import people
from bot.ports import Transaction

GONE, ITSELF, ROOT, NOT_ADOPTED, NO_USER = "gone", "itself", "root", "not-adopted", "unknown-user"
BY_HAND, NO_ACCOUNT = "by-hand", "unknown-account"
FOREIGN_ROLE = "foreign-role"  # not one that the catalog's sessions assume
NO_RIGHT = "revoke-sessions"  # the account doesn't let Latchkey end sessions
QUARANTINED, HELD = "quarantine", "deny-all"  # what a step did instead
LEFT = frozenset({StepState.WAITING, StepState.REFUSED, StepState.SKIPPED})
"""Not done. A skipped one is looked at again too: the catalog may allow it by then, or somebody did it by hand."""
QUIETLY = 3  # times in a row that AWS may leave a step unanswered before somebody is notified
SKIPPED = {
    Protection.NOT_ADOPTED: NOT_ADOPTED,
    Protection.ROOT: ROOT,
    Protection.ITSELF: ITSELF,
    Protection.LATCHKEYS: ITSELF,
}


def planned(tx: Transaction, incident: Incident, now: datetime) -> Iterator[Step]:
    """Of the first round. The key comes first."""
    match incident.whose:
        case Whose.ISSUED | Whose.FOUND | Whose.ITSELF:
            yield Step(incident.id, StepKind.KEY, incident.access_key_id, 0)
            if incident.user:
                yield Step(incident.id, StepKind.SESSIONS, incident.user, 0)
        case Whose.OTHER | Whose.GONE | Whose.UNKNOWN:
            yield Step(incident.id, StepKind.KEY, incident.access_key_id, 0)
    yield from (Step(incident.id, StepKind.ROLE, each, 0) for each in roles(tx, incident, now))


def roles(tx: Transaction, incident: Incident, now: datetime) -> list[str]:
    """Of sessions that Latchkey made and that still run: this one, or those of the same grant."""
    return list(dict.fromkeys(of_role(each) for each in sessions(tx, incident, now)))


def of_role(session: Credential) -> str:
    """The target of the step that ends this session. One that was made before 0.2 has no role in the ledger."""
    return session.role_arn or str(session.access_key_id)


def sessions(tx: Transaction, incident: Incident, now: datetime) -> list[Credential]:
    rows = tx.credentials.of(GrantId(incident.grant)) if incident.grant else ()
    made = (each for each in rows if each.kind is Kind.SESSION and each.access_key_id)
    running = [each for each in made if each.ends_at is not None and each.ends_at > now]
    if incident.whose is Whose.SESSION:
        return [each for each in running if each.id == incident.credential]
    return running


def forbidden(tx: Transaction, catalog: Catalog, incident: Incident) -> str | None:
    """Why Latchkey may not act on this key, as Step.why; None if it may. Read again before each act."""
    if incident.whose is Whose.ITSELF:
        return ITSELF
    account = catalog.accounts.get(incident.account) if incident.account else None
    if account is None:
        return NO_ACCOUNT
    if incident.whose is not Whose.FOUND:
        return None
    if not account.adopt:
        return NOT_ADOPTED
    key = tx.inventory.get(incident.found_key) if incident.found_key else None
    user = tx.inventory.users(account.name, [incident.user]).get(incident.user) if incident.user else None
    why = protection(account, user, key)
    return SKIPPED.get(why) if why is not None else None


# --- what came of a step ----------------------------------------------------------------------------------------------


def done(tx: Transaction, incident: Incident, step: Step, now: datetime, why: str | None = None) -> bool:
    """False if the incident was closed meanwhile. Of two workers, the first one's outcome stands."""
    if (found := fresh(tx, incident, step)) is None:
        return False
    if found.state is StepState.DONE:
        return True
    tx.incidents.set_step(step, state=StepState.DONE, tried_at=now, done_at=now, why=why, tries=0)
    tx.record(
        Tag.INCIDENT_STEP, incident.id, by=step.by or incident.contain_by or LATCHKEY, at=now, facts=_facts(step, why)
    )
    show(tx, incident)
    return True


def skipped(context: Context, incident: Incident, step: Step, why: str) -> None:
    if (step.state, step.why) == (StepState.SKIPPED, why):
        return
    now, to = context.clock.now(), people.places(context, incident, everybody=True)
    with context.work.begin() as tx:
        if (found := fresh(tx, incident, step)) is None or found.state is StepState.DONE:
            return
        tx.incidents.set_step(step, state=StepState.SKIPPED, tried_at=now, why=why)
        tx.record(Tag.INCIDENT_STEP_REFUSED, incident.id, by=LATCHKEY, at=now, facts=_facts(step, why))
        alarm(tx, incident, to, now)


def refused(context: Context, incident: Incident, step: Step, error: AwsError) -> None:
    """AWS refused it, or didn't answer: tried again. Somebody hears at once of what it refused."""
    now = context.clock.now()
    state = StepState.REFUSED if isinstance(error, AwsRefused) else step.state
    tries = step.tries + 1
    news = (state, error.code) != (step.state, step.why) if state is StepState.REFUSED else tries == QUIETLY
    to = people.places(context, incident, everybody=True) if news else ()
    with context.work.begin() as tx:
        if (found := fresh(tx, incident, step)) is None or found.state is StepState.DONE:
            return
        tx.incidents.set_step(step, state=state, tried_at=now, why=error.code[:64], tries=tries)
        if news:
            facts = _facts(step, f"{error.call}: {error.code}")
            tx.record(Tag.INCIDENT_STEP_REFUSED, incident.id, by=LATCHKEY, at=now, facts=facts)
            alarm(tx, incident, to, now)


def _facts(step: Step, why: str | None) -> dict[str, str]:
    facts = {"step": step.kind.value, "target": step.target}
    return facts | ({"why": why} if why else {}) | ({"round": str(step.round)} if step.round else {})


# --- what all parts share ---------------------------------------------------------------------------------------------


def still(tx: Transaction, incident: Incident) -> Incident | None:
    """Lock it. None if somebody closed it meanwhile."""
    fresh = tx.incidents.lock(incident.id)
    return fresh if fresh is not None and fresh.state is not IncidentState.CLOSED else None


def fresh(tx: Transaction, incident: Incident, step: Step) -> Step | None:
    """The step as it is now, under the lock of the incident. None if somebody closed it meanwhile."""
    same = (step.kind, step.target, step.round)
    rows = tx.incidents.steps(incident.id) if still(tx, incident) is not None else ()
    return next((each for each in rows if (each.kind, each.target, each.round) == same), None)


def left(steps: Sequence[Step]) -> list[Step]:
    """Without roles that Latchkey can't end sessions of: the key didn't come from them, and people see the lines."""
    return [each for each in steps if each.state in LEFT and each.why != FOREIGN_ROLE]


def show(tx: Transaction, incident: Incident) -> None:
    refresh.incident(tx, incident.id)


def alarm(tx: Transaction, incident: Incident, to: Sequence[str], now: datetime) -> None:
    """A new message, because one that is updated notifies nobody."""
    tx.outbox.enqueue(Notice.INCIDENT_ALARM, str(Timed(incident.id, now)), *to)
    show(tx, incident)
