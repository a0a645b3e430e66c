"""The owner's window of a collect: it opens with "Preparing…", then the checks run, and it shows a refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.domain.credential import Credential
from bot.domain.errors import AlreadyDone, Reason, Refused
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.flows.issuing.intent import Window
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import collect, formatting, general, labels, refusals
from bot.slack.ui import blocks, cards, respond
from bot.slack.ui.blocks import Json, actions, button, section
from bot.slack.ui.respond import Body

log = structlog.get_logger(__name__)

Begin = Callable[[Window, DeliveryId | None], object]
"""Takes the window and the delivery; writes the intent, or raises Refused or AlreadyDone."""
ALARM_EVERY = timedelta(minutes=15)
WINDOW = "window/{}"  # the flag of a window; its value is the person


def open_first(deps: Deps, body: Body, begin: Begin) -> None:
    """Open the window before writing the intent: a trigger lives three seconds, and the link needs a window.

    A link goes only where Slack opened a window for the owner's own click: in the window of the press if that is
    remembered as theirs, else in a new one.
    """
    by, pressed_in = SlackUserId(respond.who(body)), respond.in_window(body)
    if pressed_in and is_theirs(deps, pressed_in, by):
        window = respond.show(deps, body, preparing())
    else:
        window = respond.open_new(deps, body, preparing())
        remember(deps, window, by)
    fill(deps, body, window, begin)


def remember(deps: Deps, window: str, by: SlackUserId) -> None:
    """Slack opened this window for this person, and a link may be shown in it."""
    with deps.work.begin() as tx:
        tx.set_flag(WINDOW.format(window), by, deps.clock.now())


def is_theirs(deps: Deps, window: str, by: SlackUserId) -> bool:
    """Whether it was remembered as this person's: a forged submission can name any window."""
    with deps.work.begin() as tx:
        return tx.flag(WINDOW.format(window)) == by


def fill(deps: Deps, body: Body, window: str, begin: Begin) -> None:
    """Write the intent for an open window. The worker shows the link there; a refusal is shown at once."""
    shown: Json | None = _broken()
    refused: Refused | None = None
    try:
        begin(Window(window, deps.clock.now()), respond.delivery(body))
        shown = None
    except AlreadyDone:
        shown = None
    except Refused as refusal:
        refused, shown = refusal, _refused(refusal, deps.command, deps.clock.now())
        if refusal.reason is Reason.NO_WORKER:
            _notify_admins(deps)
    finally:
        if shown is not None:
            respond.redraw(deps, window, shown)
    if refused is not None:
        respond.refused(deps, body, refused.reason.value)
    deps.wake()


def preparing() -> Json:
    return blocks.notice(collect.preparing_title(), collect.preparing())


def _broken() -> Json:
    return blocks.notice(collect.failure_title(), general.sorry())


def _refused(refusal: Refused, command: str, now: datetime) -> Json:
    said = section(refusals.sentence(refusal, command))
    credential = str(refusal.facts.get("credential") or "")
    rows: dict[Reason, Json] = {
        Reason.REVEALED: actions(
            button(labels.MAKE_NEW, Action.CREDENTIAL_REPLACE, credential),
            button(
                labels.NOT_ME,
                Action.CREDENTIAL_DISOWN,
                credential,
                style="danger",
                confirm=blocks.confirm(labels.not_me()),
            ),
        ),
        Reason.ALREADY_COLLECTED: actions(button(labels.ROTATE, Action.CREDENTIAL_ROTATE, credential)),
    }
    offered = [rows[refusal.reason]] if credential and refusal.reason in rows else []
    return blocks.modal(collect.failure_title(), [said, *offered, *_held_keys(refusal.facts.get("held", ()), now)])


def _held_keys(held: object, now: datetime) -> list[Json]:
    """Two working keys, each with Switch off; or the old one, with Delete now. The last working key has no button."""
    rows = [each for each in held if isinstance(each, Credential)] if isinstance(held, tuple) else []
    gone = [(each, delete) for each in rows if (delete := cards.delete_now(each, rows, now))]
    if gone:
        return [section(formatting.key(each.access_key_id), delete) for each, delete in gone]
    live = [each for each in rows if each.state is CredentialState.LIVE and not each.pending_action]
    return (
        [section(formatting.key(each.access_key_id), cards.switch_off(each)) for each in live] if len(live) > 1 else []
    )


def _notify_admins(deps: Deps) -> None:
    """Notify the admins from this process: without a worker nobody sends the outbox."""
    now = deps.clock.now()
    with deps.work.begin() as tx:
        if not tx.once("no-worker", now, now - ALARM_EVERY):
            return
    for admin in deps.catalog.admins:
        try:
            channel = deps.client.conversations_open(users=admin)["channel"]["id"]
            deps.client.chat_postMessage(channel=channel, text=general.no_worker(), unfurl_links=False)
        except SLACK_IS_AWAY as away:
            log.warning("an admin was not told that no worker runs", admin=admin, error=type(away).__name__)
