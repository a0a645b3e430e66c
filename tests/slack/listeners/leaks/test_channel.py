"""Watched channels: a pasted key becomes an incident, and its author alone is asked. Everything else is quiet."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.ids import AccessKeyId
from bot.domain.keys.account_id import account_in
from bot.domain.leaks.incident import Incident, Source
from bot.sandbox.slack import Message
from bot.store.work import SqlUnitOfWork
from tests.domain.leaks.leaked_corpus import decoys, id_in, secret_of
from tests.fakes import ALICE, FakeClock
from tests.flows.catalog import MAIN, catalog
from tests.slack.kit import House, house
from tests.slack.press import buttons

GENERAL, OPS = "C02GENERAL", "C01OPS"
KEY, SECRET = AccessKeyId(id_in(MAIN.id, 7)), secret_of(random.Random(1))
PASTED = f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}"


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    with house(sqlite_work, clock, replace(catalog(), watch_channels=(GENERAL,))) as made:
        made.slack.invite(GENERAL)
        yield made


def incidents(h: House) -> tuple[Incident, ...]:
    with h.work.begin() as tx:
        return tx.incidents.open_all()


def asked(h: House) -> list[Message]:
    return [each for each in h.alice.ephemerals() if "leak:contain" in buttons(each)]


def rows(h: House) -> str:
    """Every text in the ledger."""
    with h.work._engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return str([connection.exec_driver_sql(f'SELECT * FROM "{each}"').all() for each in tables])


def test_the_author_of_a_pasted_key_is_asked_and_nobody_else_hears(h: House) -> None:
    h.alice.post(GENERAL, PASTED)
    (incident,) = incidents(h)
    assert (incident.access_key_id, incident.source, incident.reported_by) == (KEY, Source.CHANNEL, ALICE)
    (question,) = asked(h)
    assert question.channel == GENERAL
    assert KEY in question.words
    assert buttons(question) == {"leak:contain": incident.id, "leak:dismiss": incident.id}
    h.sweep()
    assert not h.bob.dms()
    assert not h.bob.ephemerals()
    assert len(h.bob.channel(GENERAL)) == 1
    assert SECRET not in rows(h)


def test_of_two_keys_the_other_one_stays_asked_about(h: House) -> None:
    h.alice.post(GENERAL, f"{KEY} and {id_in(MAIN.id, 8)}")
    (question,) = asked(h)
    h.alice.press(question, "leak:dismiss", next(each.id for each in incidents(h) if each.access_key_id == KEY))
    (left,) = incidents(h)
    (question,) = asked(h)
    assert buttons(question) == {"leak:contain": left.id, "leak:dismiss": left.id}
    assert "nobody is paged" in question.words
    h.alice.press(question, "leak:dismiss")
    assert not asked(h)


@pytest.mark.parametrize("where", ["a snippet", "an attachment", "an edit", "a private channel"])
def test_a_key_is_found_wherever_it_is_written(h: House, where: str) -> None:
    match where:
        case "a snippet":
            h.alice.post(GENERAL, "", snippet=PASTED)
        case "an attachment":
            h.alice.post(GENERAL, "look", attachments=[{"text": PASTED, "fallback": "x"}])
        case "an edit":
            h.alice.edit(h.alice.post(GENERAL, "look"), PASTED)
        case "a private channel":
            object.__setattr__(h.catalog, "watch_channels", ("*",))
            h.bob.post(OPS, PASTED)
    assert [each.access_key_id for each in incidents(h)] == [KEY]


def test_one_message_asks_once_however_often_it_is_edited_or_sent_again(h: House) -> None:
    said = h.alice.post(GENERAL, PASTED)
    h.alice.edit(said, f"{PASTED}\nsorry!")
    told = next(each for each in h.slack.deliveries if SECRET in str(each.payload))
    h.slack.redeliver(told)
    h.listeners.finish()
    assert (len(asked(h)), len(incidents(h))) == (1, 1)
    h.alice.post(GENERAL, f"and again: {KEY}")
    assert (len(asked(h)), len(incidents(h))) == (2, 1)


def test_what_is_no_key_of_ours_makes_no_noise(h: House) -> None:
    chance = random.Random(5)
    for text in (*decoys(chance), f"{id_in('999999999999')} {SECRET}", f"AKIAI44QH8DHBXYZABCD {SECRET}", "hello"):
        h.alice.post(GENERAL, text)
    assert not incidents(h)
    assert not h.alice.ephemerals()


def test_a_key_of_the_ledger_is_ours_whatever_its_id_says(h: House) -> None:
    h.live()
    assert account_in(h.key()) != MAIN.id
    h.alice.post(GENERAL, h.key())
    assert [each.access_key_id for each in incidents(h)] == [h.key()]


def test_other_channels_and_latchkeys_own_messages_are_not_searched(h: House) -> None:
    h.bob.post(OPS, PASTED)
    h.alice.say(PASTED)
    h.deps.client.chat_postMessage(channel=GENERAL, text=f"Report: {KEY}")
    h.listeners.finish()
    assert not incidents(h)


def test_a_message_of_somebody_from_elsewhere_is_an_incident_without_a_question(h: House) -> None:
    h.alice.post(GENERAL, "hello")
    event = dict(h.slack.deliveries[-1].payload["event"])
    for at, more in enumerate(({"bot_id": "B0OTHER", "user": None}, {"user_team": "T0ELSEWHERE"})):
        key = id_in(MAIN.id, 100 + at)
        changed = {**event, "text": key, "blocks": [], "ts": f"17{at}.1", **more}
        delivery = h.slack.deliveries[-1]
        h.slack.redeliver(type(delivery)(delivery.kind, {**delivery.payload, "event": changed}), retry=0)
        h.listeners.finish()
        (found,) = [each for each in incidents(h) if each.access_key_id == key]
        assert found.reported_by == "latchkey"
    assert not h.alice.ephemerals()


def test_slack_being_away_loses_the_question_and_not_the_incident(h: House) -> None:
    h.slack.faults.down("chat.postEphemeral", how="503")
    h.alice.post(GENERAL, PASTED)
    assert len(incidents(h)) == 1
    assert not asked(h)


def test_a_strange_event_does_no_harm(h: House) -> None:
    h.alice.post(GENERAL, "hello")
    delivery = h.slack.deliveries[-1]
    deep: object = KEY
    for _ in range(50):
        deep = [deep]
    for more in (
        {"blocks": deep},
        {"blocks": 7, "files": [7, {"preview": 7}]},
        {"text": None},
        {"message": 7, "subtype": "message_changed"},
    ):
        event = {**delivery.payload["event"], **more}
        assert (
            h.slack.redeliver(type(delivery)(delivery.kind, {**delivery.payload, "event": event}), retry=0).status
            == 200
        )
    assert not incidents(h)


def test_without_the_setting_nothing_is_searched(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> None:
    with house(sqlite_work, clock) as plain:
        plain.slack.invite(GENERAL)
        plain.alice.post(GENERAL, PASTED)
        assert not incidents(plain)
        assert not [each for each in plain.slack.deliveries if KEY in str(each.payload)]
