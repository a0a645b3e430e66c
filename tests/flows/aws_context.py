"""The context of a flow in tests: the world's own ports, and fakes of AWS for the rest."""

from bot.aws.iam import AwsIam
from bot.domain.catalog import Catalog
from bot.flows.context import AwsContext
from bot.ports import Entropy, People, Reader, UnitOfWork
from bot.ports.usage import Trail
from tests.fakes import FakeClock, FakeIam
from tests.fakes.reader import FakeReader
from tests.fakes.responder import FakeResponder
from tests.fakes.trail import FakeTrail


def aws_context(
    work: UnitOfWork,
    clock: FakeClock,
    entropy: Entropy,
    people: People,
    catalog: Catalog,
    iam: FakeIam,
    *,
    reader: Reader | None = None,
    responder: FakeResponder | None = None,
    trail: Trail | None = None,
) -> AwsContext:
    hand = responder or FakeResponder(iam)
    found = FakeIam(clock) if isinstance(iam, AwsIam) else iam  # the real edge has no list of what a reader sees
    return AwsContext(
        work, clock, entropy, people, catalog, iam, reader or FakeReader(found), hand, hand, trail or FakeTrail()
    )
