"""What a house holds besides its ledger: AWS, the app's caches, and Slack with all that passed through it."""

from bot.domain.catalog import Catalog
from bot.sandbox.slack import StandIn
from bot.slack.people import SlackPeople
from bot.slack.sender import Sender
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock, FakeIam, FixedEntropy
from tests.fakes.reader import FakeReader
from tests.fakes.trail import FakeTrail
from tests.setup_cache import Parts, each_of

# How Slack works, not what it holds. The rest of an id is random, so that its number may repeat.
NOT_HELD = ("clock", "lock", "changed", "_lock", "_wake", "_workspace", "_numbers")


class Tick:
    """The caches' clock, advanced by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class HouseState:
    """What tests/setup_cache.py has to know of a house."""

    caches_setup = False
    catalog: Catalog
    clock: FakeClock
    entropy: FixedEntropy
    iam: FakeIam
    people: SlackPeople
    reader: FakeReader
    sender: Sender
    slack: StandIn
    tick: Tick
    trail: FakeTrail
    work: SqlUnitOfWork

    @property
    def address(self) -> str:
        return self.slack.url

    def is_comparable(self) -> bool:
        """Until Slack was first used: ids and times are its own."""
        return not self.slack.traffic and type(self.iam) is FakeIam and type(self.reader) is FakeReader

    def parts(self) -> Parts:
        fakes = each_of(self.clock, self.entropy, self.tick, self.iam, self.reader, self.trail, but=("clock", "iam"))
        people, world = self.people, self.slack.world
        return [
            (self, "catalog"),
            *fakes,
            *((each, "_rows") for each in (people._people, people._groups, people._edits)),
            (people, "_dates"),
            (people._workspace, "_known"),
            (self.sender, "_dms"),
            *each_of(world.workspace, world.windows, world.tickets, world.faults, world.traffic, but=NOT_HELD),
            (world, "uploads"),
            (self.slack.courier, "deliveries"),
        ]
