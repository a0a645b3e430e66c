"""An account with keys that Latchkey didn't issue, read by the inventory on the real ledger."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.catalog import Account
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundKey
from bot.domain.ids import AccountName
from bot.flows.context import AwsContext
from bot.flows.hygiene import inventory
from bot.flows.hygiene.scan import Outcome
from bot.store.work import in_transaction
from tests.fakes.reader import FakeReader
from tests.flows.catalog import MAIN
from tests.flows.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND = Account(AccountName("second"), "210987654321", channel="C02SECOND")


@dataclass
class Found:
    world: World
    reader: FakeReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = FakeReader(self.world.iam, in_transaction=in_transaction)

    @property
    def context(self) -> AwsContext:
        return replace(self.world.context, reader=self.reader)

    def look(self, account: Account = MAIN, *, dry: bool = False) -> Outcome:
        return inventory.read_account(self.context, account, dry=dry)

    def with_accounts(self, *accounts: Account) -> None:
        self.world.catalog = replace(self.world.catalog, accounts={each.name: each for each in accounts})

    def keys(self, *users: str, account: Account = MAIN) -> tuple[FoundKey, ...]:
        with self.world.work.begin() as tx:
            return tx.inventory.keys(account.name, users)

    def findings(self, *users: str, account: Account = MAIN) -> set[tuple[FindingKind, str, str]]:
        return {(each.kind, each.iam_user, each.access_key_id) for each in self.open(*users, account=account)}

    def open(self, *users: str, account: Account = MAIN) -> tuple[Finding, ...]:
        with self.world.work.begin() as tx:
            return tx.findings.open_on(account.name, users)

    def calls(self) -> list[str]:
        return [name for name, _ in (*self.reader.calls, *self.world.iam.calls)]

    def forget_calls(self) -> None:
        self.reader.calls.clear()
        self.world.iam.calls.clear()
