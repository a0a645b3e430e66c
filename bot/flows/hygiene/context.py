"""What every reading of an account needs."""

from dataclasses import dataclass

from bot.domain.catalog import Catalog
from bot.domain.ids import ID_BYTES, fresh_id
from bot.ports import Clock, Entropy, Iam, People, Reader, UnitOfWork


@dataclass(frozen=True, slots=True)
class Stock:
    """What every reading needs. Without people the tags are taken at their word, and nobody is known to have left."""

    work: UnitOfWork
    clock: Clock
    entropy: Entropy
    iam: Iam
    reader: Reader
    catalog: Catalog
    people: People | None = None

    def fresh(self) -> str:
        return fresh_id(self.entropy.bytes(ID_BYTES))
