"""The private answer to a press or a command, and the window that it opens."""

from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.domain.errors import AlreadyDone, LatchkeyError, Reason, Refused
from bot.domain.ids import DeliveryId
from bot.flows.audit import refusals
from bot.slack.answer_url import is_slacks
from bot.slack.context import Deps
from bot.slack.ids import Action, Block
from bot.slack.people import SLACK_IS_AWAY
from bot.slack.text import labels
from bot.slack.ui import blocks

log = structlog.get_logger(__name__)

Body = dict[str, Any]
RESPOND_SECONDS = 5
SPENT = "exchanged_trigger_id"


def who(body: Body) -> str:
    """The presser: a command's user_id, an interaction's user.id."""
    return str(body.get("user_id") or (body.get("user") or {}).get("id", ""))


def value(body: Body) -> str:
    """The pressed button's value: a row's id, if the client is honest."""
    return str((body.get("actions") or [{}])[0].get("value", ""))


def selected(body: Body) -> str:
    """The value of the option that was chosen."""
    return str(((body.get("actions") or [{}])[0].get("selected_option") or {}).get("value", ""))


def delivery(body: Body) -> DeliveryId | None:
    """An id that stays the same for Slack's retries and replays: a window is submitted once, a trigger used once."""
    if body.get("type") == "view_submission":
        return DeliveryId(f"view:{body['view']['id']}")
    trigger = body.get("trigger_id")
    return DeliveryId(f"trigger:{trigger}"[:255]) if trigger else None


def repeated(deps: Deps, body: Body) -> bool:
    """Whether this delivery had its effect before: what it is told then is no refusal of a new attempt."""
    known = delivery(body)
    if known is None:
        return False
    with deps.work.begin() as tx:
        return tx.delivered(known)


def refused(deps: Deps, body: Body, reason: str) -> None:
    """Record the attempt in the audit log, after the person was answered. Never raises: they have their answer."""
    action, subject = _attempt(body)
    try:
        refusals.record(deps, by=who(body), action=action, subject=subject, reason=reason)
    except Exception:  # a process edge: the database can be away
        log.exception("a refused attempt wasn't recorded", action=action, reason=reason)


def _attempt(body: Body) -> tuple[str, str]:
    """What was pressed, submitted or typed, and on which row. The rest of a command isn't recorded."""
    if body.get("actions"):
        return str(body["actions"][0].get("action_id", "")), value(body)
    view = body.get("view") or {}
    if view.get("callback_id"):
        fields = (view.get("state") or {}).get("values") or {}
        chosen = (fields.get(each) or {} for each in (Block.KEY.value, Block.ENTITLEMENT.value))
        picked = ((each.get(Action.VALUE.value) or {}).get("selected_option") or {} for each in chosen)
        subject = view.get("private_metadata") or next((each["value"] for each in picked if each.get("value")), "")
        return str(view["callback_id"]), str(subject)
    word = next(iter(str(body.get("text") or "").split(maxsplit=1)), "")
    return f"command:{word if word.isalpha() else ''}"[:24], "command"


def on_home(body: Body) -> bool:
    return bool((body.get("view") or {}).get("type") == "home")


def in_window(body: Body) -> str | None:
    """The id of the modal in which this was pressed."""
    view = body.get("view") or {}
    return str(view["id"]) if view.get("type") == "modal" else None


def answer(deps: Deps, body: Body, sentence: str, shown: Sequence[blocks.Json] = (), *, instead: bool = False) -> None:
    """Answer by response_url if there is one, else in a window. Never raises.

    `shown` are blocks to show for the sentence. `instead`: in place of the message, if only the presser sees it.
    """
    try:
        url = str(body.get("response_url") or "")
        if is_slacks(url, deps.client.base_url):
            webhook = WebhookClient(url, timeout=RESPOND_SECONDS)
            alone = bool((body.get("container") or {}).get("is_ephemeral"))
            webhook.send(
                text=sentence,
                blocks=list(shown) or None,
                response_type="ephemeral",
                replace_original=instead and alone,
            )
        elif body.get("trigger_id"):
            view = blocks.modal(labels.APP, shown) if shown else blocks.notice(labels.APP, sentence)
            show(deps, body, view)
    except (*SLACK_IS_AWAY, LatchkeyError) as away:
        log.info("an answer did not reach Slack", error=_code(away))


def show(deps: Deps, body: Body, view: blocks.Json) -> str:
    """In the window of the press where there is one, else in a new one; returns its id.

    Raises AlreadyDone for a repeated delivery, whose trigger is spent, and Refused where no window opened.
    """
    if not (window := in_window(body)) or body.get("type") != "block_actions":
        return open_new(deps, body, view)
    try:
        deps.client.views_update(view_id=window, view=view)
    except SLACK_IS_AWAY as away:
        log.info("a window did not take its update", error=_code(away))
        raise Refused(Reason.NO_WINDOW) from away
    return window


def open_new(deps: Deps, body: Body, view: blocks.Json) -> str:
    """In a new window, above the one of the press if there is one. Its id comes from Slack, for that person's click.

    The id of the window in a press can be that of anybody's window, if somebody else has the signing secret. Raises as
    `show` does.
    """
    try:
        above = in_window(body) and body.get("type") == "block_actions"  # Slack opens none while another one is open
        opened = (deps.client.views_push if above else deps.client.views_open)(trigger_id=body["trigger_id"], view=view)
    except SLACK_IS_AWAY as away:
        if _code(away) == SPENT:
            raise AlreadyDone from away
        log.info("a window did not open", error=_code(away))
        raise Refused(Reason.NO_WINDOW) from away
    return str(opened["view"]["id"])


def redraw(deps: Deps, view_id: str, view: blocks.Json) -> None:
    """Replace what a window shows. Never raises: a closed window needs no update."""
    try:
        deps.client.views_update(view_id=view_id, view=view)
    except SLACK_IS_AWAY as away:
        log.info("a window did not take its update", error=_code(away))


def _code(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
