"""Home costs the same however much the ledger holds: one statement for each section, and a view that Slack takes."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from bot.flows.context import Context
from bot.flows.issuing import pause
from bot.slack.messages.home import view
from tests.bench.home import FEW, MANY, counted, drawn, ledger
from tests.fakes import ALICE, BOB, CAROL

EVERYBODY = (ALICE, BOB, CAROL)
STATEMENTS_MOST = 40
SECTIONS = 10  # of somebody who is everything
BYTES_MOST = 100_000  # Slack takes a view of 250 KB

Ledger = tuple[Engine, Context]


@pytest.fixture(scope="module")
def few() -> Iterator[Ledger]:
    with ledger(FEW) as made:
        yield made


@pytest.fixture(scope="module")
def many() -> Iterator[Ledger]:
    with ledger(MANY) as made:
        yield made


def statements(of: Ledger, person: str) -> list[str]:
    engine, context = of
    with counted(engine) as sent:
        drawn(context, person)
    return sent


@pytest.mark.parametrize("person", EVERYBODY)
def test_the_number_of_statements_does_not_depend_on_the_number_of_keys(few: Ledger, many: Ledger, person: str) -> None:
    sent = statements(many, person)
    assert len(sent) == len(statements(few, person)) <= STATEMENTS_MOST
    assert all(each.startswith("SELECT") for each in sent)


@pytest.mark.parametrize("person", EVERYBODY)
def test_no_section_reads_the_same_table_twice_in_the_same_way(many: Ledger, person: str) -> None:
    sent = statements(many, person)
    assert len(sent) == len(set(sent))


@pytest.mark.parametrize("person", EVERYBODY)
def test_a_view_with_every_section_full_is_within_slacks_limits(many: Ledger, person: str) -> None:
    home = drawn(many[1], person)
    assert len(home["blocks"]) <= view.BLOCKS_MOST
    assert home["blocks"][-1]["type"] == "context"  # the last one: nothing was cut off
    assert len(json.dumps(home)) < BYTES_MOST


def test_somebody_who_is_everything_while_issuing_is_paused_still_fits() -> None:
    with ledger(30, owner=BOB) as (_, context):
        pause.pause(context, by=BOB, delivery=None)
        home = drawn(context, BOB)
    assert len(home["blocks"]) <= view.BLOCKS_MOST
    assert home["blocks"][-1]["type"] == "context"
    titles = [each["text"]["text"] for each in home["blocks"] if each["type"] == "header"]
    assert len(titles) == len(set(titles)) == SECTIONS
