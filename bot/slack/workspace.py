"""Which workspace the bot lives in: auth.test, asked when first needed and remembered."""

import threading
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient


@dataclass(frozen=True, slots=True)
class Identity:
    team: str
    enterprise: str | None


class Workspace:
    """Starts even if Slack is down: the first use asks, and later ones ask again until Slack answers."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._known: Identity | None = None
        self._guard = threading.Lock()

    def identity(self) -> Identity:
        """Raises slack_sdk's errors while Slack does not answer."""
        with self._guard:
            if self._known is None:
                answer = self._client.auth_test()
                self._known = Identity(answer["team_id"], answer.get("enterprise_id"))
            return self._known

    def is_ours(self, user: dict[str, Any]) -> bool:
        """By users.info: the same team, or on Grid the same enterprise."""
        mine = self.identity()
        if user.get("team_id") == mine.team:
            return True
        enterprise = (user.get("enterprise_user") or {}).get("enterprise_id")
        return mine.enterprise is not None and enterprise == mine.enterprise
