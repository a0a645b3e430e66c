"""Presses about leaked keys, for the comparison of lock orders: each once, on alice's key, which carol reported."""

from collections.abc import Callable
from datetime import timedelta

from bot.domain.events import LATCHKEY
from bot.domain.ids import CredentialId, EntitlementId, GrantId, SlackUserId
from bot.domain.leaks.incident import Incident, Source, Step, StepKind, StepState
from bot.domain.leaks.keys_in_text import scan
from bot.domain.lifecycle import CredentialState, IncidentState
from bot.domain.requests.request import Request
from bot.flows.leaks import begin
from bot.flows.leaks.decisions import agree, close, end_sessions, replace
from bot.flows.leaks.report import report
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, DAVE, TEAM
from tests.flows.request_presses import WHY, delivery
from tests.flows.world import World

OTHER = "reports-long"
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
        tx.incidents.add_steps([Step(found.id, StepKind.ROLE, ROLE, 0, StepState.OFFERED)])
        tx.transition(found.id, IncidentState.REPORTED, IncidentState.CONTAINING, by=BOB, at=now)
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=BOB, at=now)
        issued = tx.credentials.get(found.credential)  # type: ignore[arg-type]
        if issued is not None and issued.state is CredentialState.LIVE:
            tx.transition(issued.id, CredentialState.LIVE, CredentialState.RETIRING, by=LATCHKEY, at=now)
            tx.credentials.set(issued.id, delete_at=now + timedelta(days=7))
        return tx.incidents.get(found.id) or found


def under_way(world: World) -> None:
    """Before the one above: one to page about, one to contain, and three that are: to check, reactivate and replace."""
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    for what in ("page", "contain", "check", "reactivate", "replace"):
        _, credential = world.live(OTHER)
        key, by = world.key(credential), CAROL if what == "page" else ALICE
        (found,) = report(world.context, found=scan(str(key)), by=by, source=Source.COMMAND, delivery=None).incidents
        world.clock.advance(seconds=1)
        now = world.clock.now()
        if what == "contain":
            continue
        with world.work.begin() as tx:
            if what == "page":
                tx.incidents.set(found.id, page_at=now, paged_at=None, escalate_at=now)
                continue
            tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=ALICE, at=now)
            tx.incidents.set(found.id, contained_at=now, check_at=now, activity_at=now)
            if what != "check":
                tx.transition(credential, CredentialState.LIVE, CredentialState.RETIRING, by=ALICE, at=now)
        if what == "reactivate":
            for each in (BOB, DAVE):
                agree.agree(world.context, incident=found.id, by=each, delivery=None)
        if what == "replace":
            asked = ask_replacement(world, found.id, OTHER)
            world.approve(asked.id)
            with world.work.begin() as tx:
                new = tx.grants.of_request(asked.id)
            assert new is not None
            made = world.collect(new.id).id
            world.mint(made)
            world.reveal()
            world.receipt()
    world.clock.advance(seconds=1)


def _report_again(world: World) -> object:
    key = incident(world).access_key_id
    return report(world.context, found=scan(str(key)), by=BOB, source=Source.SHORTCUT, delivery=delivery("leaked"))


def contain(world: World, found: str = "", by: SlackUserId = BOB) -> Incident:
    return begin.contain(world.context, incident=found or incident(world).id, by=by, delivery=None)


def close_it(world: World, found: str = "") -> object:
    of = found or incident(world).id
    return close.close(world.context, incident=of, by=BOB, justification=WHY, delivery=None)


def _of_contained(world: World) -> Incident:
    """The one that is being contained."""
    with world.work.begin() as tx:
        return next(each for each in tx.incidents.open_all() if each.state is IncidentState.CONTAINING)


def _give_back(world: World) -> object:
    return world.give_back(GrantId(_of_contained(world).grant or ""))


def _disown(world: World) -> object:
    return world.disown(CredentialId(_of_contained(world).credential or ""))


def _agree(world: World) -> object:
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    found = contained(world).id
    agree.agree(world.context, incident=found, by=BOB, delivery=None)
    return agree.agree(world.context, incident=found, by=DAVE, delivery=None)


def _replace(world: World) -> object:
    return ask_replacement(world, contained(world).id, "reports-read")


def ask_replacement(world: World, found: str, what: str) -> Request:
    return replace.ask(
        world.context,
        incident=found,
        entitlement=world.catalog.entitlements[EntitlementId(what)].id,
        duration=timedelta(days=7),
        justification=WHY,
        by=ALICE,
        delivery=delivery(f"replace {what}"),
    )


def _end_sessions(world: World) -> object:
    found = contained(world).id
    return end_sessions.end_sessions(world.context, incident=found, number=1, by=BOB, delivery=None)


ON_LEAKS: dict[str, Callable[[World], object]] = {
    "report a leaked key again": _report_again,
    "contain": contain,
    "close a leak": close_it,
    "close a leak while it is contained": lambda world: close_it(world, _of_contained(world).id),
    "give a leaked key back": _give_back,
    "disown a leaked key": _disown,
    "agree to reactivate a leaked key": _agree,
    "replace a leaked key": _replace,
    "end a role's sessions": _end_sessions,
}
