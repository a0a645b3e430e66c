"""One message as Slack takes it: blocks, and the text that notifications and screen readers use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class File:
    """`make` is called outside the transaction; what cannot be made is left out."""

    name: str
    title: str
    make: Callable[[], bytes]
    alternative: str | None = None  # of an image, for screen readers


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    files: tuple[File, ...] = ()  # a message with files has no blocks, and is never updated
