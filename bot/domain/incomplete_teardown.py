"""What still works after AWS refused part of a tear-down, and which calls it refused: the text in Grant.stuck_on."""

from collections.abc import Iterable
from enum import StrEnum

MOST_CHARACTERS = 255  # length of the ledger's column


class Works(StrEnum):
    """What still works of the grant's keys in AWS."""

    NOTHING = "nothing"  # every key is Inactive or deleted
    DENIED = "denied"  # a key is active, but AWSDenyAll denies every request
    KEYS = "keys"  # a key is active and may still be used
    UNKNOWN = "unknown"  # AWS didn't answer


def written(works: Works, steps: Iterable[str]) -> str:
    """Name each call once, however many keys it was refused for."""
    return f"{works}; {', '.join(dict.fromkeys(steps))}"[:MOST_CHARACTERS]


def read(stuck_on: str) -> tuple[Works, str]:
    """What still works, and the refused calls. Rows of an older release don't say what works."""
    word, _, steps = stuck_on.partition("; ")
    return (Works(word), steps) if word in set(Works) else (Works.UNKNOWN, stuck_on)
