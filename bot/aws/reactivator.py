"""ports.Reactivator with boto3: the only code that reactivates a key that Latchkey didn't issue."""

from bot.aws.accounts import Accounts
from bot.aws.errors import writing
from bot.aws.responder import UPDATE, found_user
from bot.domain.adopted import DualApproval
from bot.domain.catalog import Account


class AwsReactivator:
    """Uses the Responder's role.

    IAM can't tell Active from Inactive there, so the two approvers' consent is required here.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def switch_on(self, account: Account, warrant: DualApproval) -> None:
        user = found_user(self._accounts, account, warrant.user_arn, warrant.access_key_id, "UpdateAccessKey")
        role = account.responder_role_arn
        client = self._accounts.on_found(account, role, warrant.user_arn, UPDATE, by=warrant.by)
        with writing("UpdateAccessKey"):
            client.update_access_key(UserName=user, AccessKeyId=warrant.access_key_id, Status="Active")
