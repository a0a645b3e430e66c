"""The demo shows a reminder within a minute of its start, at any time of any day."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.config import catalog_file
from bot.domain.hygiene.escalation import open_at, zone_of
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.demo import invitation
from bot.sandbox.environment import Environment, set_up
from bot.sandbox.people import value_of

pytestmark = pytest.mark.long
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    with set_up(os.environ, port=0, log_level="INFO", old_keys=AwsStandIn.plant_demo_keys) as running:
        yield running


@pytest.mark.parametrize("person", ["U01ALICE", "U04DAVE"])
def test_the_owners_of_old_keys_are_notified_of_them_at_once(environment: Environment, person: str) -> None:
    who = environment.slack.as_person(person)
    assert environment.slack.wait_for(
        lambda: any(value_of(each, "finding:keep") for each in who.dms()), PATIENCE_SECONDS
    )


def test_its_people_work_every_day_and_are_at_work_now(environment: Environment) -> None:
    catalog = catalog_file.load(environment.ledger.parent / "catalog.toml")
    assert catalog.hygiene.workdays == frozenset(range(7))
    zones = {environment.slack.people[each].tz for each in ("U01ALICE", "U04DAVE")}
    assert all(open_at(datetime.now(UTC), zone_of(each), catalog.hygiene.workdays) for each in zones)


def test_the_demo_prints_its_address(environment: Environment) -> None:
    said = invitation(environment)
    assert "Within a minute" in said
    assert "direct message" in said
