"""What a tear-down that AWS refuses leaves working, and which calls AWS refused: Grant.stuck_on in writing."""

from collections.abc import Iterable
from enum import StrEnum

MOST_CHARACTERS = 255  # of the ledger's column


class Works(StrEnum):
    """Of the grant's keys, in AWS."""

    NOTHING = "nothing"  # every key is Inactive or deleted
    DENIED = "denied"  # a key is active, and AWSDenyAll refuses whatever it asks for
    KEYS = "keys"  # a key is active and may still be used
    UNKNOWN = "unknown"  # AWS did not say


def written(works: Works, steps: Iterable[str]) -> str:
    """One call is named once, however many keys it was refused for."""
    return f"{works}; {', '.join(dict.fromkeys(steps))}"[:MOST_CHARACTERS]


def read(stuck_on: str) -> tuple[Works, str]:
    """What works, and the calls. A row of an older release says nothing about the first."""
    word, _, steps = stuck_on.partition("; ")
    return (Works(word), steps) if word in set(Works) else (Works.UNKNOWN, stuck_on)
