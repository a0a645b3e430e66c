"""The browser page: one Slack in a window, and its JSON API. Only this machine can reach it."""

import json
from collections.abc import Callable, Iterator
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from bot.sandbox.slack.answers import Answer
from bot.sandbox.slack.deliver import Courier
from bot.sandbox.slack.errors import SlackError, Unplayable
from bot.sandbox.slack.page_state import snapshot, who
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.person import Actor
from bot.sandbox.slack.state import Message
from bot.sandbox.slack.windows import View
from bot.sandbox.slack.world import World

STATIC = Path(__file__).parent / "static"
HEARTBEAT_SECONDS = 15.0
LOOPBACK = ("127.0.0.1", "localhost")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _where(world: World, sent: Json) -> Message | View:
    if ident := sent.get("view_id"):
        view = world.windows.find(str(ident))
        if view is None:
            raise Unplayable("That window is closed.")
        return view
    message = world.workspace.message(str(sent.get("channel")), str(sent.get("ts")))
    if message is None:
        raise Unplayable("That message is gone.")
    return message


def _view(world: World, sent: Json) -> View:
    where = _where(world, sent)
    if not isinstance(where, View):
        raise Unplayable("That is no window.")
    return where


def _press(world: World, me: Actor, sent: Json) -> Answer:
    where = _where(world, sent)
    try:
        return me.press(where, sent["action_id"], sent.get("value"), block_id=sent["block_id"])
    except Unplayable:  # the app changed it between drawing and pressing
        raise Unplayable("This has just changed, and the button is gone.") from None


def _select(world: World, me: Actor, sent: Json) -> Answer:
    return me.select(_where(world, sent), sent["block_id"], sent["action_id"], sent.get("value"))


def _submit(world: World, me: Actor, sent: Json) -> Answer:
    return me.submit(_view(world, sent), sent.get("values") or {})


def _suggest(world: World, me: Actor, sent: Json) -> Answer:
    return me.suggest(_view(world, sent), sent["block_id"], str(sent.get("typed") or ""))


def _close(world: World, me: Actor, sent: Json) -> Answer:
    return me.close(_view(world, sent), whole_stack=bool(sent.get("whole_stack")))


def _command(_world: World, me: Actor, sent: Json) -> Answer:
    return me.command(sent["text"], sent.get("channel", ""))


def _say(_world: World, me: Actor, sent: Json) -> Answer:
    me.say(sent["text"], sent.get("channel", ""))
    return Answer()


def _shortcut(_world: World, me: Actor, sent: Json) -> Answer:
    return me.shortcut(sent["callback_id"])


def _message_shortcut(world: World, me: Actor, sent: Json) -> Answer:
    where = _where(world, sent)
    if not isinstance(where, Message):
        raise Unplayable("That is no message.")
    return me.message_shortcut(sent["callback_id"], where)


def _home(_world: World, me: Actor, _sent: Json) -> Answer:
    me.open_home()
    return Answer()


ACTS: dict[str, Callable[[World, Actor, Json], Answer]] = {
    "press": _press,
    "select": _select,
    "submit": _submit,
    "suggest": _suggest,
    "close": _close,
    "command": _command,
    "say": _say,
    "shortcut": _shortcut,
    "message_shortcut": _message_shortcut,
    "home": _home,
}


def _stream(world: World) -> Iterator[str]:
    """Server-Sent Events that say only "look again"."""
    seen = -1
    while not world.stopping.is_set():
        seen = _next_revision(world, seen)
        yield f"data: {json.dumps({'revision': seen})}\n\n"


def _next_revision(world: World, seen: int) -> int:
    workspace = world.workspace
    with workspace.lock:
        workspace.changed.wait_for(lambda: workspace.revision != seen or world.stopping.is_set(), HEARTBEAT_SECONDS)
        return workspace.revision


def _only_from_here() -> None:
    """A foreign site must not control the page: a wrong Host (rebinding) and non-JSON posts (forms) are refused."""
    if request.host.rpartition(":")[0] not in LOOPBACK:
        abort(403)
    if request.method == "POST" and request.mimetype != "application/json":
        abort(415)


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def page(world: World, courier: Courier) -> Blueprint:
    views = Blueprint("page", __name__)

    views.before_request(_only_from_here)
    views.after_request(_guard)

    @views.get("/")
    @views.get("/archives/<path:_message>")
    def index(_message: str = "") -> Response:
        return send_from_directory(STATIC, "index.html")

    @views.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name)

    @views.get("/page/files/<ident>")
    def file(ident: str) -> Response:
        found = world.uploads.get(ident)
        if found is None or found["content"] is None:
            abort(404)
        return Response(found["content"], mimetype=guess_type(found["name"])[0] or "application/octet-stream")

    @views.get("/page/state")
    def state() -> Response:
        return jsonify(snapshot(world, request.args.get("user", "")))

    @views.get("/page/events")
    def events() -> Response:
        return Response(_stream(world), mimetype="text/event-stream")

    @views.post("/page/<act>")
    def do(act: str) -> tuple[Any, int]:
        sent = request.get_json()
        if act not in ACTS:
            abort(404)
        try:
            answer = ACTS[act](world, Actor(world, courier, who(world, str(sent.get("user")))), sent)
        except (Unplayable, SlackError, KeyError) as problem:
            return jsonify(ok=False, error="not_possible", sentence=str(problem), errors={}), 200
        said = {"ok": answer.ok, "error": answer.error, "sentence": answer.sentence, "errors": answer.errors}
        return jsonify(**said, suggested=answer.suggested), 200

    return views
