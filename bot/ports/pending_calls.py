"""The ledger of AWS calls in progress."""

from typing import Protocol

from bot.domain.keys.pending_call import PendingCall


class PendingCalls(Protocol):
    """At most one for each key."""

    def begin(self, call: PendingCall) -> None:
        """Replaces an earlier one on the same key whose answer was lost."""
        ...

    def on(self, subject: str) -> PendingCall | None: ...
    def end(self, subject: str) -> None: ...
