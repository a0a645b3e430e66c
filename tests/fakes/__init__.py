"""In-memory fakes of the ports, in one place to import from.

Each refuses to be called inside a transaction if it is given `in_transaction`.
"""

from tests.fakes.environment import (
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
from tests.fakes.iam import FakeIam
from tests.fakes.iam_user import FakeKey, FakeUser

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
