"""Build the Bolt app: one table of listeners, and an answer to every press and command."""

import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.domain.errors import AlreadyDone, Refused
from bot.slack import awaited_ack, hidden_characters, overflow
from bot.slack.context import Deps
from bot.slack.listeners import (
    adopted,
    bulk_limit,
    claim,
    collect,
    disown,
    dispatch,
    drift,
    home,
    keep,
    listing,
    menu,
    pause,
    renew,
    report,
    revoke,
    rotate,
)
from bot.slack.listeners.audit import trail
from bot.slack.listeners.leaks import channel, close, contain, dismiss, incidents, reactivate, sessions
from bot.slack.listeners.leaks import disown as disown_key
from bot.slack.listeners.leaks import replace as replace_leaked
from bot.slack.listeners.leaks import report as report_leak
from bot.slack.listeners.replacement import replace
from bot.slack.listeners.requests import (
    again,
    ask,
    decide,
    pending,
    preapprove,
    questions,
    reminder,
    review,
    see_policy,
    shorten,
)
from bot.slack.listeners.usage import dossier
from bot.slack.middleware import Before, Next
from bot.slack.text import general, refusals
from bot.slack.ui import respond
from bot.slack.workspace import Workspace

log = structlog.get_logger(__name__)

LISTENERS = 32  # threads
ANYTHING = re.compile(r".*", re.DOTALL)
# Bolt asks one listener after another: what a whole company presses comes first
VERBS = (
    ask, adopted, again, decide, shorten, questions, reminder, see_policy, preapprove, review, collect, rotate, renew,
    revoke, listing, pending, pause, keep, replace, claim, disown, drift, bulk_limit, report, trail,
    dossier, channel, home, menu, report_leak, disown_key, contain, close, replace_leaked, reactivate, sessions,
    dismiss, incidents,
)  # fmt: skip
TIMEOUT_SECONDS = 10
OTHER_WORKSPACE = "other-workspace"  # why a press is refused before any flow is asked


def make_client(token: str, api_url: str | None) -> WebClient:
    """No retry handler, because a post repeated after a reset is posted twice. The outbox decides when to try again."""
    words: dict[str, Any] = {"base_url": api_url} if api_url else {}
    return WebClient(token=token, timeout=TIMEOUT_SECONDS, retry_handlers=[], **words)


def build_app(deps: Deps, workspace: Workspace, listeners: Executor | None = None) -> App:
    """Signatures are checked by the gate (HTTP) or by the socket's token. The app starts even if Slack is down."""
    app = App(
        name="latchkey",  # else Bolt reads the source of each caller to find one
        client=deps.client,
        authorize=_authorize(deps.client),
        token_verification_enabled=False,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        listener_executor=listeners or awaited_ack.Listeners(LISTENERS, thread_name_prefix="listener"),
    )
    app.use(awaited_ack.awaited)
    app.use(hidden_characters.take_out)
    app.use(_only_our_workspace(deps, workspace))
    app.use(overflow.choose)
    app.command(ANYTHING)(dispatch.listener(deps, _commands()))  # Bolt asks one listener after another
    for verb in VERBS:
        register = getattr(verb, "register", None)
        if register is not None:
            register(app, deps)
    for kind in (app.action, app.view, app.shortcut):
        kind(ANYTHING)(_unknown(deps))
    app.event(ANYTHING)(lambda: None)
    app.error(_sorry(deps))
    return app


def _authorize(client: WebClient) -> Callable[..., AuthorizeResult]:
    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    return authorize


def _only_our_workspace(deps: Deps, workspace: Workspace) -> Before:
    """The presser's own workspace, never the channel's: a shared channel has members of other workspaces."""

    def check(request: BoltRequest, go_on: Next) -> Any:
        body = request.body
        team = body["user"].get("team_id") if isinstance(body.get("user"), dict) else _commands_team(body)
        if team is None or _same(workspace, team, body):
            return go_on()
        respond.answer(deps, body, general.other_workspace())
        respond.refused(deps, body, OTHER_WORKSPACE)
        return request.context.ack()

    return Before(check)


def _commands_team(body: dict[str, Any]) -> str | None:
    """A command names the workspace it was typed in. For an app in a whole organization, only users.info knows."""
    return body.get("team_id") if "command" in body and body.get("is_enterprise_install") != "true" else None


def _same(workspace: Workspace, team: str, body: dict[str, Any]) -> bool:
    identity = workspace.identity()
    if team == identity.team:
        return True
    enterprise = (body.get("enterprise") or {}).get("id")
    return identity.enterprise is not None and enterprise == identity.enterprise


def _commands() -> dict[str, dispatch.Command]:
    return {word: act for verb in VERBS for word, act in getattr(verb, "COMMANDS", {}).items()}


def _unknown(deps: Deps) -> Callable[..., None]:
    def unknown(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        respond.answer(deps, body, general.unknown_button())

    return unknown


def _sorry(deps: Deps) -> Callable[..., BoltResponse]:
    def sorry(error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer a refusal. For any other error, log it without the body, and answer with a sentence."""
        if isinstance(error, Refused):
            if respond.repeated(deps, body):
                return BoltResponse(status=200, body="")
            said = Refused(error.reason, **error.facts, typed="command" in body)
            respond.answer(deps, body, refusals.sentence(said, deps.command))
            respond.refused(deps, body, error.reason.value)
        elif not isinstance(error, AlreadyDone):
            log.error("a listener failed", error=type(error).__name__, exc_info=error)
            respond.answer(deps, body, general.sorry())
        return BoltResponse(status=200, body="")

    return sorry
