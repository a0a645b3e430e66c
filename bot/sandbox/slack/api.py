"""The Web API: /api/<method>, its tokens, scopes and planned faults, and the response_urls.

Answered before Flask, whose routing and contexts take longer than these answers.
"""

import json
import socket
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from bot.sandbox.slack import api_chat, api_people, api_views
from bot.sandbox.slack.calls import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.faults import Fault, Kind
from bot.sandbox.slack.people import Json
from bot.sandbox.slack.response_url import respond
from bot.sandbox.slack.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS: dict[str, Method] = {**api_people.METHODS, **api_chat.METHODS, **api_views.METHODS}
ALL_SCOPES = frozenset(scope for method in METHODS.values() for scope in method.scopes) | {
    "commands", "im:history", "channels:history", "groups:history",
}  # fmt: skip
JSON_ARGUMENTS = ("files", "metadata", "attachments")
# Errors that an app should expect; any other is recorded as a complaint.
ORDINARY = {
    "not_found", "hash_conflict", "message_not_found", "channel_not_found", "user_not_found", "users_not_found",
    "is_archived", "not_in_channel", "user_disabled", "user_not_in_channel", "ratelimited",
}  # fmt: skip


def _arguments(request: Request) -> Json:
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise SlackError("invalid_json" if body is None else "json_not_object")
        return body
    arguments: Json = {**request.args.to_dict(), **request.form.to_dict()}
    for name in JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def _check_token(world: World, request: Request, method: Method, arguments: Json) -> None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))
    arguments.pop("token", None)
    if not method.token:
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (world.bot_token, world.app_token):
        raise SlackError("invalid_auth")
    if token != (world.app_token if method.token == "app" else world.bot_token):
        raise SlackError("not_allowed_token_type")
    if method.scopes and not world.scopes & set(method.scopes):
        raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(world.scopes)))


def _answer(world: World, request: Request, name: str, fault: Fault | None) -> Json:
    arguments: Json = {}
    try:
        arguments = _arguments(request)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        _check_token(world, request, method, arguments)
        if fault and fault.kind is Kind.FAIL:
            raise SlackError(fault.error)
        body: Json = {"ok": True, **method.run(Call(world, arguments))}
    except SlackError as refusal:
        body = refusal.as_json()
        planted = fault is not None and fault.kind is Kind.FAIL
        if refusal.code not in ORDINARY and not planted and name != "api.test":
            world.workspace.complain(f"{name}: {refusal.code} {'; '.join(refusal.messages)}".strip())
    world.traffic.note("in", name, request.get_data(as_text=True), body, arguments)
    return body


def _cut(request: Request) -> Response:
    """Cut the connection: SO_LINGER 0 makes the kernel send RST when the server closes it."""
    line = request.environ["werkzeug.socket"]
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)
    return Response("", 503)  # no one reads it


def _json(body: Json, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def _bad_day(world: World, request: Request, name: str, fault: Fault) -> Response | None:
    if fault.kind is Kind.RATE_LIMIT:
        world.traffic.note("in", name, request.get_data(as_text=True), "429")
        limited = _json({"ok": False, "error": "ratelimited"}, 429)
        limited.headers["Retry-After"] = str(fault.retry_after)
        return limited
    if fault.kind is Kind.UNAVAILABLE:
        return Response("upstream connect error", 503, mimetype="text/plain")
    return _cut(request) if fault.kind is Kind.RESET else None


def _call(world: World, request: Request, name: str) -> Response:
    fault = world.faults.next_for(name)
    if fault and (early := _bad_day(world, request, name, fault)):
        return early
    answer = _answer(world, request, name, fault)
    if fault and fault.kind is Kind.LOSE:
        return _cut(request)
    response = _json(answer)
    response.headers["x-oauth-scopes"] = ",".join(sorted(world.scopes))
    return response


def _response_url(world: World, request: Request, ident: str) -> Response:
    sent = request.get_json(silent=True)
    answer, status = respond(world, ident, sent)
    world.traffic.note(
        "in", "response_url", request.get_data(as_text=True), answer, sent if isinstance(sent, dict) else {}
    )
    return _json(answer, status)


def _upload(world: World, request: Request, ident: str) -> Response:
    if ident not in world.uploads:
        return Response("unknown file", 404)
    formed = request.mimetype == "multipart/form-data"  # otherwise the body is the file, whatever its type says
    content = next(iter(request.files.values())).read() if formed else request.get_data()
    world.uploads[ident]["content"] = content
    world.traffic.note("in", "upload", content.decode(errors="replace"), "OK")
    return Response("OK")


ADDRESSES: dict[str, tuple[frozenset[str], Callable[[World, Request, str], Response]]] = {
    "api": (frozenset({"GET", "POST"}), _call),
    "response": (frozenset({"POST"}), _response_url),
    "upload": (frozenset({"POST"}), _upload),
}
"""By the first part of the path: which HTTP methods it takes, and what answers."""


def web_api(world: World, others: "WSGIApplication") -> "WSGIApplication":
    """`others` answers every address but the Web API's."""

    def wsgi(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        _, _, path = environ["PATH_INFO"].partition("/")
        first, _, rest = path.partition("/")
        if first not in ADDRESSES:
            return others(environ, start_response)
        methods, answer = ADDRESSES[first]
        request = Request(environ)
        if request.method not in methods:
            return Response(status=405)(environ, start_response)
        request.get_data()  # parsed later; kept for the traffic log
        return answer(world, request, rest)(environ, start_response)

    return wsgi
