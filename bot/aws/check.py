"""What `latchkey doctor` asks of an account."""

import json
from typing import Any

from bot.aws.accounts import Accounts
from bot.aws.documents import boundary
from bot.aws.errors import reading
from bot.domain.catalog import Account, Catalog
from bot.domain.errors import LatchkeyError

MOST_USERS = 5000  # IAM users of an account (IAM quotas)
WARN_AT = 0.8


class AccountFault(LatchkeyError):
    pass


def check_account(catalog: Catalog, account: Account, accounts: Accounts | None = None) -> str:
    """What is well, in words. Raises a LatchkeyError with what is not, and the mend."""
    made = accounts or Accounts()
    if account.reader_role_arn is None:
        with reading("GetCallerIdentity"):
            found = made.sts().get_caller_identity()["Account"]
        if found != account.id:
            raise AccountFault(f"the worker's credentials belong to account {found}, the catalog says {account.id}")
    client = made.reader(account)
    for role in ("issuer", "responder"):
        getattr(made, role)(account, "latchkey-doctor", by="doctor")
    if account.boundary_arn:
        with reading("GetPolicy"):
            version = client.get_policy(PolicyArn=account.boundary_arn)["Policy"]["DefaultVersionId"]
            answer = client.get_policy_version(PolicyArn=account.boundary_arn, VersionId=version)
        document: Any = answer["PolicyVersion"]["Document"]
        if (json.loads(document) if isinstance(document, str) else document) != boundary(catalog, account):
            raise AccountFault(
                f"the policy {account.boundary_arn} differs from the one that this catalog needs; "
                f"replace it by `latchkey iam --account {account.name}`, key Boundary"
            )
    with reading("GetAccountSummary"):
        users = client.get_account_summary()["SummaryMap"].get("Users", 0)
    full = f"; {users} of {MOST_USERS} users: near IAM's limit" if users >= MOST_USERS * WARN_AT else ""
    return f"roles, boundary and {users} users read{full}"
