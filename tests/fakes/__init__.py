"""In-memory stand-ins for the ports, in one place to import from.

Each refuses to be called inside a transaction where it is given `in_transaction`: look, decide and write, tell.
"""

from tests.fake_iam import FakeIam
from tests.fake_user import FakeKey, FakeUser
from tests.fake_world import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    START,
    TEAM,
    CalledInTransaction,
    Crash,
    FakeClock,
    FakeNotifier,
    FakePeople,
    FixedEntropy,
    cast,
)

__all__ = [
    "ALICE",
    "BOB",
    "CAROL",
    "DAVE",
    "START",
    "TEAM",
    "CalledInTransaction",
    "Crash",
    "FakeClock",
    "FakeIam",
    "FakeKey",
    "FakeNotifier",
    "FakePeople",
    "FakeUser",
    "FixedEntropy",
    "cast",
]
