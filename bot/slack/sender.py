"""The sender: brings each message in Slack up to date with the rows, at least once, whatever Slack does meanwhile."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.flows import access, own
from bot.ports import Clock, Errand, Posted, Tx, Work
from bot.slack.error_codes import LOST, NEVER, NOBODY, UNREACHABLE
from bot.slack.link_modal import CLOSED
from bot.slack.messages.chart import NotDrawn
from bot.slack.messages.context import Scene
from bot.slack.messages.entitlement_of import ABOUT, OF_ACCOUNT
from bot.slack.messages.registry import render
from bot.slack.people import SLACK_IS_AWAY, SlackPeople, is_rate_limit, retry_after
from bot.slack.ui import blocks
from bot.slack.ui.message import File, Message

log = structlog.get_logger(__name__)

AT_ONCE = 4
BATCH = 20
CLAIM = timedelta(seconds=60)
LONGEST_WAIT = 300  # seconds between tries while Slack is away
LATELY = timedelta(hours=24)  # a change of an approver group within it is shown
DAY = timedelta(days=1)


class _Taken(Exception):
    """The claim ran out before anything was sent, and another worker has the message."""


class Sender:
    def __init__(
        self, work: Work, clock: Clock, people: SlackPeople, catalog: Catalog, client: WebClient, command: str
    ) -> None:
        self._work, self._clock, self._people, self._catalog, self._client = work, clock, people, catalog, client
        self._command = command
        self._dms: dict[str, str] = {}
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send")

    def run_once(self) -> int:
        """Sends what is due; returns how many rows it had."""
        with self._work.begin() as tx:
            due = tx.outbox.due(self._clock.now(), BATCH)
        return sum(self._pool.map(self._send, due))

    def _send(self, errand: Errand) -> int:
        now = self._clock.now()
        changed_at = self._group_changed(errand, now)
        with self._work.begin() as tx:
            if not tx.outbox.claim(errand.id, now, now + CLAIM):
                return 0
            revision = tx.outbox.wanted_revision(errand.id)
            shown = tx.messages.shown(errand.notice, errand.subject, errand.to)
            message = render(Scene(tx, self._catalog, now, self._command, changed_at), errand)
        try:
            posted = None if message is None else self._bring(errand, message, shown, revision, now + CLAIM)
        except _Taken:
            log.info("another worker sends this message by now", notice=errand.notice, subject=errand.subject)
        except SlackApiError as refused:
            self._refused(errand, refused, revision)
        except SLACK_IS_AWAY as away:
            self._later(errand, _wait(errand), type(away).__name__)
        else:
            self._done(errand, posted, revision)
        return 1

    def _group_changed(self, errand: Errand, now: datetime) -> datetime | None:
        """When a user group of the approvers was last edited, if that is recent: anybody may have joined it."""
        if errand.notice not in {Notice.APPROVAL, Notice.REMINDER}:
            return None
        entitlement = self._entitlement(errand)
        groups = self._usergroups(entitlement) if entitlement else ()
        changed = self._people.changed_at(groups) if groups else None
        return changed if changed is not None and now - changed < LATELY else None

    def _usergroups(self, entitlement: Entitlement) -> tuple[str, ...]:
        escalation = access.escalation_of(self._catalog, entitlement)
        mine = self._catalog.approvers_of(entitlement).usergroups
        return (*mine, *(escalation.usergroups if escalation else ()))

    def _bring(
        self, errand: Errand, message: Message, shown: Posted | None, revision: int, held: datetime
    ) -> Posted | None:
        if errand.notice is Notice.COLLECT_WINDOW:
            self._redraw(errand.to, message)
            return None
        if message.files:
            return self._upload(errand, message, revision, held)
        drawn: list[Any] = list(message.blocks)
        if shown is not None:
            try:
                self._client.chat_update(channel=shown.channel, ts=shown.ts, text=message.text, blocks=drawn)
                return Posted(shown.channel, shown.ts, revision)
            except SlackApiError as refused:
                if refused.response.get("error") not in LOST:
                    raise
        answer = self._client.chat_postMessage(
            channel=self._channel(errand.to), text=message.text, blocks=drawn, unfurl_links=False, unfurl_media=False
        )
        return Posted(str(answer["channel"]), str(answer["ts"]), revision)

    def _redraw(self, view_id: str, message: Message) -> None:
        """A window of the owner's; one that was closed needs nothing more."""
        try:
            self._client.views_update(view_id=view_id, view=blocks.modal(message.text, message.blocks))
        except SlackApiError as refused:
            if refused.response.get("error") not in CLOSED:
                raise

    def _upload(self, errand: Errand, message: Message, revision: int, held: datetime) -> Posted:
        """One message with its files. Slack does not say where it stands, so it is never updated.

        To make the files takes part of the claim: it's renewed before anything is sent. Raises _Taken.
        """
        channel = self._channel(errand.to)
        files = [made for each in message.files if (made := _made(each))]
        with self._work.begin() as tx:
            if not tx.outbox.claim_longer(errand.id, held, self._clock.now() + CLAIM):
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

    def _done(self, errand: Errand, posted: Posted | None, revision: int) -> None:
        with self._work.begin() as tx:
            tx.outbox.done(errand.id, revision, self._clock.now())  # its row before its message, as in the pruning
            if posted is not None:
                tx.messages.keep(errand.notice, errand.subject, errand.to, posted, self._clock.now())

    def _refused(self, errand: Errand, refused: SlackApiError, revision: int) -> None:
        code = str(refused.response.get("error", "unknown"))
        if is_rate_limit(refused):
            self._later(errand, retry_after(refused), code)
        elif code in UNREACHABLE and errand.to[:1] not in {"U", "W"}:
            self._each_approver(errand, code)
        elif code in NOBODY:
            log.warning("nobody reads this message any more", notice=errand.notice, to=errand.to, error=code)
            self._give_up(errand)
        elif code in NEVER:
            self._never(errand, code, revision)
        else:
            log.warning("Slack refused a message", notice=errand.notice, to=errand.to, error=code)
            self._later(errand, _wait(errand), code)

    def _never(self, errand: Errand, code: str, revision: int) -> None:
        """Slack will not take what we drew, however often it is sent: a fault of ours. The admins hear once a day."""
        log.error("Slack refuses what a message shows", notice=errand.notice, to=errand.to, error=code)
        now = self._clock.now()
        facts = {"notice": errand.notice.value, "to": errand.to, "error": code}
        with self._work.begin() as tx:
            tx.outbox.refused(errand.id, revision, code)
            tx.record(Tag.MESSAGE_REFUSED, errand.subject, by=LATCHKEY, at=now, facts=facts)
            kind = f"{errand.notice}/{code}"
            if errand.notice is not Notice.UNDELIVERED and tx.once(f"refused/{kind}", now, now - DAY):
                tx.outbox.want(Notice.UNDELIVERED, f"{kind}/{now:%Y-%m-%d}", *self._catalog.admins)

    def _each_approver(self, errand: Errand, code: str) -> None:
        """The channel cannot be reached: a DM to each approver instead."""
        log.warning("a channel cannot be reached; the approvers get DMs", channel=errand.to, error=code)
        try:
            places = self._approvers(errand)
        except Refused:
            self._later(errand, _wait(errand), code)
            return
        with self._work.begin() as tx:
            people_instead(tx, errand, places, self._clock.now())

    def _approvers(self, errand: Errand) -> frozenset[str]:
        if errand.notice in OF_ACCOUNT:
            with self._work.begin() as tx:
                row = tx.adopted.get(errand.subject.partition("/")[0])
            return own.approvers(self._people, self._catalog, row.account) if row else frozenset()
        entitlement = self._entitlement(errand)
        if entitlement is None:
            return frozenset(self._catalog.admins)
        return frozenset(access.approvers_now(self._people, self._catalog, entitlement))

    def _entitlement(self, errand: Errand) -> Entitlement | None:
        """Of what this message speaks."""
        find = ABOUT.get(errand.notice)
        with self._work.begin() as tx:
            name = find(tx, errand.subject) if find else None
        return self._catalog.entitlements.get(name) if name else None

    def _give_up(self, errand: Errand) -> None:
        with self._work.begin() as tx:
            tx.outbox.done(errand.id, tx.outbox.wanted_revision(errand.id), self._clock.now())

    def _later(self, errand: Errand, seconds: float, why: str) -> None:
        with self._work.begin() as tx:
            tx.outbox.later(errand.id, self._clock.now() + timedelta(seconds=seconds), why)


def people_instead(tx: Tx, errand: Errand, places: Iterable[str], now: datetime) -> None:
    """The channel's row first: it sorts before people's, and rows of one subject are locked in that order."""
    tx.outbox.done(errand.id, tx.outbox.wanted_revision(errand.id), now)
    tx.outbox.want(errand.notice, errand.subject, *places)


def _made(file: File) -> dict[str, Any] | None:
    try:
        content = file.make()
    except NotDrawn as missing:
        log.warning("a file of a message was not made", file=file.name, error=str(missing))
        return None
    return {"filename": file.name, "title": file.title, "content": content, "alt_txt": file.alternative}


def _wait(errand: Errand) -> float:
    return float(min(2 ** min(errand.tries, 16), LONGEST_WAIT))
