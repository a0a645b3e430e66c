"""The composition root: nothing else wires. One function for each process; the tools stand in bot/tools.py."""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import catalog_file, log
from bot.domain.catalog import Catalog
from bot.domain.errors import CatalogError, LatchkeyError
from bot.settings import Role, Settings, SettingsError, load

if TYPE_CHECKING:
    from flask import Flask
    from slack_bolt import App

    from bot.slack.deps import Deps
    from bot.slack.workspace import Workspace
    from bot.worker import Worker


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemEntropy:
    def bytes(self, size: int) -> bytes:
        return secrets.token_bytes(size)


class Mistakes(LatchkeyError):
    """What is wrong with the environment and with the catalog, all at once."""


def boot(env: Mapping[str, str], role: Role) -> tuple[Settings, Catalog]:
    """Raises Mistakes with every fault of both."""
    told: list[str] = []
    settings: Settings | None = None
    catalog: Catalog | None = None
    try:
        settings = load(env, role)
    except SettingsError as wrong:
        told += wrong.mistakes
    try:
        catalog = catalog_file.load(load_path(env))
    except CatalogError as wrong:
        told += wrong.mistakes
    if settings is None or catalog is None:
        raise Mistakes("\n".join(told))
    log.configure(settings.log_level)
    return settings, catalog


def load_path(env: Mapping[str, str]) -> Any:
    from pathlib import Path

    return Path(env.get("CATALOG_FILE") or "catalog.toml")


# --- parts --------------------------------------------------------------------------------------------------------


class Parts:
    """What the processes share: the ledger and Slack. Made after the fork, by the process that uses it."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        from bot.store.engine import make_engine
        from bot.store.work import SqlWork

        self.settings, self.catalog = settings, catalog
        self.clock, self.entropy = SystemClock(), SystemEntropy()
        self.engine = make_engine(settings.database_url.reveal())
        self.work = SqlWork(self.engine, self.clock)
        self.wake: Callable[[], None] = lambda: None

    def at_head(self) -> bool:
        from bot.store.schema import SchemaState, state

        return state(self.engine) is SchemaState.AT_HEAD

    def slack(self) -> "tuple[App, Deps, Workspace]":
        from bot.slack.app import build_app, make_client
        from bot.slack.deps import Deps
        from bot.slack.people import SlackPeople
        from bot.slack.workspace import Workspace

        token = self.settings.slack_bot_token
        client = make_client(token.reveal() if token else "", self.settings.slack_api_url)
        workspace = Workspace(client)
        people = SlackPeople(client, workspace)
        deps = Deps(
            self.work, self.clock, self.entropy, people, self.catalog, client,
            lambda: self.wake(), self.settings.slack_command,
        )  # fmt: skip
        return build_app(deps, workspace), deps, workspace

    def ready(self, running: Callable[[], bool] | None = None) -> dict[str, object]:
        """What /readyz says. The worker's heartbeat is a field, and a status only for the worker itself."""
        try:
            head = self.at_head()
        except Exception as error:  # noqa: BLE001 - a process edge: an unreachable database is an answer here
            return {"ok": False, "database": f"does not answer ({type(error).__name__})"}
        if not head:
            return {"ok": False, "database": "not at this release's schema; run latchkey migrate"}
        with self.work.begin() as tx:
            beat = tx.last_beat()
        age = None if beat is None else (self.clock.now() - beat).total_seconds()
        found: dict[str, object] = {"ok": True, "database": "at head", "worker_heartbeat_seconds": age}
        if running is not None:
            found["ok"] = found["loops"] = running()
        return found


def metrics() -> bytes:
    from prometheus_client import generate_latest

    return generate_latest()


# --- processes ----------------------------------------------------------------------------------------------------


def web(env: Mapping[str, str]) -> int:
    """gunicorn with the collect page and, in HTTP mode, Slack's requests. Never AWS."""
    settings, catalog = boot(env, Role.WEB)
    from bot.web.server import Server

    workers = int(env.get("WEB_CONCURRENCY") or 2)
    Server(lambda: make_web(Parts(settings, catalog)), bind=f"0.0.0.0:{settings.port}", workers=workers).run()
    return 0


def make_web(parts: Parts, app: "App | None" = None, extra_ready: Callable[[], bool] | None = None) -> "Flask":
    from bot.flows import reveal
    from bot.web.app import create_app

    settings = parts.settings
    slack_events = None
    if settings.slack_signing_secret is not None:
        from bot.slack.gate import events

        slack_events = events(app or parts.slack()[0], settings.slack_signing_secret.reveal())
    return create_app(
        reveal=lambda envelope, proof, ip, browser: reveal.reveal(
            parts.work, parts.clock, envelope=envelope, proof=proof, ip=ip, browser=browser
        ),
        receipt=lambda envelope, proof: reveal.receipt(
            parts.work, parts.clock, parts.catalog, envelope=envelope, proof=proof
        ),
        ready=lambda: parts.ready(extra_ready),
        metrics=metrics,
        slack_events=slack_events,
        public_url=settings.public_url,
        proxy_hops=settings.proxy_hops,
    )


def worker(env: Mapping[str, str]) -> int:
    """AWS, the mint loop, the outbox, the sweeps, and Socket Mode where SLACK_APP_TOKEN is set."""
    settings, catalog = boot(env, Role.WORKER)
    parts = Parts(settings, catalog)
    app, deps, _ = parts.slack()
    running = make_worker(parts, deps)
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopped.set())
    running.start()
    stop_socket = _socket(settings, app, deps)
    probe = _probe(settings, parts, running)
    stopped.wait()
    stop_socket()
    running.stop()
    if probe is not None:
        probe()
    parts.engine.dispose()
    return 0


def everything(env: Mapping[str, str]) -> int:
    """All of it in one process tree, for trying out and small teams: one gunicorn worker with the loops beside it."""
    settings, catalog = boot(env, Role.ALL)
    from bot.store.schema import upgrade
    from bot.web.server import Server

    upgrade(settings.database_url.reveal())
    running: list[Callable[[], None]] = []
    starts: list[Callable[[], None]] = []

    def make() -> "Flask":
        parts = Parts(settings, catalog)
        app, deps, _ = parts.slack()
        made = make_worker(parts, deps)
        parts.wake = made.wake

        def start() -> None:
            made.start()
            running.append(_socket(settings, app, deps))
            running.append(made.stop)
            if probe := _probe(settings, parts, made):
                running.append(probe)

        starts.append(start)
        return make_web(parts, app, made.running)

    Server(
        make,
        bind=f"0.0.0.0:{settings.port}",
        workers=1,
        on_start=lambda: [start() for start in starts] and None,
        on_exit=lambda: [stop() for stop in running] and None,
    ).run()
    return 0


def make_worker(parts: Parts, deps: "Deps") -> "Worker":
    from bot.aws.iam import AwsIam
    from bot.flows.mint import Minter, mint
    from bot.slack.notify import SlackNotifier
    from bot.slack.outbox import Sender
    from bot.sweeps import sweeps
    from bot.worker import Worker

    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    iam = AwsIam(parts.catalog, parts.clock)
    notifier = SlackNotifier(deps.client)
    minter = Minter(
        parts.work, parts.clock, parts.entropy, iam, notifier, deps.people, parts.catalog,
        parts.settings.public_url, name,
    )  # fmt: skip
    sender = Sender(parts.work, parts.clock, deps.people, parts.catalog, deps.client)
    return Worker(
        name=name,
        work=parts.work,
        clock=parts.clock,
        mint=lambda credential: mint(minter, credential),
        send=sender.run_once,
        sweeps=sweeps(parts.work, parts.clock, parts.entropy, iam, parts.catalog),
        at_head=parts.at_head,
    )


def _socket(settings: Settings, app: "App", deps: "Deps") -> Callable[[], None]:
    if settings.slack_app_token is None:
        return lambda: None
    from bot.slack.socket import Socket

    line = Socket(app, settings.slack_app_token.reveal(), deps.client)
    line.start()
    return line.stop


def _probe(settings: Settings, parts: Parts, running: "Worker") -> Callable[[], None] | None:
    """Health, readiness and metrics of the worker on WORKER_PORT; returns how to stop it."""
    if settings.worker_port is None:
        return None
    from werkzeug.serving import make_server

    from bot.web.app import create_probe_app

    app = create_probe_app(ready=lambda: parts.ready(running.running), metrics=metrics)
    server = make_server("0.0.0.0", settings.worker_port, app, threaded=True)  # noqa: S104 - as the design says
    threading.Thread(target=server.serve_forever, name="probe", daemon=True).start()
    return server.shutdown


# --- tools --------------------------------------------------------------------------------------------------------


def migrate(env: Mapping[str, str]) -> int:
    settings = load(env, Role.MIGRATE)
    log.configure(settings.log_level)
    from sqlalchemy.exc import OperationalError

    from bot.store.schema import upgrade

    try:
        upgrade(settings.database_url.reveal())
    except OperationalError as error:
        raise Mistakes(
            f"the database does not answer ({type(error.orig).__name__}); check DATABASE_URL and that it is running"
        ) from None
    print("The database is at this release's schema.")  # noqa: T201
    return 0
