"""`latchkey inventory`: read accounts as the worker does every six hours, and print the findings.

Needs the catalog, AWS and the ledger, but not Slack: only the worker checks whether an owner has left. A dry run also
works without a ledger, to look at an account before setting anything up.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.commands import inventory_output, inventory_usage
from bot.commands.ledger import SQLITE, is_missing, ledger
from bot.config.settings import Settings
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import LatchkeyError
from bot.domain.hygiene.finding import Finding
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.hygiene.scan import Outcome
from bot.flows.ownership import slack_presence
from bot.logs import structured
from bot.runtime.bootstrap import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.aws.iam import AwsIam

FAULT = 1
Seen = tuple[Outcome, tuple[Finding, ...]]  # including the findings that belong to Latchkey's own sweeps
DRY_USAGE = "--usage keeps what it reads in the ledger, so leave out --dry-run"


def take(
    settings: Settings, catalog: Catalog, *, account: str | None, dry: bool, as_json: bool, usage: bool = False
) -> int:
    """Returns 0 if every account was read, 1 if not. Raises LatchkeyError if nothing can work."""
    if usage and dry:
        raise LatchkeyError(DRY_USAGE)
    accounts = [each for each in catalog.accounts.values() if account is None or each.name == account]
    structured.configure("CRITICAL")  # the outcome reports what is wrong
    with _context(settings, catalog, dry=dry) as context:
        seen = [_one(context, each, dry=dry, quiet=as_json) for each in accounts]
        used = {outcome.account.name: inventory_usage.read(context, outcome, own) for outcome, own in seen if usage}
    if as_json:
        inventory_output.as_json(seen, catalog.hygiene, used, dry=dry)
    else:
        inventory_output.tables(seen, used, dry=dry)
    return FAULT if any(outcome.problem for outcome, _ in seen) else 0


def _one(context: AwsContext, account: Account, *, dry: bool, quiet: bool) -> Seen:
    with inventory_output.progress(account.name, quiet=quiet) as tell:
        try:
            outcome = inventory.read_account(context, account, dry=dry, tell=tell)
        except inventory.Busy as busy:
            outcome = Outcome(account, context.clock.now(), problem=f"Not read: {busy}.")
    with context.work.begin() as tx:
        return outcome, tx.findings.on_issued_keys(account.name)


@contextmanager
def _context(settings: Settings, catalog: Catalog, *, dry: bool) -> Iterator[AwsContext]:
    from bot.aws.cloudtrail import AwsTrail
    from bot.aws.credential_report import AwsReader
    from bot.aws.iam import AwsIam
    from bot.aws.reactivator import AwsReactivator
    from bot.aws.responder import AwsResponder
    from bot.store.work import SqlUnitOfWork

    clock = SystemClock()
    with _ledger(settings.database_url.reveal(), dry=dry) as engine:
        iam = AwsIam(catalog, clock)
        _must_be_url(iam)
        yield AwsContext(
            SqlUnitOfWork(engine, clock),
            clock,
            SystemEntropy(),
            slack_presence.WithoutSlack(),
            catalog,
            iam,
            AwsReader(iam.accounts),
            AwsResponder(iam.accounts),
            AwsReactivator(iam.accounts),
            AwsTrail(iam.accounts),
        )


def _must_be_url(iam: "AwsIam") -> None:
    try:
        iam.accounts.sts()
    except ValueError:  # botocore's error for an endpoint that isn't a URL
        raise LatchkeyError("AWS_ENDPOINT_URL isn't a URL; write one like https://host, or remove it") from None


@contextmanager
def _ledger(url: str, *, dry: bool) -> Iterator["Engine"]:
    """The ledger, or an empty one for a dry run without it."""
    from bot.store.engine import make_engine
    from bot.store.schema import upgrade

    if not is_missing(url):
        with ledger(url) as engine:
            yield engine
        return
    if not dry:
        raise LatchkeyError("the SQLite file doesn't exist yet; run `latchkey migrate`, or use --dry-run")
    with tempfile.TemporaryDirectory(prefix="latchkey-") as folder:
        upgrade(empty := f"{SQLITE}{folder}/empty.db")
        engine = make_engine(empty)
        try:
            yield engine
        finally:
            engine.dispose()
