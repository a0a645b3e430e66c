"""Alarms about a leaked key say what is new, with what to do, and are updated once it's settled."""

import pytest

from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.leaks.incident import Incident, Step, StepKind, StepState
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.flows import refresh
from tests.slack.kit import House
from tests.slack.leaked import contained, leaked, message
from tests.slack.press import buttons

HOSTILE = "<!channel> `x`"


def alarmed(h: House, found: Incident, tag: Tag, *facts: dict[str, str], **columns: object) -> str:
    """As the worker records it, in the account's channel."""
    h.advance(seconds=10)
    now = h.clock.now()
    with h.work.begin() as tx:
        for each in facts:
            tx.record(tag, found.id, by=LATCHKEY, at=now, facts=each)
        if columns:
            tx.incidents.set(found.id, **columns)
        tx.outbox.enqueue(Notice.INCIDENT_ALARM, str(Timed(found.id, now)), "C01OPS")
        refresh.incident(tx, found.id)
    h.send()
    return newest(h)


def newest(h: House) -> str:
    return h.bob.channel("C01OPS")[-1].words


def test_what_a_check_found_on_its_user_is_named_in_the_alarm_and_in_the_timeline(h: House) -> None:
    found = contained(h)
    with h.work.begin() as tx:
        tx.transition(found.id, IncidentState.CONTAINED, IncidentState.CONTAINING, by=LATCHKEY, at=h.clock.now())
    news = ({"found": "key", "name": "AKIAATTACKERSOWNKEY"}, {"found": "login", "name": "2026"})
    said = alarmed(h, found, Tag.INCIDENT_FOUND, *news, contained_at=None, round=1)
    assert "a new access key `AKIAATTACKERSOWNKEY`" in said
    assert "a console password" in said
    assert "containing that too" in said
    assert "Contained in 4 seconds" in message(h.bob).words, "the first time counts"
    assert "`AKIAATTACKERSOWNKEY`" in message(h.bob).words
    with h.work.begin() as tx:
        tx.transition(found.id, IncidentState.CONTAINING, IncidentState.CONTAINED, by=LATCHKEY, at=h.clock.now())
        refresh.incident(tx, found.id)
    h.send()
    assert "contained too" in newest(h)
    assert "Contained again" in message(h.bob).words


def test_what_it_made_elsewhere_is_left_to_people_and_its_names_are_escaped(h: House) -> None:
    said = alarmed(h, contained(h), Tag.INCIDENT_FOUND, {"found": "user", "name": HOSTILE, "on": ""})
    assert "still works" in said
    assert "the IAM user `&lt;!channel&gt;" in said
    assert "<!channel>" not in said


def test_a_check_that_could_not_read_is_no_all_clear(h: House) -> None:
    found, why = contained(h), "ListAccessKeys: AccessDenied"
    said = alarmed(h, found, Tag.INCIDENT_STEP_REFUSED, {"check": "1", "why": why}, unread=why)
    assert "can't check" in said
    assert why in said
    with h.work.begin() as tx:
        tx.incidents.set(found.id, unread=None)
        refresh.incident(tx, found.id)
    h.send()
    assert "is contained" in newest(h)


def test_an_alarm_that_nobody_decided_offers_contain_until_somebody_did(h: House) -> None:
    found = leaked(h)
    alarmed(h, found, Tag.INCIDENT_ESCALATED, {"key": found.access_key_id}, escalate_at=None)
    shown = h.bob.channel("C01OPS")[-1]
    assert "nobody decided for 10 minutes" in shown.words
    h.bob.press(shown, "leak:contain")
    h.send()
    assert "leak:contain" not in buttons(h.bob.channel("C01OPS")[-1])


@pytest.mark.parametrize(("kind", "why", "says"), [
    (StepKind.KEY, "by-hand", "somebody did it outside Latchkey"),
    (StepKind.SESSIONS, "quarantine", "leaves much open"),
    (StepKind.LOGIN, "deny-all", "AWSDenyAll"),
])  # fmt: skip
def test_a_step_says_what_was_done_instead(h: House, kind: StepKind, why: str, says: str) -> None:
    found = contained(h)
    step = Step(found.id, kind, "AKIAOTHER", 1, StepState.DONE, h.clock.now(), h.clock.now(), why)
    with h.work.begin() as tx:
        tx.incidents.add_steps([step])
        refresh.incident(tx, found.id)
    h.send()
    assert says in message(h.bob).words
