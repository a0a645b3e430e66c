"""A hygiene pass over many accounts on PostgreSQL: constant memory, and time proportional to the keys.

Each size runs in a separate process, so that its peak memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.catalog import Account, Catalog
from bot.domain.hygiene.inventory import UserSeen
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.last_used import LastUsed
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.ownership import slack_presence
from bot.ports import KeySeen, Printed
from bot.runtime.bootstrap import SystemEntropy
from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests import credential_reports, postgres
from tests.bench.figures import Cell, Figures
from tests.bench.large_account import OWNER, Turned
from tests.credential_reports import Key
from tests.fakes.trail import FakeTrail

USERS, KEYS_EACH = 1000, 2
ACCOUNTS = (25, 50, 100)
MEGABYTES_MOST = 300
OLD = 32  # one user in this many has an old key
EPOCH = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
HEAD = ("accounts", "keys", "findings", "first pass s", "CPU µs a key", "next pass s", "CPU µs a key ", "peak MB")


@dataclass
class Made:
    """Generated accounts: reports, users and lists of keys. Implements both AWS ports of a scan."""

    clock: Turned
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def report(self, _account: Account) -> Printed:
        lines = (credential_reports.line(name, EPOCH, *self._keys(number)) for number, name in self._names())
        return Printed(credential_reports.written(*lines), self.clock.now())

    def users(self, account: Account) -> tuple[UserSeen, ...]:
        tags = {each["Key"]: each["Value"] for each in OWNER}
        arn = f"arn:aws:iam::{account.id}:user/"
        return tuple(UserSeen(name, arn + name, EPOCH, tags, ()) for _, name in self._names())

    def service_credentials(self, _account: Account) -> tuple[ServiceCredential, ...]:
        return ()

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...]:
        number = int(user.removeprefix("user-"))
        ids = (AccessKeyId(f"AKIA{account.name[8:]:0>4}{number:06}{slot}") for slot in (1, 2))
        return tuple(KeySeen(name, True, key.made_at) for name, key in zip(ids, self._keys(number), strict=True))

    def last_used(self, _account: Account, _key: AccessKeyId) -> LastUsed:
        return LastUsed(None)

    def _names(self) -> Iterator[tuple[int, str]]:
        return ((number, f"user-{number}") for number in range(USERS))

    def _keys(self, number: int) -> tuple[Key, Key]:
        old = self.began - timedelta(days=100 if number % OLD == 0 else 30)
        used = self.began - timedelta(days=1)
        return Key(old, True, used - timedelta(days=3), "eu-central-1", "s3"), Key(
            used, True, used, "eu-central-1", "s3"
        )


def measure() -> list[Figures]:
    rows: list[tuple[Cell, ...]] = []
    with postgres.running() as server:
        server.create(postgres.TEMPLATE, template="template0")
        from bot.store.schema import upgrade

        upgrade(server.url(postgres.TEMPLATE))
        for accounts in ACCOUNTS:
            name = server.fresh()
            found = _apart(server.url(name), accounts)
            server.drop(name)
            keys = accounts * USERS * KEYS_EACH
            each = [cell for wall, cpu in found["passes"] for cell in (wall, 1e6 * cpu / keys)]
            rows.append((str(accounts), str(keys), str(found["findings"]), *each, found["megabytes"]))
    notes = (
        f"{USERS} users with {KEYS_EACH} keys in each account; the second pass is six hours later",
        f"CPU is this process alone, without the server; bound: {MEGABYTES_MOST} MB",
    )
    if any(float(row[-1]) > MEGABYTES_MOST for row in rows):
        raise AssertionError(f"more than {MEGABYTES_MOST} MB: {rows}")
    return [Figures("A hygiene pass on PostgreSQL", HEAD, tuple(rows), notes)]


def _apart(url: str, accounts: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.hygiene", url, str(accounts)]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800)
    return dict(json.loads(seen.stdout))


def child(url: str, accounts: int) -> dict[str, Any]:
    made = [Account(AccountName(f"account-{n}"), f"{n:012}") for n in range(accounts)]
    catalog = Catalog((), timedelta(hours=72), timedelta(hours=72), {each.name: each for each in made}, {}, {})
    clock = Turned()
    aws, engine = Made(clock), make_engine(url)
    context = AwsContext(
        SqlUnitOfWork(engine, clock),
        clock,
        SystemEntropy(),
        slack_presence.WithoutSlack(),
        catalog,
        aws,
        aws,
        aws,
        aws,
        FakeTrail(),
    )  # type: ignore[arg-type]
    passes, findings = [], 0
    for _ in range(2):
        began, findings = (time.perf_counter(), time.process_time()), 0
        for each in made:
            outcome = inventory.read_account(context, each)
            if outcome.problem:
                raise AssertionError(outcome.problem)
            findings += len(outcome.findings)
        passes.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        clock.advance(inventory.EVERY)
    engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"passes": passes, "findings": findings, "megabytes": peak}


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], int(sys.argv[2]))))
