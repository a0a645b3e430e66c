"""The loops next to gunicorn in `latchkey`, and alone in `latchkey worker`: mint, sweeps, Socket Mode, probe."""

import os
import secrets
import socket
import threading
from typing import TYPE_CHECKING

from bot.runtime.bootstrap import NOT_AT_HEAD, Parts
from bot.runtime.socket_mode import Connection
from bot.web.ports import must_be_free

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App

    from bot.flows.audit.deliver import Pause
    from bot.runtime.worker import Worker
    from bot.slack.context import Deps
    from bot.web.probe import Probe


class Loops:
    """Created and started after the fork. `stop` takes no new work and finishes what is in progress."""

    def __init__(self, parts: Parts, app: "App", deps: "Deps") -> None:
        self._parts = parts
        self.worker = make_worker(parts, deps)
        self._connection = make_connection(parts, app, deps)
        if self._connection is not None:
            parts.slack_state = self._connection.state
        self._probe: Probe | None = None

    def start(self) -> None:
        """Raises PortTaken if WORKER_PORT is taken."""
        settings = self._parts.settings
        if settings.worker_port is not None:
            self._probe = self._serve_probe(settings.listens_on, settings.worker_port)
        self.worker.start()
        if self._connection is not None:
            self._connection.start()

    def running(self) -> bool:
        return self.worker.running()

    def stop(self) -> None:
        """Stop accepting work first, and close the port with the health checks last."""
        if self._connection is not None:
            self._connection.stop()
        self.worker.stop()
        if self._probe is not None:
            self._probe.shutdown()
            self._probe.server_close()
        self._parts.engine.dispose()

    def _serve_probe(self, address: str, port: int) -> "Probe":
        from bot.web.app import create_probe_app
        from bot.web.metrics import metrics
        from bot.web.probe import Probe

        app = create_probe_app(ready=lambda: self._parts.ready(self.running), metrics=metrics)
        must_be_free("WORKER_PORT", address, port)  # werkzeug would print two lines of its own and exit
        server = Probe(app, address, port)
        threading.Thread(target=server.serve_forever, args=(0.1,), name="probe", daemon=True).start()
        return server


def make_worker(parts: Parts, deps: "Deps") -> "Worker":
    from bot.aws.cloudtrail import AwsTrail
    from bot.aws.credential_report import BRIEFLY, AwsReader
    from bot.aws.iam import AwsIam
    from bot.aws.reactivator import AwsReactivator
    from bot.aws.responder import AwsResponder
    from bot.flows.context import AwsContext
    from bot.flows.hygiene import usage
    from bot.flows.issuing.mint import Minter, mint
    from bot.flows.leaks import activity
    from bot.runtime.schedule import sweeps
    from bot.runtime.worker import Worker
    from bot.slack.link_modal import SlackNotifier
    from bot.slack.sender import Sender

    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    iam = AwsIam(parts.catalog, parts.clock)
    notifier = SlackNotifier(deps.client)
    context = AwsContext(
        parts.work,
        parts.clock,
        parts.entropy,
        deps.people,
        parts.catalog,
        iam,
        AwsReader(iam.accounts, patience=BRIEFLY),
        AwsResponder(iam.accounts),
        AwsReactivator(iam.accounts),
        AwsTrail(iam.accounts),
    )
    minter = Minter(context, notifier, parts.settings.public_url, name)
    sender = Sender(deps)
    return Worker(
        name=name,
        work=parts.work,
        clock=parts.clock,
        mint=lambda credential: mint(minter, credential),
        send=sender.run_once,
        sweeps=sweeps(context),
        at_head=lambda: parts.takes_work(leave_unsaid=NOT_AT_HEAD),
        deliver=make_delivery(parts, name),
        read_usage=lambda: activity.read_next(context) or usage.read_next(context),
    )


def make_delivery(parts: Parts, worker: str) -> "Callable[[Pause], bool] | None":
    url, secret = parts.settings.audit_webhook_url, parts.settings.audit_webhook_secret
    if url is None or secret is None:
        return None
    from bot.flows.audit.deliver import Delivery
    from bot.runtime.audit_webhook import Webhook

    webhook = Webhook(url, secret, parts.clock)
    delivery = Delivery(parts.work, parts.clock, worker, webhook)
    return lambda pause: delivery.step(pause, webhook.measure)


def make_connection(parts: Parts, app: "App", deps: "Deps") -> Connection | None:
    if parts.settings.slack_app_token is None:
        return None
    from bot.slack.socket_mode import Socket

    link = Socket(app, parts.settings.slack_app_token.reveal(), deps.client)
    return Connection(link, may_open=lambda: parts.takes_work(leave_unsaid=NOT_AT_HEAD))
