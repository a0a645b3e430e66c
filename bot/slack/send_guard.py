"""A message whose drawing or sending raises waits and is tried again, and the others go out."""

from collections.abc import Callable

import structlog

from bot.domain import retry
from bot.ports import Clock, OutboxItem, UnitOfWork

log = structlog.get_logger(__name__)


def guarded(send: Callable[[OutboxItem], int], work: UnitOfWork, clock: Clock) -> Callable[[OutboxItem], int]:
    """`send`, for which any error is a bug of ours. Raises what the database raises while it is away."""

    def one(item: OutboxItem) -> int:
        try:
            return send(item)
        except Exception as error:
            now, wait = clock.now(), retry.wait(retry.SLACK_MESSAGE, item.tries + 1)
            with work.begin() as tx:
                if tx.outbox.claim(item.id, now, now + wait):  # counts the try; otherwise its claim ends by itself
                    tx.outbox.retry_at(item.id, now + wait, type(error).__name__)
            log.exception("a message can't be drawn or sent", notice=item.notice, subject=item.subject)
            return 1

    return one
