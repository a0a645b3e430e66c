"""ports.Reactivator on boto3: the one place that switches a key on that Latchkey did not make."""

from bot.aws.accounts import Accounts
from bot.aws.errors import writing
from bot.aws.responder import UPDATE, found_user
from bot.domain.adopted import DualApproval
from bot.domain.catalog import Account


class AwsReactivator:
    """On the Responder's role: IAM cannot tell Active from Inactive there, so that the Warrant has to."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def switch_on(self, account: Account, warrant: DualApproval) -> None:
        user = found_user(self._accounts, account, warrant.user_arn, warrant.access_key_id, "UpdateAccessKey")
        role = account.responder_role_arn
        client = self._accounts.on_found(account, role, warrant.user_arn, UPDATE, by=warrant.by)
        with writing("UpdateAccessKey"):
            client.update_access_key(UserName=user, AccessKeyId=warrant.access_key_id, Status="Active")
