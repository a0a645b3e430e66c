"""Patches of libraries, so that a test process computes once what each of its tests would repeat.

One Latchkey computes it once, too, and has none of these. If a new release of a library lacks a name that is used here,
delete that part: it only saves time.
"""

import email.parser
import gc
import http.client
import importlib.metadata
import re
import socketserver
import sys
import threading
from collections.abc import Callable, Hashable
from functools import cache, lru_cache, partial
from http.client import HTTPMessage
from queue import SimpleQueue
from types import FunctionType, MethodType
from typing import Any, BinaryIO, ClassVar

import botocore.hooks
import botocore.httpsession
import botocore.session
import sqlalchemy
import structlog
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser
from sqlalchemy import Dialect, Engine

import bot.store.engine

_first: dict[str, tuple[Dialect, Any]] = {}


def _compile_each_statement_once(*given: Any, **named: Any) -> Engine:
    """Each test has its own engine, and SQLAlchemy caches compiled statements per engine and dialect."""
    engine = sqlalchemy.create_engine(*given, **named)
    engine.dialect, engine._compiled_cache = _first.setdefault(
        engine.dialect.name, (engine.dialect, engine._compiled_cache)
    )
    return engine


bot.store.engine.create_engine = _compile_each_statement_once


# Columns, colours and each frame's variables are for people at a terminal, and take three times as long.
structlog._config._BUILTIN_DEFAULT_PROCESSORS[-2:] = [
    structlog.processors.format_exc_info,
    structlog.processors.KeyValueRenderer(key_order=["level", "event"], repr_native_str=False),
]
structlog.reset_defaults()

gc.disable()  # until pytest has collected the tests: thousands of objects that stay, with nothing to free


def pytest_collection_finish() -> None:
    """Objects that exist now stay, so the garbage collector needn't scan them."""
    if "slack_bolt" in sys.modules:
        _name_arguments_once()
    if "werkzeug.routing" in sys.modules:
        _compile_each_route_once()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


# --- HTTP: Python parses the headers of requests and answers as it parses e-mail: a fifth of each exchange ------------

_HEADER = re.compile(r"([!-9;-~]+):[ \t]*([^\r\n]*)\r\n")
_HEADERS = re.compile(rf"(?:{_HEADER.pattern})*\r\n")


def _parse_headers(fp: BinaryIO, _class: type[HTTPMessage] = HTTPMessage) -> HTTPMessage:
    """As Python's own, for headers of one line each. It parses all others."""
    text = b"".join(http.client._read_headers(fp)).decode("iso-8859-1")  # type: ignore[attr-defined]
    if not _HEADERS.fullmatch(text):
        return email.parser.Parser(_class=_class).parsestr(text)
    found = _class()
    for name, value in _HEADER.findall(text):
        found[name] = value
    return found


http.client.parse_headers = _parse_headers  # type: ignore[assignment]


class _Turns(threading.Thread):
    """Takes one connection after another. It costs more to start a thread than to answer most requests."""

    free: ClassVar[list["_Turns"]] = []

    def __init__(self) -> None:
        super().__init__(name="connections", daemon=True)
        self.connections = SimpleQueue[Callable[[], None]]()
        self.start()

    def run(self) -> None:
        while True:
            self.connections.get()()
            self.free.append(self)


def _process_request(server: socketserver.ThreadingMixIn, request: Any, client_address: Any) -> None:
    assert server.daemon_threads, "its threads would be waited for"
    try:
        thread = _Turns.free.pop()
    except IndexError:
        thread = _Turns()
    thread.connections.put(partial(server.process_request_thread, request, client_address))


socketserver.ThreadingMixIn.process_request = _process_request  # type: ignore[method-assign]
importlib.metadata.version = cache(importlib.metadata.version)  # each of werkzeug's servers reads its own


# --- boto3: a test has a session of its own, and each session reads and names the same anew ---------------------------


class _Aliaser(EventAliaser):
    """Renames each event once."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._alias_name_cache = self.names


_takes_words = lru_cache(512)(botocore.hooks.accepts_kwargs)
botocore.hooks.accepts_kwargs = lambda handler: _takes_words(getattr(handler, "__func__", handler))
botocore.session.EventAliaser = _Aliaser
botocore.session.create_loader = cache(botocore.session.create_loader)
botocore.httpsession.create_urllib3_context = cache(botocore.httpsession.create_urllib3_context)  # TLS isn't used


def _once_for_each_service(make: Callable[..., Any]) -> Callable[..., Any]:
    made: dict[str, Any] = {}

    def once(creator: ClientCreator, service: str, *given: Any) -> Any:
        if service not in made:
            made[service] = make(creator, service, *given)
        return made[service]

    return once


for _step in ("_load_service_model", "_create_client_class"):
    setattr(ClientCreator, _step, _once_for_each_service(getattr(ClientCreator, _step)))


# --- Bolt and Flask: a test has apps of its own, with the listeners and routes of every other -------------------------


def _name_arguments_once() -> None:
    """Bolt inspects the signature of each listener, matcher and middleware of an app."""
    from slack_bolt.util import utils

    inspected, known = utils.get_arg_names_of_callable, dict[Hashable, list[str]]()

    def named(func: Callable[..., Any]) -> list[str]:
        key = _signature(func)
        if key is None:
            return inspected(func)
        if key not in known:
            known[key] = inspected(func)
        return list(known[key])

    for name, module in list(sys.modules.items()):
        if name.startswith("slack_bolt.") and vars(module).get("get_arg_names_of_callable") is inspected:
            module.get_arg_names_of_callable = named  # type: ignore[attr-defined]


def _signature(func: Any) -> Hashable | None:
    """What the names depend on: equal for the same function of two apps. None if this can't be told."""
    if isinstance(func, partial):
        inner = _signature(func.func)
        return inner and (inner, len(func.args), *func.keywords)
    if isinstance(func, MethodType):
        return _signature(func.__func__)
    return func.__code__ if isinstance(func, FunctionType) and not hasattr(func, "__wrapped__") else None


def _compile_each_route_once() -> None:
    """Werkzeug writes, parses and compiles two functions for each route of an app."""
    from werkzeug.routing import Rule

    made, known = Rule._compile_builder, dict[Hashable, Any]()

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # a default becomes a constant of the function
            return made(rule, append_unknown)
        key = (rule.rule, *rule._trace, append_unknown)
        if key not in known:
            known[key] = made(rule, append_unknown)
        return known[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
