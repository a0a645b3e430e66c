"""An AWS stand-in as it is after set-up: with the boundary and roles that `latchkey iam` prints."""

from bot.aws.roles import iam_documents
from bot.domain.catalog import Catalog
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.example import roles


def seed(running: AwsStandIn, catalog: Catalog) -> None:
    account = next(iter(catalog.accounts.values()))
    printed = iam_documents(catalog, account.name, None)
    running.seed_demo(printed["Boundary"], roles(catalog, account, printed))
