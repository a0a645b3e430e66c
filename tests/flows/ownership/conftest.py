"""The world for the tests of ownership: a found key without an owner."""

import pytest

from tests.flows.ownership.kit import Owning
from tests.flows.world import World


@pytest.fixture
def job(world: World) -> Owning:
    made = Owning(world)
    made.key = made.job()  # type: ignore[attr-defined]
    made.look()
    return made
