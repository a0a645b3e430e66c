"""What happens while a call to AWS is under way: a press, or an answer that is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.errors import Unanswered

LOST = Unanswered("UpdateAccessKey", "ReadTimeoutError")  # as bot.aws.errors has it


def during(target: Any, call: str, press: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """The press lands while this call is under way, once."""
    before = getattr(target, call)

    def slow(*args: Any, **words: Any) -> Any:
        monkeypatch.setattr(target, call, before)
        answer = before(*args, **words)
        press()
        return answer

    monkeypatch.setattr(target, call, slow)
