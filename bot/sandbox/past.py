"""A clock that can be set back, so that the demo begins with weeks behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.sandbox.aws import AwsStandIn


class PastClock:
    """The machine's clock, minus what it is set back by."""

    def __init__(self) -> None:
        self._behind = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) - self._behind

    def set_back(self, by: timedelta) -> None:
        self._behind = by


@dataclass(frozen=True, slots=True)
class Before:
    """What exists before Latchkey itself starts: its settings, an empty ledger's address in them, Slack and AWS."""

    settings: Mapping[str, str]
    aws: AwsStandIn
    clock: PastClock


History = Callable[[Before], None]
"""Fills ledger and AWS by the real flows. A layer above passes it in: the sandbox can't import the processes."""
