"""Reports: who contains at once, who is paged, what is refused, and one incident for each key."""

import pytest

from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.leaks.incident import AUTHOR_HAS, Source, Whose
from bot.domain.lifecycle import IncidentState
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import SECRET, UNREAD, Leaking, key_in, keys
from tests.store.racing import race

REPORTED, CONTAINING, CLOSED = IncidentState.REPORTED, IncidentState.CONTAINING, IncidentState.CLOSED


TABLE = [
    # whose, by, state, who is told
    ("issued", ALICE, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("issued", DAVE, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("issued", BOB, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("issued", CAROL, REPORTED, {ALICE, "C01OPS"}),
    ("session", ALICE, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("session", CAROL, REPORTED, {ALICE, "C01OPS"}),
    ("found", ALICE, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("found", DAVE, CONTAINING, {ALICE, "C01OPS", BOB}),
    ("found", CAROL, REPORTED, {ALICE, "C01OPS"}),
    ("unread", DAVE, REPORTED, set()),  # contained as soon as the worker knows whose it is
    ("unread", CAROL, REPORTED, set()),
    ("itself", BOB, REPORTED, {BOB}),
    ("itself", CAROL, REPORTED, {BOB}),
    ("other", BOB, REPORTED, {BOB}),
    ("other", CAROL, REPORTED, {BOB}),
    ("foreign session", BOB, REPORTED, {BOB}),
]
WHOSE = {"unread": Whose.UNKNOWN, "foreign session": Whose.OTHER}


@pytest.mark.parametrize(("whose", "by", "state", "told"), TABLE)
@pytest.mark.parametrize("source", [Source.COMMAND, Source.SHORTCUT])
def test_who_contains_at_once_and_who_is_paged(
    leaking: Leaking, whose: str, by: str, state: IncidentState, told: set[str], source: Source
) -> None:
    key = keys(leaking, whose)
    made = leaking.report(key, by=by, source=source)
    (incident,) = made.incidents
    assert made.opened == {incident.id}
    assert (incident.state, incident.whose) == (state, WHOSE.get(whose) or Whose(whose))
    assert incident.contain_by == (by if state is CONTAINING or (whose, by) == ("unread", DAVE) else None)
    assert leaking.told() == told


@pytest.mark.parametrize("source", [Source.QUARANTINE, Source.AWS_HEALTH, Source.GITHUB])
def test_a_machine_never_contains_and_pages_at_once(leaking: Leaking, source: Source) -> None:
    (incident,) = leaking.report(keys(leaking, "issued"), by=LATCHKEY, source=source).incidents
    assert incident.state is REPORTED
    assert leaking.told() == {ALICE, "C01OPS"}


@pytest.mark.parametrize("by", [ALICE, CAROL])
def test_a_message_in_a_channel_waits_for_its_author_and_a_bare_id_pages_nobody(leaking: Leaking, by: str) -> None:
    key, now = keys(leaking, "issued"), leaking.world.clock.now()
    (bare,) = leaking.report(key, by=by, source=Source.CHANNEL).incidents
    assert (bare.state, bare.page_at) == (REPORTED, None)
    (pair,) = leaking.report(key, by=by, source=Source.CHANNEL, secret=SECRET).incidents
    assert (pair.id, pair.page_at) == (bare.id, now + AUTHOR_HAS)
    assert leaking.told() == set()


def test_the_author_who_may_not_contain_it_pages_its_owner(leaking: Leaking) -> None:
    (made,) = leaking.report(keys(leaking, "issued"), by=CAROL, source=Source.CHANNEL).incidents
    with pytest.raises(Refused):
        leaking.contain(made, SlackUserId("U0NOBODY"))
    pressed = leaking.contain(made, CAROL)
    assert (pressed.state, pressed.paged_at) == (REPORTED, leaking.world.clock.now())
    assert leaking.contain(made, ALICE).state is CONTAINING


def test_the_button_is_for_who_may_contain_and_works_once(leaking: Leaking) -> None:
    (made,) = leaking.report(keys(leaking, "issued"), by=CAROL).incidents
    with pytest.raises(Refused) as refusal:
        leaking.contain(made, CAROL)
    assert refusal.value.reason is Reason.MAY_NOT_CONTAIN
    first, second = leaking.contain(made, DAVE), leaking.contain(made, ALICE)
    assert first.contain_by == second.contain_by == DAVE
    assert leaking.events(made).count("incident:containing") == 1


@pytest.mark.parametrize("whose", ["itself", "other"])
def test_nobody_contains_what_is_not_latchkeys_to_contain(leaking: Leaking, whose: str) -> None:
    (made,) = leaking.report(keys(leaking, whose), by=CAROL).incidents
    with pytest.raises(Refused) as refusal:
        leaking.contain(made, BOB)
    assert refusal.value.reason in {Reason.NOT_CONTAINABLE, Reason.MAY_NOT_CONTAIN}


def test_a_key_that_is_gone_has_one_closed_incident(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    with leaking.world.work.begin() as tx:
        found = tx.credentials.by_key(key)
        assert found is not None
        tx.credentials.set(found.id, gone_at=leaking.world.clock.now())
    first, second = (leaking.report(key, by=each).incidents[0] for each in (CAROL, BOB))
    assert (first.state, first.whose, second.id) == (CLOSED, Whose.GONE, first.id)
    assert leaking.told() == set()


# --- one incident for each key ----------------------------------------------------------------------------------------


def test_a_later_report_joins_and_is_answered_with_where_it_stands(leaking: Leaking) -> None:
    key = keys(leaking, "issued")
    first = leaking.report(key, by=CAROL)
    second = leaking.report(key, by=DAVE)
    assert (second.opened, second.incidents[0].id) == (frozenset(), first.incidents[0].id)
    assert second.incidents[0].state is CONTAINING
    third = leaking.report(key, by=CAROL)
    assert third.incidents[0].state is CONTAINING
    assert leaking.events(first.incidents[0]).count("incident:reported") == 2  # one for each person


def test_a_hundred_reports_at_once_are_one_incident(leaking_on_both: Leaking) -> None:
    leaking = leaking_on_both
    key = keys(leaking, "issued")
    got = race(16, lambda number: leaking.report(key, by=(CAROL, DAVE)[number == 7], delivery=f"view:{number}"))
    refused = [each for each in got if isinstance(each, Refused)]
    assert {each.reason for each in refused} == {Reason.TOO_MANY}
    assert len(refused) == 12, got
    assert leaking.count() == 1
    assert leaking.incident(key).state is CONTAINING
    assert leaking.events(leaking.incident(key)).count("incident:containing") == 1


def test_a_report_against_a_close_is_in_one_or_the_other(leaking_on_both: Leaking) -> None:
    leaking = leaking_on_both
    for number in range(8):
        key = key_in(MAIN.id, number)
        (made,) = leaking.report(key, by=DAVE).incidents

        def close(made: str = made.id) -> None:
            now = leaking.world.clock.now()
            with leaking.world.work.begin() as tx:
                tx.incidents.lock(made)
                tx.transition(made, REPORTED, CLOSED, by=BOB, at=now)

        def again(key: AccessKeyId = key) -> None:
            leaking.report(key, by=BOB)

        got = race(2, lambda each, close=close, again=again: (close, again)[each]())  # type: ignore[misc]
        assert got == [None, None]
        with leaking.world.work.begin() as tx:
            first, rest = tx.incidents.get(made.id), tx.incidents.open_for([key])
        assert first is not None
        assert not first.is_open
        assert [each.reported_by for each in rest] in ([], [BOB])


def test_a_repeated_delivery_changes_nothing(leaking: Leaking) -> None:
    leaking.report(UNREAD, delivery="trigger:1")
    with pytest.raises(AlreadyDone):
        leaking.report(UNREAD, key_in(MAIN.id, 2), delivery="trigger:1")
    assert leaking.count() == 1
