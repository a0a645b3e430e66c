"""A proxy in front of a fake AWS or Slack: it records requests, and can hold, drop or corrupt a call."""

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from bot.sandbox.aws.standin import _Handler

PATIENCE = 60  # seconds that a held call waits, and that a test waits for it


@dataclass(frozen=True)
class Sent:
    """`name` is AWS's action or Slack's method; `user` the IAM user it is about."""

    name: str
    user: str
    body: str

    @property
    def plain(self) -> str:
        return unquote_plus(self.body)


Wanted = Callable[[Sent], bool]


class Held:
    """One held call: before it is performed, or after it with its response."""

    def __init__(self, wanted: Wanted, skip: int, *, after: bool) -> None:
        self.wanted, self.skip, self.after = wanted, skip, after
        self.sent: Sent | None = None
        self._arrived, self._let_go = threading.Event(), threading.Event()
        self._lost = True

    def here(self) -> None:
        assert self._arrived.wait(PATIENCE), "the call never came"

    def stand(self) -> None:
        self._arrived.set()
        self._let_go.wait(PATIENCE)
        if self._lost:
            raise ConnectionResetError  # the server drops the connection

    def go_on(self) -> None:
        self._lost = False
        self._let_go.set()

    def lose(self) -> None:
        self._let_go.set()


@dataclass
class Door:
    """A WSGI application in front of another. `shut` drops every call."""

    behind: Callable[..., Iterable[bytes]]
    sent: list[Sent] = field(default_factory=list)
    answered: dict[str, list[bytes]] = field(default_factory=dict)
    shut: bool = False
    turned_away: int = 0
    _held: list[Held] = field(default_factory=list)
    _spoils: dict[tuple[str, str], Callable[[bytes], bytes]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, wanted: Wanted, *, skip: int = 0, after: bool = False) -> Held:
        """The matching call after `skip` others."""
        held = Held(wanted, skip, after=after)
        with self._guard:
            self._held.append(held)
        return held

    def spoil(self, name: str, spoilt: Callable[[bytes], bytes], user: str = "") -> None:
        """The next call of this name is performed, and its response is changed like this."""
        self._spoils[name, user] = spoilt

    def spoils(self, name: str, user: str = "") -> bool:
        """Whether it is still pending."""
        return (name, user) in self._spoils

    def count(self, name: str, user: str = "") -> int:
        with self._guard:
            return sum(each.name == name and user in ("", each.user) for each in self.sent)

    def clear(self) -> None:
        with self._guard:
            for each in self._held:
                each.lose()
            self._held.clear()
        self._spoils.clear()
        self.shut = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        sent = _read(environ)
        with self._guard:
            self.sent.append(sent)
            held = self._due(sent)
            self.turned_away += self.shut
        if self.shut:
            raise ConnectionResetError
        if held is not None and not held.after:
            held.stand()
        body, status, headers = run_wsgi_app(self.behind, environ, buffered=True)
        answer = b"".join(body)
        with self._guard:
            self.answered.setdefault(sent.name, []).append(answer)
        if spoilt := self._spoils.pop((sent.name, sent.user), None) or self._spoils.pop((sent.name, ""), None):
            answer = spoilt(answer)
            headers["Content-Length"] = str(len(answer))
        if held is not None and held.after:
            held.stand()
        start_response(status, list(headers))
        return [answer]

    def _due(self, sent: Sent) -> Held | None:
        found = None
        for each in [each for each in self._held if each.wanted(sent)]:
            if each.skip:
                each.skip -= 1
            elif found is None:
                found, each.sent = each, sent
                self._held.remove(each)
        return found


def _read(environ: dict[str, Any]) -> Sent:
    """The request; the body stays readable."""
    raw: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(raw)
    body = raw.decode(errors="replace")
    words = parse_qs(body)
    action = words.get("Action", [environ["PATH_INFO"].rpartition("/")[2]])[0]
    return Sent(action, words.get("UserName", [""])[0], body)


def named(*names: str) -> Wanted:
    return lambda sent: sent.name in names


def shows_link(sent: Sent) -> bool:
    """The one call to Slack that carries a one-time link."""
    return sent.name == "views.update" and "/c/" in sent.plain


@contextmanager
def opened(door: Door) -> Iterator[str]:
    """The proxy on its own port."""
    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=partial(server.serve_forever, 0.02), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        door.clear()
        server.shutdown()
        server.server_close()
        thread.join()
