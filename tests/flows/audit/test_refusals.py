"""Refused attempts and wrong proofs in the audit log: recorded, but not flooding it."""

from bot.domain.events import LATCHKEY, Event, Tag
from bot.domain.rate_limits import REFUSALS
from bot.flows.audit import refusals
from bot.flows.issuing import wrong_proofs
from tests.audit_log import latest_events
from tests.fakes import ALICE, BOB
from tests.flows.world import World


def refuse(world: World, subject: str = "r1", by: str = ALICE, action: str = "request:approve") -> None:
    refusals.record(world.context, by=by, action=action, subject=subject, reason="not-approver")


def recorded(world: World, actor: str) -> tuple[Event, ...]:
    with world.work.begin() as tx:
        return latest_events(tx, 1000, actor=actor)


def test_a_refused_press_says_who_what_and_why(both: World) -> None:
    refuse(both)
    refuse(both, action="command:list", subject="command")
    last, first = recorded(both, ALICE)
    assert (first.tag, first.subject) == (Tag.REQUEST_REFUSED, "r1")
    assert first.facts == {"action": "request:approve", "reason": "not-approver"}
    assert last.tag is Tag.COMMAND_REFUSED


def test_equal_ones_count_once_an_hour(both: World) -> None:
    for _ in range(5):
        refuse(both)
    assert len(recorded(both, ALICE)) == 1
    both.clock.advance(hours=1)
    refuse(both)
    assert len(recorded(both, ALICE)) == 2


def test_one_person_writes_at_most_sixty_an_hour(both: World) -> None:
    for number in range(REFUSALS.most + 20):
        refuse(both, f"r{number}")
    assert len(recorded(both, ALICE)) == REFUSALS.most
    refuse(both, by=BOB)
    assert len(recorded(both, BOB)) == 1


def test_wrong_proofs_in_bulk_are_one_event_an_hour(both: World) -> None:
    counted = wrong_proofs.WrongProofs(both.work, both.clock)
    for _ in range(wrong_proofs.MANY - 1):
        counted.note()
    assert recorded(both, LATCHKEY) == ()
    for _ in range(3 * wrong_proofs.MANY):
        counted.note()
    assert [each.tag for each in recorded(both, LATCHKEY)] == [Tag.PROOFS_WRONG]
