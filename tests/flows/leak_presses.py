"""Presses about leaked keys, for the comparison of lock orders: each once, on alice's key, which carol reported."""

from collections.abc import Callable
from datetime import timedelta

from bot.domain.events import LATCHKEY
from bot.domain.ids import SlackUserId
from bot.domain.incident import Incident, Source, Step, StepKind, StepState
from bot.domain.leaked_text import scan
from bot.domain.lifecycle import CredentialState, IncidentState
from bot.flows.leaks import begin
from bot.flows.leaks.decisions import agree, close, end_sessions, replace
from bot.flows.leaks.report import report
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, DAVE, TEAM
from tests.flows.request_presses import WHY, delivery
from tests.flows.world import World

ROLE = "arn:aws:iam::123456789012:role/deploy"


def reported(world: World) -> object:
    """By somebody who can't contain it."""
    with world.work.begin() as tx:
        grant = next(each for each in tx.grants.of_owner(ALICE) if each.entitlement == "reports-read")
        key = next(each.access_key_id for each in tx.credentials.of(grant.id) if each.access_key_id)
    return report(world.context, found=scan(str(key)), by=CAROL, source=Source.COMMAND, delivery=None)


def incident(world: World) -> Incident:
    with world.work.begin() as tx:
        return tx.incidents.open_all()[0]


def contained(world: World) -> Incident:
    """As the worker leaves it."""
    found, now = incident(world), world.clock.now()
    with world.work.begin() as tx:
        tx.incidents.lock(found.id)
        tx.incidents.plan([Step(found.id, StepKind.ROLE, ROLE, 0, StepState.OFFERED)])
        tx.transition(found.id, IncidentState.REPORTED, IncidentState.CONTAINING, by=BOB, at=now)
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=BOB, at=now)
        issued = tx.credentials.get(found.credential)  # type: ignore[arg-type]
        if issued is not None and issued.state is CredentialState.LIVE:
            tx.transition(issued.id, CredentialState.LIVE, CredentialState.RETIRING, by=LATCHKEY, at=now)
            tx.credentials.set(issued.id, delete_at=now + timedelta(days=7))
    return incident(world)


def _report_again(world: World) -> object:
    key = incident(world).access_key_id
    return report(world.context, found=scan(str(key)), by=BOB, source=Source.SHORTCUT, delivery=delivery("leaked"))


def contain(world: World, found: str = "", by: SlackUserId = BOB) -> Incident:
    return begin.contain(world.context, incident=found or incident(world).id, by=by, delivery=None)


def close_it(world: World, found: str = "") -> object:
    of = found or incident(world).id
    return close.close(world.context, incident=of, by=BOB, justification=WHY, delivery=None)


def _agree(world: World) -> object:
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    found = contained(world).id
    agree.agree(world.context, incident=found, by=BOB, delivery=None)
    return agree.agree(world.context, incident=found, by=DAVE, delivery=None)


def _replace(world: World) -> object:
    return replace.ask(
        world.context,
        incident=contained(world).id,
        entitlement=world.catalog.entitlements["reports-read"].id,
        duration=timedelta(days=7),
        justification=WHY,
        by=ALICE,
        delivery=delivery("replace"),
    )


def _end_sessions(world: World) -> object:
    found = contained(world).id
    return end_sessions.end_sessions(world.context, incident=found, number=1, by=BOB, delivery=None)


ON_LEAKS: dict[str, Callable[[World], object]] = {
    "report a leaked key again": _report_again,
    "contain": contain,
    "close a leak": close_it,
    "agree to reactivate a leaked key": _agree,
    "replace a leaked key": _replace,
    "end a role's sessions": _end_sessions,
}
