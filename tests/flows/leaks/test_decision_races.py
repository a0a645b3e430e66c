"""Two people decide about a leaked key at once, on both databases: one outcome, and everybody learns it."""

from functools import partial

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.leaks.incident import Source
from bot.domain.leaks.keys_in_text import scan
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks.decisions import agree, dismiss
from bot.flows.leaks.report import report
from bot.ports import Person
from tests.fakes import ALICE, BOB, CAROL, DAVE, TEAM
from tests.flows.leak_presses import close_it, contain, contained, incident, reported
from tests.flows.test_races import both_at_once
from tests.flows.world import World

ROUNDS = 2


def fresh(world: World) -> str:
    """A key of alice's that carol reported; earlier rounds are over."""
    world.people.people[DAVE] = Person(DAVE, TEAM, full_member=True)
    world.live()
    reported(world)
    return incident(world).id


def tags(world: World, subject: str) -> list[Tag]:
    with world.work.begin() as tx:
        return [each.tag for each in tx.audit.of(subject)]


def state(world: World, subject: str) -> IncidentState:
    with world.work.begin() as tx:
        found = tx.incidents.get(subject)
    assert found is not None
    return found.state


def over(world: World, subject: str) -> None:
    if state(world, subject) is not IncidentState.CLOSED:
        close_it(world, subject)
    with world.work.begin() as tx:
        grants = tx.grants.of_owner(ALICE)
    for each in grants:
        world.give_back(each.id)


def test_two_contain_it_once_and_both_learn_who_was_faster(both: World) -> None:
    for _ in range(ROUNDS):
        found = fresh(both)
        got = both_at_once(
            lambda found=found: contain(both, found, BOB), lambda found=found: contain(both, found, DAVE)
        )
        assert {each.contain_by for each in got} in ({BOB}, {DAVE})
        assert tags(both, found).count(Tag.INCIDENT_CONTAINING) == 1
        over(both, found)


def test_contain_and_close_end_closed_and_never_silently(both: World) -> None:
    for _ in range(ROUNDS):
        found = fresh(both)
        got, closed = both_at_once(
            lambda found=found: contain(both, found, DAVE), lambda found=found: close_it(both, found)
        )
        assert not isinstance(closed, Refused)
        assert not isinstance(got, Refused) or got.reason is Reason.INCIDENT_CLOSED
        assert (Tag.INCIDENT_CONTAINING in tags(both, found)) is not isinstance(got, Refused)
        assert state(both, found) is IncidentState.CLOSED
        over(both, found)


@pytest.mark.parametrize("second", [BOB, DAVE])
def test_two_agreements_at_once_count_people_not_presses(both: World, second: object) -> None:
    for _ in range(ROUNDS):
        fresh(both)
        found = contained(both).id
        both_at_once(
            lambda found=found: agree.agree(both.context, incident=found, by=BOB, delivery=None),
            lambda found=found: agree.agree(both.context, incident=found, by=second, delivery=None),
        )
        assert (incident(both).reactivate_at is not None) is (second == DAVE)
        over(both, found)


def test_its_author_dismisses_it_or_somebody_contains_it(both: World) -> None:
    for _ in range(ROUNDS):
        both.live()
        with both.work.begin() as tx:
            grant = tx.grants.of_owner(ALICE)[0]
            key = next(each.access_key_id for each in tx.credentials.of(grant.id))
        made = report(both.context, found=scan(str(key)), by=CAROL, source=Source.CHANNEL, delivery=None)
        found = made.incidents[0].id
        dismissed, began = both_at_once(
            lambda found=found: dismiss.dismiss(both.context, incident=found, by=CAROL, delivery=None),
            partial(contain, both, found),
        )
        assert isinstance(dismissed, Refused) is not isinstance(began, Refused), "exactly one of them won"
        after = IncidentState.CONTAINING if isinstance(dismissed, Refused) else IncidentState.CLOSED
        assert state(both, found) is after
        over(both, found)
