"""ports.Reader with boto3: reads a whole account in a few calls, however many users it has.

AWS makes a credential report at most every four hours and takes a while; we request it, then poll with backoff.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from bot.aws import account_details, leaked_key, organization
from bot.aws.accounts import Accounts
from bot.aws.errors import reading
from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.hygiene.inventory import UserSeen
from bot.domain.hygiene.organization import Organization
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.sts_proof import Caller, Proof
from bot.ports import Printed

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

PATIENCE = timedelta(minutes=5)  # for all attempts together, where a person waits
BRIEFLY = timedelta(seconds=10)  # the same for a worker, which retries in a minute and can be stopped meanwhile
NOT_YET = frozenset({"ReportInProgress"})
MAKE_IT = frozenset({"ReportNotPresent", "ReportExpired"})


class AwsReader:
    """`jitter` returns a number from 0 to 1, so that accounts don't poll in step."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._accounts, self._sleep, self._jitter, self._patience = accounts, sleep, jitter, patience

    def report(self, account: Account) -> Printed:
        client = self._accounts.reader(account)
        _generate(client)
        for pause in retry.waits(retry.REPORT_IN_PROGRESS, self._patience, self._jitter):
            try:
                return _get(client)
            except Unreadable as not_yet:
                if not_yet.code in MAKE_IT:  # the old report expired between the two calls
                    _generate(client)
                elif not_yet.code not in NOT_YET:
                    raise
            self._sleep(pause.total_seconds())
        return _get(client)

    def users(self, account: Account) -> tuple[UserSeen, ...]:
        client, worker = self._accounts.reader(account), self._accounts.caller()
        return account_details.users(client, worker)

    def service_credentials(self, account: Account) -> tuple[ServiceCredential, ...]:
        return account_details.service_credentials(self._accounts.reader(account))

    def user_of(self, account: Account, key: AccessKeyId) -> str | None:
        return leaked_key.user_of(self._accounts, account, key)

    def arn_of(self, account: Account, user: str) -> str | None:
        return leaked_key.arn_of(self._accounts, account, user)

    def caller_of(self, proof: Proof) -> Caller | None:
        return leaked_key.caller_of(self._accounts, proof)

    def is_own(self, user_arn: str, key: AccessKeyId) -> bool:
        return self._accounts.is_own(user_arn, key)

    def organization(self) -> Organization | None:
        return organization.read(self._accounts)


def _generate(client: "IAMClient") -> None:
    with reading("GenerateCredentialReport"):
        client.generate_credential_report()


def _get(client: "IAMClient") -> Printed:
    with reading("GetCredentialReport"):
        answer = client.get_credential_report()
    if not answer.get("Content") or not answer.get("GeneratedTime"):
        raise Unreadable("GetCredentialReport", "NoReportInAnswer")
    return Printed(answer["Content"], answer["GeneratedTime"].astimezone(UTC))
