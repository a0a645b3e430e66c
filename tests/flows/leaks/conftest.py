"""The worlds of leaked keys: carol and alice ask, bob and dave approve, bob is the admin."""

import pytest

from bot.store.work import in_transaction
from tests.fakes.trail import FakeTrail
from tests.flows.leaks.kit import Leaking
from tests.flows.world import World


@pytest.fixture
def leaking(world: World) -> Leaking:
    return Leaking(world)


@pytest.fixture
def leaking_on_both(both: World) -> Leaking:
    return Leaking(both)


@pytest.fixture
def trail() -> FakeTrail:
    return FakeTrail(in_transaction)
