"""Worlds for the tests of hygiene: an account with a found key, and one with reminders."""

import pytest

from bot.domain.ids import CredentialId, GrantId
from tests.fakes import CAROL
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import Found
from tests.flows.hygiene.reminders import Minder, ripe
from tests.flows.world import World


@pytest.fixture
def found(world: World) -> Found:
    """An IAM user of Carol's."""
    made = Found(world)
    made.reader.user(MAIN, "carol", tags={"Slack": CAROL})
    return made


@pytest.fixture
def minder(world: World) -> Minder:
    return Minder(world)


@pytest.fixture
def held(minder: Minder) -> tuple[GrantId, CredentialId]:
    """A key that hygiene may deactivate next."""
    return ripe(minder)
