"""CloudTrail calls for the flagged keys of an account beside one for every key, and the time under AWS's rate limit."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3

from bot.aws.accounts import Accounts
from bot.aws.cloudtrail import AwsTrail
from bot.aws.credential_report import AwsReader
from bot.aws.iam import AwsIam
from bot.aws.reactivator import AwsReactivator
from bot.aws.responder import AwsResponder
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory, usage
from bot.flows.ownership import slack_presence
from bot.logs import structured
from bot.runtime.bootstrap import SystemEntropy
from bot.runtime.worker import Sweep, Worker
from bot.sandbox.aws import AwsStandIn, Use
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests.bench.figures import Cell, Figures, median
from tests.bench.inventory import CATALOG, MAIN
from tests.bench.large_account import FLAGGED, REGION, Turned, account, as_administrator, client

HEAD = ("", "keys", "IAM and STS calls", "CloudTrail calls", "throttled", "seconds")
WAITS = ("", "runs", "median gap ms", "longest gap ms")
MANY = 100  # flagged keys in the timed run
INVENTORY_MOST, WARM_MOST, PAGES_MOST = 40, 5, 2
PER_SECOND, READ = 2.0, 20  # and how many keys are read beside the sweep
TICK_SECONDS = 0.05
WITHIN = inventory.EVERY - timedelta(minutes=10)


def measure() -> list[Figures]:
    structured.configure("ERROR")
    rows: list[tuple[Cell, ...]] = []
    with ready(1000, 200, FLAGGED) as (aws, clock, context):
        rows.append(("inventory and usage, the first time", *row(aws, context, FLAGGED)))
        clock.advance(WITHIN)
        rows.append(("the same within six hours", *row(aws, context, FLAGGED)))
        rows.append(("LookupEvents of every key", *each_key(aws)))
    with ready(MANY + 1, 0, MANY) as (aws, clock, context):
        timed = row(aws, context, MANY)
        rows.append((f"{MANY} keys with a finding", *timed))
        clock.advance(inventory.EVERY)
        gaps = [("while CloudTrail is read", *waits(context, READ)), ("while it isn't", *waits(context, 0))]
    check(rows)
    notes = (
        f"the sandbox's AWS, with {PER_SECOND:g} CloudTrail calls a second and region; throttled ones are repeated",
        f"bounds: {INVENTORY_MOST} calls, and {PAGES_MOST} of CloudTrail for each flagged key; warm {WARM_MOST}",
        f"the look-ups of every key are made without the limit; with it they take {1200 / PER_SECOND:.0f} seconds",
    )
    also = (f"a sweep of the worker that is due every {TICK_SECONDS * 1000:.0f} ms, over the same time",)
    return [
        Figures("Calls for where keys are used", HEAD, tuple(rows), notes),
        Figures("What waits while CloudTrail is read", WAITS, tuple(gaps), also),
    ]


def check(rows: list[tuple[Cell, ...]]) -> None:
    first, warm, _every, many = rows
    if int(first[2]) > INVENTORY_MOST or not 0 < int(first[3]) <= PAGES_MOST * FLAGGED:
        raise AssertionError(f"too many calls, or none: {first}")
    if int(warm[2]) + int(warm[3]) > WARM_MOST:
        raise AssertionError(f"more than {WARM_MOST} calls: {warm}")
    if not 0 < int(many[3]) <= PAGES_MOST * MANY:
        raise AssertionError(f"too many calls, or none: {many}")


@contextmanager
def ready(users: int, second_keys: int, flagged: int) -> Iterator[tuple[AwsStandIn, Turned, AwsContext]]:
    """An account whose flagged keys have more events than one page, in two regions."""
    with ExitStack() as stack:
        aws, clock = stack.enter_context(account(users, second_keys, flagged))
        stack.enter_context(as_administrator(aws))
        for user in list(aws._directory.backend.users.values())[: flagged + 1]:
            for key in user.access_keys:
                uses = (Use("s3", "ListBuckets", ago=timedelta(days=1), region=REGION, times=60),)
                aws.trail.seed(key.access_key_id, *uses, Use("sts", "GetCallerIdentity", ago=timedelta(days=2)))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-bench-"))
        upgrade(url := f"sqlite:///{Path(folder)}/ledger.db")
        engine = make_engine(url)
        stack.callback(engine.dispose)
        accounts = Accounts(now=clock.now)
        iam = AwsIam(CATALOG, clock, accounts=accounts)
        hands = AwsReader(accounts), AwsResponder(accounts), AwsReactivator(accounts), AwsTrail(accounts)
        work, people = SqlUnitOfWork(engine, clock), slack_presence.WithoutSlack()
        yield aws, clock, AwsContext(work, clock, SystemEntropy(), people, CATALOG, iam, *hands)


def row(aws: AwsStandIn, context: AwsContext, flagged: int) -> tuple[Cell, ...]:
    aws.forget_calls()
    began = time.perf_counter()
    outcome = inventory.read_account(context, MAIN)
    while usage.read_next(context):
        pass
    seconds = time.perf_counter() - began
    keys = [each for each in outcome.keys if each.access_key_id]
    with context.work.begin() as tx:
        read = tx.usages.of(MAIN.name, [each.access_key_id for each in keys if each.access_key_id])
    if outcome.problem or len(read) < flagged or any(each.unread or each.silent for each in read.values()):
        raise AssertionError(f"{outcome.problem or len(read)}: not every flagged key was read")
    return (str(len(outcome.keys)), *calls(aws), seconds)


def calls(aws: AwsStandIn) -> tuple[Cell, Cell, Cell]:
    """Of IAM and STS; of CloudTrail, answered and throttled."""
    trail = [each.status for each in aws.calls if each.action == "LookupEvents"]
    answered = trail.count(200)
    return (str(len(aws.calls) - len(trail)), str(answered), str(len(trail) - answered))


def each_key(aws: AwsStandIn) -> tuple[Cell, ...]:
    """One page of each key in one region, with no limit."""
    aws.trail.rate = 1_000_000
    trail: Any = boto3.client("cloudtrail", endpoint_url=aws.url, region_name=REGION)
    iam, keys = client(aws), 0
    aws.forget_calls()
    began = time.perf_counter()
    for page in iam.get_paginator("list_users").paginate():
        for user in page["Users"]:
            for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]:
                keys += 1
                asked = {"AttributeKey": "AccessKeyId", "AttributeValue": key["AccessKeyId"]}
                trail.lookup_events(LookupAttributes=[asked])
    return (str(keys), *calls(aws), time.perf_counter() - began)


def waits(context: AwsContext, keys: int) -> tuple[Cell, ...]:
    """The gaps between runs of a sweep, while the worker reads this many keys, or for as long without."""
    ticks: list[float] = []
    left, done = [keys], threading.Event()

    def read() -> bool:
        if left[0] <= 0:
            done.set()
            return False
        left[0] -= 1
        return usage.read_next(context)

    def tick() -> int:
        with context.work.begin() as tx:
            tx.flag("paused")
        ticks.append(time.perf_counter())
        return 0

    worker = Worker(
        name="bench",
        work=context.work,
        clock=context.clock,
        mint=lambda _: False,
        send=lambda: 0,
        sweeps=(Sweep("tick", TICK_SECONDS, tick),),
        at_head=lambda: True,
        read_usage=read,
    )
    worker.start()
    done.wait(120)
    if not keys:
        time.sleep(READ / PER_SECOND)
    worker.stop()
    gaps = [1000 * (after - before) for before, after in pairwise(ticks)]
    return (str(len(ticks)), median(gaps), max(gaps))
