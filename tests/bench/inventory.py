"""AWS calls of an inventory compared with common ways to take one, counted at the sandbox's AWS, in one run."""

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.aws.accounts import Accounts
from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.domain.catalog import Account, Catalog
from bot.domain.ids import AccountName
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.hygiene.scan import Outcome
from bot.flows.ownership import slack_presence
from bot.runtime.bootstrap import SystemEntropy
from bot.sandbox.aws import AwsStandIn
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.bench.figures import Cell, Figures
from tests.bench.large_account import ACCOUNT, FLAGGED, PEERS, Turned, account, as_administrator, client

MAIN = Account(AccountName("main"), ACCOUNT)
CATALOG = Catalog((), timedelta(hours=72), timedelta(hours=72), {MAIN.name: MAIN}, {}, {})
HEAD = ("", "users", "keys", "findings", "AWS calls", "seconds")
FIRST_MOST, WARM_MOST, LARGE_MOST = 40, 5, 60


def measure() -> list[Figures]:
    rows: list[tuple[Cell, ...]] = []
    with account(1000, 200) as (aws, clock), as_administrator(aws):
        first, warm = ours(aws, clock)
        rows += [("latchkey inventory, the first time", *first), ("latchkey inventory, with the ledger warm", *warm)]
        rows += [(name, "1000", "1200", "-", *counted(aws, partial(peer, client(aws)))) for name, peer in PEERS.items()]
    with account(5000, 1000) as (aws, clock), as_administrator(aws):
        large, large_warm = ours(aws, clock)
        rows += [
            ("latchkey inventory, the first time", *large),
            ("latchkey inventory, with the ledger warm", *large_warm),
        ]
    notes = (
        f"the sandbox's AWS (moto) on loopback; {FLAGGED} users have a key over age, every report is in progress once",
        f"bounds: {FIRST_MOST} the first time, {WARM_MOST} warm, {LARGE_MOST} for 5,000 users",
    )
    for row, most in ((first, FIRST_MOST), (warm, WARM_MOST), (large, LARGE_MOST), (large_warm, LARGE_MOST)):
        check(row, most)
    return [Figures("AWS calls of an inventory", HEAD, tuple(rows), notes)]


def check(row: tuple[Cell, ...], most: int) -> None:
    _users, _keys, findings, calls, _seconds = row
    if int(findings) != FLAGGED or int(calls) > most:
        raise AssertionError(f"{findings} findings by {calls} calls; wanted {FLAGGED} by at most {most}")


def ours(aws: AwsStandIn, clock: Turned) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Once on an empty ledger, and again six hours later."""
    accounts = Accounts(now=clock.now)
    iam = AwsIam(CATALOG, clock, accounts=accounts)
    with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as folder:
        upgrade(url := f"sqlite:///{Path(folder)}/ledger.db")
        engine = make_engine(url)
        hands = AwsReader(accounts), AwsResponder(accounts), AwsReactivator(accounts)
        context = AwsContext(
            SqlUnitOfWork(engine, clock),
            clock,
            SystemEntropy(),
            slack_presence.WithoutSlack(),
            CATALOG,
            iam,
            *hands,
            AwsTrail(accounts),
        )
        first = once(aws, context)
        clock.advance(inventory.EVERY)
        warm = once(aws, context)
        engine.dispose()
    return first, warm


def once(aws: AwsStandIn, context: AwsContext) -> tuple[Cell, ...]:
    seen: list[Outcome] = []
    calls, seconds = counted(aws, lambda: seen.append(inventory.read_account(context, MAIN)))
    (outcome,) = seen
    if outcome.problem:
        raise AssertionError(outcome.problem)
    return (str(outcome.users), str(len(outcome.keys)), str(len(outcome.findings)), calls, seconds)


def counted(aws: AwsStandIn, do: Callable[[], object]) -> tuple[str, float]:
    aws.forget_calls()
    began = time.perf_counter()
    do()
    return str(len(aws.calls)), time.perf_counter() - began
