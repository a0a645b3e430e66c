"""One message as Slack takes it: blocks, and the text that notifications and screen readers use."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
