"""Three reports an hour by people who may not contain, the fourth in the audit log; and no sink has a secret."""

import json
import logging

import pytest

from bot.domain.errors import Unreadable
from bot.domain.events import Tag
from bot.domain.leaks.incident import Source
from bot.store.tables import metadata
from tests.audit_log import latest_events
from tests.flows.catalog import MAIN
from tests.flows.leaks.kit import key_in
from tests.slack.kit import House
from tests.slack.press import told

CANARY = "cAnArY7/k1N0wn+Secret40CharactersLong9Zq"


def test_the_fourth_report_in_an_hour_is_refused_and_recorded(h: House) -> None:
    for number in range(3):
        h.carol.command(f"/key leaked {key_in(MAIN.id, number)}")
    h.carol.command(f"/key leaked {key_in(MAIN.id, 3)}")
    assert "3 reports an hour" in told(h.carol)
    with h.work.begin() as tx:
        assert len(tx.incidents.open_all()) == 3
        refused = [each for each in latest_events(tx, 20) if each.tag is Tag.LEAK_REFUSED]
    assert [(each.actor, each.facts["reason"]) for each in refused] == [(h.carol.id, "too-many")]
    said = h.carol.post("C02GENERAL", f"look: {key_in(MAIN.id, 4)}")
    h.carol.message_shortcut("leak", said)
    assert "3 reports an hour" in told(h.carol)


def test_without_a_worker_the_answer_says_that_nothing_happens(h: House) -> None:
    h.live()
    h.alice.command(f"/key leaked {h.key()}")
    assert "worker isn't running" not in told(h.alice)
    h.clock.advance(minutes=1)
    h.alice.command(f"/key leaked {h.key()}")
    assert "worker isn't running" in told(h.alice)


def test_a_pasted_secret_is_in_no_row_log_or_message(h: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    h.live()
    for text in (f"{h.key()} {CANARY}", f"aws_access_key_id={key_in(MAIN.id)}\naws_secret_access_key={CANARY}"):
        h.carol.command(f"/key leaked {text}")
    h.reader.faults["caller_of"] = Unreadable("GetCallerIdentity", "ReadTimeoutError")
    said = h.carol.post("C02GENERAL", "see below", snippet=f"{key_in(MAIN.id, 2)}:{CANARY}")
    h.bob.message_shortcut("leak", said)
    h.carol.command(f"/key leaked {CANARY}")
    h.carol.command(f"/key list {CANARY}")
    for seconds in (1, 5, 60, 600):
        h.sweep()
        h.advance(seconds=seconds)
    h.sweep()
    with h.work.begin() as tx:
        assert {each.source for each in tx.incidents.open_all()} >= {Source.COMMAND}
    engine = h.work._engine
    with engine.connect() as connection:
        rows = json.dumps(
            [[*row] for table in metadata.sorted_tables for row in connection.execute(table.select())], default=repr
        )
    assert CANARY not in rows
    assert CANARY not in "".join(each.getMessage() for each in caplog.records)
    assert not [each for each in h.slack.traffic if each.way == "in" and CANARY in each.sent]
