"""AWS on loopback: moto in this process, behind the gate, with an injected clock."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

import moto.iam.models as moto_iam
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import MotoRequestHandler
from moto.s3.models import s3_backends
from werkzeug.serving import BaseWSGIServer, make_server

from bot.sandbox.aws import demo_keys, old_keys, organizations, service_credentials
from bot.sandbox.aws.authorise import Network
from bot.sandbox.aws.cloudtrail import Trail
from bot.sandbox.aws.faults import Faults
from bot.sandbox.aws.gate import Call, Gate
from bot.sandbox.aws.moto_app import MOTO
from bot.sandbox.aws.principals import PAGE, Directory

WORKER = "latchkey-worker"
LONGEST_SESSION = "43200"  # seconds, the maximum that AWS allows for a role


class _Handler(MotoRequestHandler):
    """moto's handler without its access log; it really drops a connection for a planned fault."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (werkzeug's name)
        """Log nothing: a test or a demo owns the terminal."""


class AwsStandIn:
    """One at a time in a process, because moto keeps its state in module globals."""

    _running = threading.Lock()

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        account: str = "123456789012",
        region: str = "eu-central-1",
    ) -> None:
        self.account, self.region, self.faults = account, region, Faults()
        self._directory = Directory(account, region, clock)
        self._gate = Gate(MOTO, self._directory, self.faults)
        self._moto_clock = mock.patch.object(moto_iam, "utcnow", self._naive_now)
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._admin: tuple[str, str] | None = None

    # --- life ---------------------------------------------------------------------------------------------------

    def start(self, port: int = 0) -> None:
        if not self._running.acquire(blocking=False):
            raise RuntimeError("An AWS stand-in is already running in this process: stop it first.")
        try:
            self._server = make_server("127.0.0.1", port, self._gate, threaded=True, request_handler=_Handler)
        except OSError:
            self._running.release()
            raise
        self._moto_clock.start()
        self.reset()
        serve = partial(self._server.serve_forever, poll_interval=0.02)  # seconds until stop() is noticed
        self._thread = threading.Thread(target=serve, name="aws-stand-in", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Does nothing if it isn't running."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
        self._moto_clock.stop()
        self._running.release()

    def reset(self) -> None:
        """An empty account with the same administrator."""
        BackendDict.reset()
        organizations.forget()
        self._directory.sessions.clear()
        self._directory.later.clear()
        self._directory.history.clear()
        self._directory.jobs.clear()
        self.faults.clear()
        self._gate.forget_calls()
        self._gate.network = Network()
        self._directory.page, self._directory.job_polls = PAGE, 1
        self._directory.report, self._directory.report_polls, self._directory.root_keys = None, 1, 0
        self._make_administrator()

    def __enter__(self) -> "AwsStandIn":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- for tests and the demo ---------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("The AWS stand-in isn't running: call start() first.")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def admin(self) -> tuple[str, str]:
        """Access key id and secret of the bot's own principal, to whom no policy applies."""
        if self._admin is None:
            raise RuntimeError("The AWS stand-in isn't running: call start() first.")
        return self._admin

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every authenticated call so far, oldest first; status 0 is a lost response."""
        return self._gate.calls

    def count(self, action: str) -> int:
        return sum(call.action == action for call in self.calls)

    def forget_calls(self) -> None:
        self._gate.forget_calls()

    @property
    def access_keys(self) -> tuple[str, ...]:
        """Ids of all keys of users except the bot's own."""
        users = self._directory.backend.users.values()
        return tuple(key.access_key_id for user in users if user.name != WORKER for key in user.access_keys)

    @property
    def secrets(self) -> dict[str, tuple[str, str]]:
        """What people have in their files: IAM user and secret by access key id, except the bot's own."""
        users = [each for each in self._directory.backend.users.values() if each.name != WORKER]
        return {key.access_key_id: (user.name, key.secret_access_key) for user in users for key in user.access_keys}

    @property
    def network(self) -> Network:
        """Where all callers appear to come from; assign another Network to move them."""
        return self._gate.network

    @network.setter
    def network(self, network: Network) -> None:
        self._gate.network = network

    @property
    def later(self) -> dict[str, timedelta]:
        """By access key id: how far ahead the clock is for this key only."""
        return self._directory.later

    @property
    def trail(self) -> Trail:
        """The pretend CloudTrail; `bot/sandbox/aws/cloudtrail` says how to seed it."""
        return Trail(self._directory)

    def list_in_pages_of(self, rows: int) -> None:
        """IAM's lists return pages of this many rows unless the caller asks for another number."""
        self._directory.page = rows

    def report_takes(self, questions: int) -> None:
        """The next credential report is in progress for this many polls."""
        self._directory.report_polls = questions

    def details_take(self, questions: int) -> None:
        """New service last accessed details are in progress for this many polls."""
        self._directory.job_polls = questions

    def give_root_keys(self, number: int) -> None:
        """Number of active access keys of the root user in the next report."""
        self._directory.root_keys = number

    # --- the demo's account -------------------------------------------------------------------------------------

    def seed_demo(self, boundary_document: Mapping[str, Any], roles: Mapping[str, Mapping[str, Any]]) -> None:
        """The bucket `reports`, the policy /latchkey/boundary, and roles by name with their permissions.

        A role trusts the account; a value with the keys "policy" and "trust" has its own trust policy, and one with the
        key "boundary" the ARN of its permissions boundary.
        """
        backend = self._directory.backend
        backend.create_policy("", "/latchkey/", json.dumps(boundary_document), "boundary", [])
        for name, wanted in roles.items():
            policy, trust = wanted.get("policy", wanted), wanted.get("trust", self._trust_in_account())
            role = backend.create_role(name, json.dumps(trust), "/", wanted.get("boundary"), "", [], LONGEST_SESSION)
            role.put_policy("permissions", json.dumps(policy))
        bucket = s3_backends[self.account]["aws"]
        bucket.create_bucket("reports", self.region)
        bucket.put_object("reports", "2026/q3.csv", b"region,sales\nnorth,120\nsouth,95\n")

    def plant_old_keys(self, *keys: old_keys.OldKey) -> tuple[str, ...]:
        """Found keys, each on a user of its own. Returns their ids."""
        return tuple(old_keys.plant(self._directory, each) for each in keys)

    def plant_demo_keys(self) -> None:
        """What the demo's people made by hand, in an organisation of four accounts."""
        self.plant_old_keys(*demo_keys.KEYS)
        ages = demo_keys.BEDROCK_KEYS
        old_keys.plant_user(self._directory, demo_keys.CHAT_BOT, demo_keys.DAVE, ages[0][0])
        for age, lasts in ages:
            self.plant_service_credential(demo_keys.CHAT_BOT, service_credentials.BEDROCK, age=age, lasts=lasts)
        self.seed_organisation(*demo_keys.MEMBERS)

    def seed_organisation(self, *members: organizations.Member, management: str = "") -> None:
        """`management` is the id of the management account; by default it is this one."""
        organizations.seed(self._directory, members, management)

    def plant_service_credential(
        self, user: str, service: str, *, age: timedelta, lasts: timedelta | None = None, inactive: bool = False
    ) -> str:
        """Made `age` ago, for a user that exists. Returns its id."""
        found = self._directory.backend.users[user]
        made = service_credentials.add(self._directory, found, service, age=age, lasts=lasts)
        made.inactive = inactive
        return made.id

    def _trust_in_account(self) -> dict[str, Any]:
        root = {"AWS": f"arn:aws:iam::{self.account}:root"}
        actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": root, "Action": actions}]}

    def _make_administrator(self) -> None:
        backend = self._directory.backend
        user = backend.create_user(self.region, WORKER, "/service/")
        key = backend.create_access_key(WORKER)
        if self._admin is None:
            self._admin = (key.access_key_id, key.secret_access_key)
        else:  # clients created before a reset keep working
            del backend.access_keys[key.access_key_id]
            key.access_key_id, key.secret_access_key = self._admin
            backend.access_keys[key.access_key_id] = key
        self._directory.trusted_user = user.name

    def _naive_now(self) -> datetime:
        """A time in moto's form: naive, in UTC, in whole seconds as IAM shows it."""
        return self._directory.clock().astimezone(UTC).replace(tzinfo=None, microsecond=0)
