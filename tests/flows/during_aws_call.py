"""Events during a call to AWS: a press, or a lost answer."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.errors import Unanswered

LOST = Unanswered("UpdateAccessKey", "ReadTimeoutError")  # as raised by bot.aws.errors


def during(target: Any, call: str, press: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """The press happens during this call, once."""
    before = getattr(target, call)

    def slow(*args: Any, **words: Any) -> Any:
        monkeypatch.setattr(target, call, before)
        answer = before(*args, **words)
        press()
        return answer

    monkeypatch.setattr(target, call, slow)
