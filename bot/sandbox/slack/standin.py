"""The stand-in: one in-memory Slack on loopback, for the tests and for `latchkey demo`."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot.sandbox.slack.api import ALL_SCOPES, web_api
from bot.sandbox.slack.deliver import ACK_SECONDS, Ack, Courier, Delivery
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.page import page
from bot.sandbox.slack.people import BOT_USER, DEFAULT_PEOPLE, Json, Person
from bot.sandbox.slack.person import Actor
from bot.sandbox.slack.socket_mode import SocketServer
from bot.sandbox.slack.state import Channel, Workspace
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.traffic import Exchange
from bot.sandbox.slack.windows import Windows
from bot.sandbox.slack.world import World

DEFAULT_USERGROUPS = {"S0PLATFORM": ["U02BOB", "U04DAVE"]}
DEFAULT_CHANNELS = {"C01OPS": "ops"}
PUBLIC_CHANNELS = {"C02GENERAL": "general"}
DEFAULT_EVENTS = ("app_home_opened", "message.im")
HERE = "127.0.0.1"
SIGNING_SECRET = "sandbox-signing-secret"


class _Quiet(WSGIRequestHandler):
    """Requests have secrets in their URLs, so none is logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


class StandIn:
    def __init__(
        self,
        *,
        bot_token: str = "xoxb-sandbox",
        signing_secret: str = SIGNING_SECRET,
        app_token: str | None = "xapp-sandbox",
        team: str = "T01LATCH",
        people: Iterable[Person] = DEFAULT_PEOPLE,
        usergroups: Mapping[str, list[str]] = DEFAULT_USERGROUPS,
        channels: Mapping[str, str] = DEFAULT_CHANNELS,
        public: Mapping[str, str] = PUBLIC_CHANNELS,
        scopes: Iterable[str] | None = None,
        commands: tuple[str, ...] = ("/key",),
        shortcuts: tuple[tuple[str, str], ...] = (("request", "Request access"),),
        message_shortcuts: tuple[tuple[str, str], ...] = (("leak", "This contains a key"),),
        events: Iterable[str] = DEFAULT_EVENTS,
        enterprise: str = "",
        clock: Callable[[], float] = time.time,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        """`scopes` None grants every scope; `enterprise` makes it an org-wide install.

        `public` are channels without the app: see `invite`. `events` are the bot events that the app subscribes to.
        `clock` times triggers, response_urls and message ids.
        """
        workspace = Workspace(team, list(people), dict(usergroups), dict(channels), clock, dict(public))
        granted = ALL_SCOPES if scopes is None else frozenset(scopes)
        windows, tickets = Windows(workspace), Tickets(workspace)
        self.world = World(
            workspace, windows, tickets, bot_token, app_token, signing_secret, granted, commands, shortcuts,
            message_shortcuts, frozenset(events), enterprise,
        )  # fmt: skip
        self.socket = SocketServer(self.world)
        self.courier = Courier(self.world, self.socket, ack_seconds)
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    # The server.

    def start(self, port: int = 0) -> None:
        """Raises OSError if the port is taken."""
        app = Flask("bot.sandbox.slack", static_folder=None)
        app.register_blueprint(page(self.world, self.courier))
        app.logger.setLevel(logging.CRITICAL)
        answer = web_api(self.world, app)
        with socket.create_server((HERE, port)) as taken:  # werkzeug itself would print and exit if it fails
            self._server = make_server(HERE, port, answer, threaded=True, request_handler=_Quiet, fd=taken.fileno())
        self.world.url = f"http://{HERE}:{self._server.port}"
        self.socket.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sandbox-slack", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self.world.stopping.set()
        with self.world.workspace.change():
            pass  # wakes the page's streams, which then end
        self.socket.stop()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        if self._thread:
            self._thread.join(2.0)

    def __enter__(self) -> "StandIn":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def api_url(self) -> str:
        return f"{self.world.url}/api/"

    # The app's side.

    def deliver_to(self, events_url: str | None) -> None:
        """HTTP mode: where the app listens; None uses a connected websocket (Socket Mode)."""
        self.courier.events_url = events_url

    @property
    def deliveries(self) -> list[Delivery]:
        return self.courier.deliveries

    def redeliver(self, delivery: Delivery, *, retry: int = 1) -> Ack:
        """The same delivery again, freshly signed: a retry (0: a plain replay)."""
        return self.courier.send(Delivery(delivery.kind, delivery.payload, retry))

    def verify_url(self) -> Ack:
        """What Slack sends when someone enters the events URL in the app's settings."""
        return self.courier.send(
            Delivery("events_api", {"type": "url_verification", "token": "x", "challenge": "sandbox"})
        )

    # People, and queries for tests.

    def as_person(self, user: str) -> Actor:
        return Actor(self.world, self.courier, user)

    def suggest(self, steps: Iterable[str]) -> None:
        """What the page says to press first."""
        with self.world.workspace.change():
            self.world.first_steps = tuple(steps)

    def invite(self, channel: str) -> None:
        """Somebody invites the app to a channel."""
        with self.world.workspace.change():
            self.channels[channel].members.add(BOT_USER)

    def work_in(self, zone: str) -> None:
        """Sets everyone's time zone."""
        with self.world.workspace.lock:
            for each in self.world.workspace.people.values():
                each.tz = zone

    def wait_for(self, predicate: Callable[[], Any], timeout: float = 5.0) -> bool:
        """Re-evaluates after each change in the workspace; False on timeout."""
        with self.world.workspace.lock:
            return bool(self.world.workspace.changed.wait_for(predicate, timeout))

    @property
    def people(self) -> dict[str, Person]:
        return self.world.workspace.people

    @property
    def usergroups(self) -> dict[str, list[str]]:
        return self.world.workspace.usergroups

    @property
    def channels(self) -> dict[str, Channel]:
        return self.world.workspace.channels

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def complaints(self) -> list[str]:
        """The app's violations of Slack's rules: late acks, refused blocks, used triggers. A correct app has none."""
        return self.world.workspace.complaints

    @property
    def traffic(self) -> list[Exchange]:
        return self.world.traffic.all

    def calls(self, method: str) -> list[Json]:
        return self.world.traffic.calls(method)
