"""What a flow works with: the ledger, a clock, randomness, people and the catalog, wired once for each process.

The type says who may reach AWS: web and Slack hold a Context, the worker an AwsContext.
"""

from dataclasses import dataclass

from bot.domain.catalog import Catalog
from bot.domain.ids import ID_BYTES, fresh_id
from bot.ports import Clock, Entropy, Iam, People, Reactivator, Reader, Responder, UnitOfWork
from bot.ports.usage import Trail


@dataclass(frozen=True, slots=True)
class Context:
    """Nothing in it reaches AWS."""

    work: UnitOfWork
    clock: Clock
    entropy: Entropy
    people: People
    catalog: Catalog

    def fresh_id(self) -> str:
        """A random id for a new row."""
        return fresh_id(self.entropy.bytes(ID_BYTES))


@dataclass(frozen=True, slots=True)
class AwsContext(Context):
    """The worker's, and that of `latchkey inventory`."""

    iam: Iam
    reader: Reader
    responder: Responder
    reactivator: Reactivator
    trail: Trail
