"""Show the link in the owner's open window, from this process's memory: the view with the link is never stored."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain import retry
from bot.domain.ids import CredentialId
from bot.secret import Secret
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import collect
from bot.slack.ui import blocks

log = structlog.get_logger(__name__)

CLOSED = frozenset({"not_found", "view_not_found"})
FINAL = CLOSED | {"invalid_auth", "account_inactive", "token_revoked"}


class SlackNotifier:
    def __init__(self, client: WebClient, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client, self._sleep = client, sleep

    def show_link(self, view_id: str, link: Secret, until: datetime, credential: CredentialId) -> bool:
        """Nothing in the view can be pressed: Slack posts every press back to the app, view and all."""
        view = blocks.notice(collect.link_title(), collect.link(link.reveal(), until))
        for attempt in range(retry.LINK_MODAL_ATTEMPTS):
            try:
                self._client.views_update(view_id=view_id, view=view)
            except SlackApiError as refused:
                code = str(refused.response.get("error", ""))
                log.info("the window did not take the update", error=code, credential=credential)
                if code in FINAL:
                    return False
            except SLACK_IS_AWAY as away:
                log.info("Slack did not answer", error=type(away).__name__, credential=credential)
            else:
                return True
            if attempt < retry.LINK_MODAL_ATTEMPTS - 1:
                self._sleep(retry.wait(retry.LINK_MODAL).total_seconds())
        return False
