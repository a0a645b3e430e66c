"""The ledger of reviews: one for each emergency."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.requests.review import Review


class Reviews(Protocol):
    def add(self, review: Review) -> None: ...
    def get(self, request: RequestId) -> Review | None: ...
    def open_all(self) -> tuple[Review, ...]:
        """Oldest first."""
        ...

    def due(self, now: datetime, most: int) -> tuple[Review, ...]:
        """Open ones whose next reminder is due."""
        ...

    def mark_reminded(self, review: Review, again_at: datetime) -> bool:
        """False if it was closed meanwhile, or another worker reminded of it."""
        ...

    def close(self, request: RequestId, by: SlackUserId, justification: str, at: datetime) -> bool:
        """False if it was closed already."""
        ...
