"""The stand-in's errors: Slack's error codes, with the details that Slack gives."""

from typing import Any


class SlackError(Exception):
    """A Web API error: becomes `{"ok": false, "error": code, ...}`."""

    def __init__(self, code: str, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.extra = extra

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        if self.messages and self.code == "invalid_blocks":
            answer["errors"] = self.messages
        return answer


class Unplayable(Exception):
    """A test or the page asks for something that no person could do in Slack, for example press a missing button."""
