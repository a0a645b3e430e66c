"""What an approver's Home shows: what waits for a decision, and what was decided lately."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.home import DECIDED_LATELY, Decided, Emergency, Page, Viewer
from bot.domain.ownership.claim import Claim
from bot.domain.requests.request import Request
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Sizes:
    queue: int
    claims: int
    reviews: int
    decided: int


@dataclass(frozen=True, slots=True)
class ApproversHome:
    queue: Page[Request]
    claims: Page[Claim]
    reviews: Page[Emergency]
    decided: Page[Decided]


def read(tx: Transaction, viewer: Viewer, now: datetime, sizes: Sizes) -> ApproversHome:
    return ApproversHome(
        tx.home.queue(viewer, now, sizes.queue),
        tx.home.claims(viewer, sizes.claims),
        tx.home.reviews(viewer, sizes.reviews),
        tx.home.decided(viewer, now - DECIDED_LATELY, sizes.decided),
    )
