"""Three reports an hour, and what is refused."""

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks import report
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import STRANGER, UNREAD, Leaking, key_in, keys

REPORTED, CONTAINING, CLOSED = IncidentState.REPORTED, IncidentState.CONTAINING, IncidentState.CLOSED


def test_three_an_hour_bind_those_who_may_not_contain(leaking: Leaking) -> None:
    world, issued = leaking.world, keys(leaking, "issued")
    for number in range(3):
        leaking.report(key_in(MAIN.id, number), by=CAROL)
    before = set(world.items())
    with pytest.raises(Refused) as refusal:
        leaking.report(issued, by=CAROL)
    assert refusal.value.reason is Reason.TOO_MANY
    assert leaking.count() == 3
    assert set(world.items()) == before
    for number in range(5):
        leaking.report(key_in(MAIN.id, 10 + number), by=DAVE)
    world.clock.advance(hours=1)
    leaking.report(issued, by=CAROL)


def test_over_the_limit_ones_own_keys_are_contained_all_the_same(leaking: Leaking) -> None:
    mine = keys(leaking, "issued")
    for number in range(3):
        leaking.report(STRANGER, key_in(MAIN.id, number), by=ALICE)
    made = leaking.report(UNREAD, mine, by=ALICE)
    assert [each.state for each in made.incidents] == [CONTAINING]
    assert made.left_out == (UNREAD,)


def test_while_slack_cannot_say_who_approves_a_report_still_pages(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    leaking.world.people.unreadable_groups = {"S0PLATFORM"}
    (made,) = leaking.report(key, by=CAROL).incidents
    assert made.paged_at is not None
    assert leaking.report(key, by=BOB).incidents[0].state is CONTAINING  # the catalog names the admin
    found = keys(leaking, "found")
    assert leaking.report(found, by=ALICE).incidents[0].state is CONTAINING  # and the ledger the owner


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NO_KEY_IN_TEXT),
        ("it leaked", Reason.NO_KEY_IN_TEXT),
        ("AKIAIOSFODNN7EXAMPLE", Reason.EXAMPLE_KEY),
        ("AKIA1234", Reason.NO_KEY_IN_TEXT),
    ],
)
def test_a_text_without_a_key_is_refused(text: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        report.read(text)
    assert refusal.value.reason is reason
