"""The composition root: one function for each process of the Procfile, and one for all of them together."""

import signal
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.config.settings import Role, Settings, load
from bot.flows.lifecycle import receipt
from bot.logs import plain
from bot.runtime.bootstrap import Mistakes, Parts, boot, does_not_answer
from bot.runtime.run_in_child import run_in_child

if TYPE_CHECKING:
    from flask import Flask
    from slack_bolt import App

    from bot.domain.leaks.leak_event import LeakEvent
    from bot.runtime.worker_process import Loops
    from bot.web.leak_events import Senders

ENDINGS = frozenset({signal.SIGTERM, signal.SIGINT})


def web(env: Mapping[str, str]) -> int:
    """gunicorn with the collect page and, in HTTP mode, Slack's requests. Never calls AWS."""
    settings, catalog = boot(env, Role.WEB)
    from bot.web.ports import must_be_free
    from bot.web.server import Server

    must_be_free("PORT", settings.listens_on, settings.port)
    Server(lambda: make_web(Parts(settings, catalog)), settings).run()
    return 0


def worker(env: Mapping[str, str]) -> int:
    """AWS, the mint loop, the outbox, the sweeps, and Socket Mode if SLACK_APP_TOKEN is set."""
    # Blocked here, and so in every thread started later: Python runs handlers in the main thread only, which a signal
    # taken by another thread doesn't wake.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    settings, catalog = boot(env, Role.WORKER)
    from bot.runtime.worker_process import Loops

    parts = Parts(settings, catalog)
    running = Loops(parts, *parts.slack())
    running.start()
    signal.sigwait(ENDINGS)
    running.stop()
    return 0


def everything(env: Mapping[str, str]) -> int:
    """All in one process tree, for trials and small teams: one gunicorn worker with the loops next to it.

    Modules loaded here stay in memory in both, so the checks and the migration run in a child, and the worker boots
    itself.
    """
    run_in_child(lambda: bring_to_head(boot(env, Role.ALL)[0]))
    settings = load(env, Role.ALL)
    plain.configure(settings.log_level)
    from bot.web.ports import must_be_free
    from bot.web.server import Server

    must_be_free("PORT", settings.listens_on, settings.port)
    if settings.worker_port is not None:
        must_be_free("WORKER_PORT", settings.listens_on, settings.worker_port)
    running: list[Loops] = []

    def make() -> "Flask":
        from bot.runtime.worker_process import Loops

        parts = Parts(*boot(env, Role.ALL))
        app, deps = parts.slack()
        loops = Loops(parts, app, deps)
        parts.wake = loops.worker.wake
        running.append(loops)
        return make_web(parts, app, loops.running)

    def start() -> None:
        for each in running:
            each.start()

    def stop() -> None:
        for each in running:
            each.stop()

    Server(make, settings, on_start=start, on_exit=stop).run()
    return 0


def migrate(env: Mapping[str, str]) -> int:
    """Migrate the database to this release's schema; idempotent, and safe if two run at once."""
    from bot.logs import structured

    settings = load(env, Role.MIGRATE)
    structured.configure(settings.log_level)
    bring_to_head(settings)
    print("The database is at this release's schema.")  # noqa: T201 - a command answers
    return 0


def bring_to_head(settings: Settings) -> None:
    """Raises a LatchkeyError that says why it can't."""
    from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

    from bot.store.schema import upgrade

    try:
        upgrade(settings.database_url.reveal())
    except (OperationalError, InterfaceError, ArgumentError) as error:
        raise Mistakes(does_not_answer(error)) from None
    except DBAPIError as error:
        raise Mistakes(
            f"the migration failed ({type(error.orig).__name__}), and nothing was changed; "
            "check that DATABASE_URL is Latchkey's own database, and that its user may create tables there"
        ) from None


def make_web(parts: Parts, app: "App | None" = None, running: Callable[[], bool] | None = None) -> "Flask":
    """`app` and `running` are the listeners and the loops of this process, if it has them."""
    from bot.flows.issuing import about, reveal
    from bot.flows.issuing.wrong_proofs import WrongProofs
    from bot.web.app import WRONG_PROOFS, create_app
    from bot.web.metrics import metrics

    settings = parts.settings
    slack_events = None
    if settings.slack_signing_secret is not None:
        from bot.slack.http_gate import events

        slack_events = events(app or parts.slack()[0], settings.slack_signing_secret.reveal())
    wrong = WrongProofs(parts.work, parts.clock)

    def wrong_proof() -> None:
        WRONG_PROOFS.inc()
        wrong.note()

    parts.takes_work()  # reports at once what is missing
    return create_app(
        leaks=_leak_senders(parts),
        about=lambda envelope, proof: about.about(
            parts.work, parts.clock, parts.catalog, envelope=envelope, proof=proof
        ),
        reveal=lambda envelope, proof, ip, browser: reveal.reveal(
            parts.work, parts.clock, envelope=envelope, proof=proof, ip=ip, browser=browser
        ),
        receipt=lambda envelope, proof: receipt.receipt(
            parts.work, parts.clock, parts.catalog, envelope=envelope, proof=proof
        ),
        ready=lambda: parts.ready(running),
        metrics=metrics,
        metrics_token=settings.metrics_token,
        slack_events=slack_events,
        takes_work=parts.takes_work,
        wrong_proof=wrong_proof,
        public_url=settings.public_url,
        command=settings.slack_command,
        proxy_hops=settings.proxy_hops,
    )


def _leak_senders(parts: Parts) -> "Senders | None":
    """None if neither sender is set up."""
    from bot.flows.leaks import events
    from bot.web.leak_events import Senders

    token, secret = parts.settings.leak_events_token, parts.settings.github_webhook_secret
    if token is None and secret is None:
        return None
    deps = parts.deps()

    def take(event: "LeakEvent") -> bool:
        taken = events.take(deps, event)
        deps.wake()
        return taken

    return Senders(take, token, secret)
