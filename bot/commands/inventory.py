"""`latchkey inventory`: reads accounts as the worker does every six hours, and prints what it found.

Needs the catalog, AWS and the ledger, and no Slack: whether an owner has left is the worker's question. A dry run also
goes without a ledger, so that an account can be looked at before anything is set up.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands import inventory_output
from bot.config.settings import Settings
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import LatchkeyError
from bot.domain.finding import Finding
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.hygiene.scan import Outcome
from bot.flows.own import WithoutSlack
from bot.logs import structured
from bot.runtime.bootstrap import SystemClock, SystemEntropy, does_not_answer

if TYPE_CHECKING:
    from bot.aws.iam import AwsIam

FAULT = 1
SQLITE = "sqlite:///"
Seen = tuple[Outcome, tuple[Finding, ...]]  # with what Latchkey's own clocks have found


def take(settings: Settings, catalog: Catalog, *, account: str | None, dry: bool, as_json: bool) -> int:
    """0 when every account was read, 1 when one was not. Raises LatchkeyError for what cannot work at all."""
    accounts = [each for each in catalog.accounts.values() if account is None or each.name == account]
    structured.configure("CRITICAL")  # what is wrong is said by the outcome
    with _context(settings, catalog, dry=dry) as context:
        seen = [_one(context, each, dry=dry, quiet=as_json) for each in accounts]
    if as_json:
        inventory_output.as_json(seen, catalog.hygiene, dry=dry)
    else:
        inventory_output.tables(seen, dry=dry)
    return FAULT if any(outcome.problem for outcome, _ in seen) else 0


def _one(context: AwsContext, account: Account, *, dry: bool, quiet: bool) -> Seen:
    with inventory_output.progress(account.name, quiet=quiet) as tell:
        try:
            outcome = inventory.look(context, account, dry=dry, tell=tell)
        except inventory.Busy as busy:
            outcome = Outcome(account, context.clock.now(), problem=f"Not read: {busy}.")
    with context.work.begin() as tx:
        return outcome, tx.findings.own(account.name)


@contextmanager
def _context(settings: Settings, catalog: Catalog, *, dry: bool) -> Iterator[AwsContext]:
    from bot.aws.credential_report import AwsReader
    from bot.aws.iam import AwsIam
    from bot.aws.reactivator import AwsReactivator
    from bot.aws.responder import AwsResponder
    from bot.store.engine import make_engine
    from bot.store.work import SqlUnitOfWork

    clock = SystemClock()
    with _ledger(settings.database_url.reveal(), dry=dry) as url:
        engine = make_engine(url)
        try:
            iam = AwsIam(catalog, clock)
            _must_be_url(iam)
            yield AwsContext(
                SqlUnitOfWork(engine, clock),
                clock,
                SystemEntropy(),
                WithoutSlack(),
                catalog,
                iam,
                AwsReader(iam.accounts),
                AwsResponder(iam.accounts),
                AwsReactivator(iam.accounts),
            )
        finally:
            engine.dispose()


def _must_be_url(iam: "AwsIam") -> None:
    try:
        iam.accounts.sts()
    except ValueError:  # botocore's word for an endpoint that is none
        raise LatchkeyError("AWS_ENDPOINT_URL is not a URL; write one like https://host, or leave it out") from None


@contextmanager
def _ledger(url: str, *, dry: bool) -> Iterator[str]:
    """The ledger's address, once it is known to be at head; for a dry run without a ledger an empty one."""
    from bot.store.engine import make_engine
    from bot.store.schema import SchemaState, state, upgrade

    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
        if not dry:
            raise LatchkeyError("the SQLite file does not exist yet; run `latchkey migrate`, or look with --dry-run")
        with tempfile.TemporaryDirectory(prefix="latchkey-") as folder:
            upgrade(empty := f"{SQLITE}{folder}/empty.db")
            yield empty
        return
    engine = make_engine(url)
    try:
        found = state(engine)
    except Exception as error:  # noqa: BLE001 - the edge of a tool: an unreachable database is an answer here
        raise LatchkeyError(does_not_answer(error)) from None
    finally:
        engine.dispose()
    if found is not SchemaState.AT_HEAD:
        raise LatchkeyError(f"the database's schema is {found}; run `latchkey migrate`")
    yield url
