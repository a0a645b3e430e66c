"""From the command to an Inactive key and to contained: calls and time, beside bare boto3 that makes the same calls."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from bot.aws.accounts import Accounts
from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.policies import DENY_ALL, aws_policy, boundary, compact, sessions_denied
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.aws.roles import iam_documents
from bot.aws.users import SESSIONS
from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.incident import Source
from bot.domain.leaks.keys_in_text import Found
from bot.domain.lifecycle import IncidentState
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.leaks import contain, report, triage
from bot.logs import structured
from bot.sandbox.aws import AwsStandIn
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.aws.kit import ACCOUNT, ADMIN, READ_REPORTS, SESSION, catalog, elsewhere
from tests.bench.figures import Cell, Figures, median, quantile
from tests.bench.large_account import REGION, as_administrator
from tests.fakes import ALICE, BOB, FakeClock
from tests.flows.world import World

ROUNDS = 15
HEAD = ("", "calls to Inactive", "all calls", "to Inactive ms", "to contained ms", "p95 ms")
ROLES = ("Reader", "Issuer", "Responder")


@dataclass
class Play:
    """One account in the sandbox, with Latchkey's flows on it."""

    aws: AwsStandIn
    world: World
    context: AwsContext
    account: Account

    def issued(self) -> tuple[AccessKeyId, str]:
        grant, credential = self.world.live("reports-read", "8h")
        return self.world.key(credential), self.world.grant(grant).iam_user

    def found(self) -> tuple[AccessKeyId, str]:
        """A key whose user the inventory knows; which of its keys it is has to be asked."""
        name = f"found-{self.world.context.fresh_id()}"
        iam = _admin(self.aws)
        iam.create_user(UserName=name, Tags=[{"Key": "Slack", "Value": ALICE}])
        made = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        self.world.clock.advance(hours=5)  # AWS makes a new credential report by then
        self.aws._directory.report = None
        inventory.read_account(self.context, self.account)
        return AccessKeyId(made), name

    def latchkey(self, key: AccessKeyId, _user: str) -> float:
        """The command of its owner or of an admin, then the worker. Returns when the key was Inactive."""
        off: list[float] = []
        for port, call in ((self.context.iam, "set_active"), (self.context.responder, "switch_off")):
            _note(port, call, off)
        found = report.report(self.context, found=Found((key,), ()), by=BOB, source=Source.COMMAND, delivery=None)
        triage.triage(self.context)
        contain.carry_out(self.context)
        with self.context.work.begin() as tx:
            now = tx.incidents.get(found.incidents[0].id)
        if now is None or now.state is not IncidentState.CONTAINED:
            raise AssertionError(f"{key} isn't contained: {now}")
        return off[0]

    def bare(self, key: AccessKeyId, user: str, *, ours: bool) -> float:
        accounts: Any = self.context.iam.accounts  # type: ignore[attr-defined]
        if not ours:
            accounts.reader(self.account).get_access_key_last_used(AccessKeyId=key)
        iam = self._client(user)
        iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")
        off = time.perf_counter()
        iam = self._client(user)
        if ours:
            document = compact(sessions_denied(self.world.clock.now()))
            iam.put_user_policy(UserName=user, PolicyName=SESSIONS, PolicyDocument=document)
        else:
            iam.attach_user_policy(UserName=user, PolicyArn=aws_policy(self.account, DENY_ALL))
        return off

    def _client(self, user: str) -> Any:
        """With roles, a session for each act, as Latchkey makes it."""
        accounts: Any = self.context.iam.accounts  # type: ignore[attr-defined]
        ours = user.startswith("latchkey-")
        return accounts.issuer(self.account, user, by=BOB) if ours else accounts.responder(self.account, user, by=BOB)


def measure() -> list[Figures]:
    structured.configure("ERROR")
    rows: list[tuple[Cell, ...]] = []
    for where, account in (("own credentials", ACCOUNT), ("three roles", elsewhere())):
        with playing(replace(account, adopt=True)) as play:
            for whose, make in (("issued", play.issued), ("found", play.found)):
                ours = whose == "issued"
                rows += [
                    _row(f"{whose}, {where}: Latchkey", play, make, play.latchkey),
                    _row(f"{whose}, {where}: bare boto3", play, make, lambda k, u, o=ours: play.bare(k, u, ours=o)),
                ]
    check(rows)
    notes = (
        f"{ROUNDS} keys each, in the sandbox's AWS on this machine; one call less is impossible: UpdateAccessKey, and",
        "PutUserPolicy or AttachUserPolicy; with roles each act has an AssumeRole for this one user",
    )
    return [Figures("A leaked key: from the command to contained", HEAD, tuple(rows), notes)]


def check(rows: list[tuple[Cell, ...]]) -> None:
    for ours, bare in zip(rows[::2], rows[1::2], strict=True):
        if ours[1:3] != bare[1:3]:
            raise AssertionError(f"more calls than the minimum: {ours[:3]}, {bare[:3]}")


def _row(
    name: str,
    play: Play,
    make: Callable[[], tuple[AccessKeyId, str]],
    act: Callable[[AccessKeyId, str], float],
) -> tuple[Cell, ...]:
    act(*make())  # the first one opens connections, and asks once who Latchkey is
    offs, alls, calls = list[float](), list[float](), list[str]()
    for _ in range(ROUNDS):
        key, user = make()
        play.aws.forget_calls()
        began = time.perf_counter()
        offs.append(act(key, user) - began)
        alls.append(time.perf_counter() - began)
        calls = [each.action for each in play.aws.calls]
    to_off = str(calls.index("UpdateAccessKey") + 1)
    return (name, to_off, str(len(calls)), 1000 * median(offs), 1000 * median(alls), 1000 * quantile(alls, 0.95))


def _note(port: Any, name: str, at: list[float]) -> None:
    """Remember when this call was answered."""
    act = getattr(type(port), name)

    def timed(*args: Any, **words: Any) -> None:
        act(port, *args, **words)
        at.append(time.perf_counter())

    setattr(port, name, timed)


@contextmanager
def playing(account: Account) -> Iterator[Play]:
    clock, made = FakeClock(), catalog(READ_REPORTS, SESSION, account=account)
    with ExitStack() as stack:
        aws = stack.enter_context(AwsStandIn(clock=clock.now))
        aws.seed_demo(boundary(made, account), {"reports-session": {"Statement": []}})
        stack.enter_context(as_administrator(aws))
        printed = iam_documents(made, account.name, ADMIN)
        for each in ROLES if account.issuer_role_arn else ():
            role, iam = f"latchkey-{each.lower()}", _admin(aws)
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(printed["Trust"]))
            iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(printed[each]))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-bench-"))
        upgrade(url := f"sqlite:///{Path(folder)}/ledger.db")
        engine = make_engine(url)
        stack.callback(engine.dispose)
        accounts = Accounts(now=clock.now)
        world = World(SqlUnitOfWork(engine, clock), clock, catalog=made)
        iam_port: Any = AwsIam(made, clock, accounts=accounts)
        world.iam = iam_port
        hands = AwsReader(accounts), AwsResponder(accounts), AwsReactivator(accounts), AwsTrail(accounts)
        context = AwsContext(world.work, clock, world.entropy, world.people, made, iam_port, *hands)
        yield Play(aws, world, context, account)


def _admin(aws: AwsStandIn) -> Any:
    key, secret = aws.admin
    return boto3.client(
        "iam", endpoint_url=aws.url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret
    )
