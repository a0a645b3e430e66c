"""The sender: brings each message in Slack up to date with the ledger, at least once, even if Slack is unavailable."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.domain import retry
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.subjects import Undelivered, row_id
from bot.flows import access, recipients
from bot.flows.home.viewer import viewer
from bot.flows.requests import routing
from bot.ports import OutboxItem, Posted, Transaction
from bot.slack.context import Deps
from bot.slack.error_codes import LOST, NEVER, NOBODY, UNREACHABLE
from bot.slack.link_modal import CLOSED
from bot.slack.messages.approval import facts
from bot.slack.messages.chart import NotDrawn
from bot.slack.messages.context import Scene
from bot.slack.messages.entitlement_of import ABOUT, ASKING, OF_ACCOUNT
from bot.slack.messages.registry import render
from bot.slack.people import SLACK_IS_AWAY, is_rate_limit, retry_after
from bot.slack.send_guard import guarded
from bot.slack.ui import blocks
from bot.slack.ui.message import File, Message

log = structlog.get_logger(__name__)

AT_ONCE = 4
BATCH = 20
CLAIM = timedelta(seconds=60)
DAY = timedelta(days=1)


class _Taken(Exception):
    """The claim expired before anything was sent, and another worker has the message."""


class Sender:
    def __init__(self, deps: Deps) -> None:
        self._deps, self._work, self._clock, self._catalog = deps, deps.work, deps.clock, deps.catalog
        self._people, self._client = deps.people, deps.client
        self._command, self._guide = deps.command, deps.guide
        self._dms: dict[str, str] = {}
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send")

    def run_once(self) -> int:
        """Sends what is due; returns how many rows it had."""
        with self._work.begin() as tx:
            due = tx.outbox.due(self._clock.now(), BATCH)
        return sum(self._pool.map(guarded(self._send, self._work, self._clock), due))

    def _send(self, item: OutboxItem) -> int:
        now = self._clock.now()
        known = facts.read(self._work, self._people, self._catalog, item, now)
        try:
            looks = viewer(self._deps, SlackUserId(item.to)) if item.notice is Notice.HOME else None
        except Refused as refused:
            self._nobody_looks(item, refused)
            return 1
        with self._work.begin() as tx:
            if not tx.outbox.claim(item.id, now, now + CLAIM):
                return 0
            revision = tx.outbox.wanted_revision(item.id)
            shown = tx.messages.shown(item.notice, item.subject, item.to)
            message = render(Scene(tx, self._catalog, now, self._command, self._guide, known, looks), item)
            if known.asked is not None:
                routing.warn(tx, self._catalog, RequestId(row_id(item.subject)), known.asked.problems, now)
        try:
            posted = None if message is None else self._bring(item, message, shown, revision, now + CLAIM)
        except _Taken:
            log.info("another worker sends this message by now", notice=item.notice, subject=item.subject)
        except SlackApiError as refused:
            self._refused(item, refused, revision)
        except SLACK_IS_AWAY as away:
            self._later(item, _backoff(item), type(away).__name__)
        else:
            self._done(item, posted, revision)
        return 1

    def _bring(
        self, item: OutboxItem, message: Message, shown: Posted | None, revision: int, held: datetime
    ) -> Posted | None:
        if item.notice is Notice.COLLECT_WINDOW:
            self._redraw(item.to, message)
            return None
        if item.notice is Notice.HOME:
            self._client.views_publish(user_id=item.to, view=blocks.home(message.blocks))
            return None
        if message.files:
            return self._upload(item, message, revision, held)
        drawn: list[Any] = list(message.blocks)
        if shown is not None:
            try:
                self._client.chat_update(channel=shown.channel, ts=shown.ts, text=message.text, blocks=drawn)
                return Posted(shown.channel, shown.ts, revision)
            except SlackApiError as refused:
                if refused.response.get("error") not in LOST:
                    raise
        answer = self._client.chat_postMessage(
            channel=self._channel(item.to), text=message.text, blocks=drawn, unfurl_links=False, unfurl_media=False
        )
        return Posted(str(answer["channel"]), str(answer["ts"]), revision)

    def _redraw(self, view_id: str, message: Message) -> None:
        """Update the owner's window. If it was closed, nothing more is needed."""
        try:
            self._client.views_update(view_id=view_id, view=blocks.modal(message.text, message.blocks))
        except SlackApiError as refused:
            if refused.response.get("error") not in CLOSED:
                raise

    def _upload(self, item: OutboxItem, message: Message, revision: int, held: datetime) -> Posted:
        """One message with its files. Slack doesn't say where it was posted, so it is never updated.

        Making the files takes part of the claim, so it is renewed before anything is sent. Raises _Taken.
        """
        channel = self._channel(item.to)
        files = [made for each in message.files if (made := _made(each))]
        with self._work.begin() as tx:
            if not tx.outbox.extend_claim(item.id, held, self._clock.now() + CLAIM):
                raise _Taken
        self._client.files_upload_v2(channel=channel, initial_comment=message.text, file_uploads=files)
        return Posted(channel, "", revision)

    def _channel(self, to: str) -> str:
        if to[:1] not in {"U", "W"}:
            return to
        with self._guard:
            known = self._dms.get(to)
        if known is None:
            known = str(self._client.conversations_open(users=to)["channel"]["id"])
            with self._guard:
                self._dms[to] = known
        return known

    def _done(self, item: OutboxItem, posted: Posted | None, revision: int) -> None:
        with self._work.begin() as tx:
            # its row before its message, as in the pruning
            tx.outbox.mark_delivered(item.id, revision, self._clock.now())
            if posted is not None:
                tx.messages.store(item.notice, item.subject, item.to, posted, self._clock.now())

    def _refused(self, item: OutboxItem, refused: SlackApiError, revision: int) -> None:
        code = str(refused.response.get("error", "unknown"))
        if is_rate_limit(refused):
            self._later(item, timedelta(seconds=retry_after(refused)), code)
        elif code in UNREACHABLE and item.to[:1] not in {"U", "W"}:
            self._each_approver(item, code)
        elif code in NOBODY:
            log.warning("nobody reads this message any more", notice=item.notice, to=item.to, error=code)
            self._give_up(item, others=self._instead(item))
        elif code in NEVER:
            self._never(item, code, revision)
        else:
            log.warning("Slack refused a message", notice=item.notice, to=item.to, error=code)
            self._later(item, _backoff(item), code)

    def _never(self, item: OutboxItem, code: str, revision: int) -> None:
        """Slack will never accept this message, so it is our bug. The admins are notified once a day."""
        log.error("Slack refuses what a message shows", notice=item.notice, to=item.to, error=code)
        now = self._clock.now()
        facts = {"notice": item.notice.value, "to": item.to, "error": code}
        with self._work.begin() as tx:
            tx.outbox.mark_refused(item.id, revision, code)
            tx.record(Tag.MESSAGE_REFUSED, item.subject, by=LATCHKEY, at=now, facts=facts)
            if item.notice is not Notice.UNDELIVERED and tx.once(f"refused/{item.notice}/{code}", now, now - DAY):
                alarm = Undelivered(item.notice, code, now.date())
                tx.outbox.enqueue(Notice.UNDELIVERED, str(alarm), *self._catalog.admins)

    def _each_approver(self, item: OutboxItem, code: str) -> None:
        """The channel cannot be reached: a DM to each approver instead."""
        log.warning("a channel cannot be reached; the approvers get DMs", channel=item.to, error=code)
        try:
            places = self._approvers(item)
        except Refused:
            self._later(item, _backoff(item), code)
            return
        with self._work.begin() as tx:
            people_instead(tx, item, places, self._clock.now())

    def _approvers(self, item: OutboxItem) -> Iterable[str]:
        if (find := OF_ACCOUNT.get(item.notice)) is not None:
            with self._work.begin() as tx:
                account = find(tx, item.subject)
            groups = access.account_groups(self._catalog, account) if account else ()
            return recipients.in_person(self._people, groups) or self._catalog.admins
        entitlement = self._entitlement(item)
        if entitlement is None:
            return self._catalog.admins
        if item.notice in ASKING:
            request = RequestId(row_id(item.subject))
            return routing.in_person(self._work, self._people, self._catalog, entitlement, request)
        return recipients.in_person(self._people, [self._catalog.approvers_of(entitlement)])

    def _entitlement(self, item: OutboxItem) -> Entitlement | None:
        """The entitlement that this message is about."""
        find = ABOUT.get(item.notice)
        with self._work.begin() as tx:
            name = find(tx, item.subject) if find else None
        return self._catalog.entitlements.get(name) if name else None

    def _instead(self, item: OutboxItem) -> tuple[str, ...]:
        """The admins, where no approver of a request is left to ask."""
        known = facts.read(self._work, self._people, self._catalog, item, self._clock.now())
        lost = known.asked is not None and not known.asked.mentions
        return tuple(each for each in self._catalog.admins if each != item.to) if lost else ()

    def _give_up(self, item: OutboxItem, others: Iterable[str]) -> None:
        with self._work.begin() as tx:
            people_instead(tx, item, others, self._clock.now())

    def _nobody_looks(self, item: OutboxItem, refused: Refused) -> None:
        """A tab that isn't drawn: its person is no longer a full member, or Slack doesn't say."""
        if refused.reason is Reason.NOT_A_MEMBER:
            self._give_up(item, ())
        else:
            self._later(item, _backoff(item), refused.reason.value)

    def _later(self, item: OutboxItem, wait: timedelta, why: str) -> None:
        with self._work.begin() as tx:
            tx.outbox.retry_at(item.id, self._clock.now() + wait, why)


def people_instead(tx: Transaction, item: OutboxItem, places: Iterable[str], now: datetime) -> None:
    """The channel's row first: it sorts before people's, and rows of one subject are locked in that order."""
    tx.outbox.mark_delivered(item.id, tx.outbox.wanted_revision(item.id), now)
    tx.outbox.enqueue(item.notice, item.subject, *places)


def _made(file: File) -> dict[str, Any] | None:
    try:
        content = file.make()
    except NotDrawn as missing:
        log.warning("a file of a message was not made", file=file.name, error=str(missing))
        return None
    return {"filename": file.name, "title": file.title, "content": content, "alt_txt": file.alternative}


def _backoff(item: OutboxItem) -> timedelta:
    return retry.wait(retry.SLACK_MESSAGE, item.tries + 1)
