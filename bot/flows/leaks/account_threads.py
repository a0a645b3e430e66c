"""Due incidents, account by account: one that answers slowly, or throttles, holds up no other.

botocore retries a throttled call for half a minute, and an account has one call for each of its leaked keys.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from bot.domain.ids import AccountName
from bot.domain.leaks.incident import Incident

THREADS = 8  # accounts at once
PATIENCE_SECONDS = 1.0  # for one of those that it has begun; then the sweep looks for others

Act = Callable[[Sequence[Incident]], int]
Run = Callable[[Sequence[Incident], Act], int]


def in_turn(due: Sequence[Incident], act: Act) -> int:
    """For callers that need all of it done."""
    return act(due)


class AccountThreads:
    """A thread for each account that has something due. Called by one sweep, so by one thread at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="leaks")
        self._running: dict[AccountName | None, Future[int]] = {}

    def __call__(self, due: Sequence[Incident], act: Act) -> int:
        """What ended since the last call. Raises what an account's act raised."""
        by_account: dict[AccountName | None, list[Incident]] = {}
        for each in due:
            by_account.setdefault(each.account, []).append(each)
        fresh = {account: mine for account, mine in by_account.items() if account not in self._running}
        self._running |= {account: self._pool.submit(act, mine) for account, mine in fresh.items()}
        wait([self._running[each] for each in fresh], PATIENCE_SECONDS, FIRST_COMPLETED)
        ended = [account for account, thread in self._running.items() if thread.done()]
        return sum(self._running.pop(each).result() for each in ended)
