"""Clients for each account: the worker's own credentials, or a role's session with the person's name in it."""

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.aws.documents import compact, one_user
from bot.aws.errors import code_of
from bot.domain.catalog import Account
from bot.domain.errors import AwsRefused

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

REGION = "us-east-1"  # IAM is global; its endpoint is there
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=20)
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
"""For CreateAccessKey: botocore would send it again after a lost answer, and make a key that nobody holds."""
FRESH = timedelta(minutes=5)
NOT_IN_IDENTITY = re.compile(r"[^\w+=,.@-]", re.ASCII)


class Accounts:
    """Nothing is made before it is needed, and boto3's session is only touched under the lock."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, bool], Any] = {}
        self._readers: dict[str, tuple[datetime, Any]] = {}

    def sts(self) -> "STSClient":
        client: STSClient = self._own("sts", once=False)
        return client

    def sts_once(self) -> "STSClient":
        client: STSClient = self._own("sts", once=True)
        return client

    def reader(self, account: Account) -> "IAMClient":
        """Cached until five minutes before its session ends."""
        if account.reader_role_arn is None:
            return self._iam(once=False)
        with self._guard:
            ends, client = self._readers.get(account.name, (datetime.min.replace(tzinfo=UTC), None))
            if client is None or ends - datetime.now(UTC) < FRESH:
                ends, client = self._assumed(account, account.reader_role_arn, "latchkey", None, once=False)
                self._readers[account.name] = (ends, client)
            made: IAMClient = client
            return made

    def issuer(self, account: Account, user: str, *, by: str, once: bool = False) -> "IAMClient":
        return self._acting(account, account.issuer_role_arn, user, by, once=once)

    def responder(self, account: Account, user: str, *, by: str) -> "IAMClient":
        return self._acting(account, account.responder_role_arn, user, by, once=False)

    def _acting(self, account: Account, role: str | None, user: str, by: str, *, once: bool) -> "IAMClient":
        if role is None:
            return self._iam(once=once)
        made: IAMClient = self._assumed(account, role, by, user, once=once)[1]
        return made

    def _iam(self, *, once: bool) -> "IAMClient":
        client: IAMClient = self._own("iam", once=once)
        return client

    def _own(self, service: str, *, once: bool) -> Any:
        with self._guard:
            if (service, once) not in self._clients:
                if self._session is None:
                    self._session = boto3.Session()
                region = self._session.region_name or REGION
                config = ONCE if once else PATIENT
                self._clients[service, once] = self._session.client(service, region_name=region, config=config)  # type: ignore[call-overload]
            return self._clients[service, once]

    def _assumed(self, account: Account, role: str, by: str, user: str | None, *, once: bool) -> tuple[datetime, Any]:
        words: dict[str, Any] = {
            "RoleArn": role,
            "RoleSessionName": identity(by),
            "SourceIdentity": identity(by),
            "DurationSeconds": 3600 if user is None else 900,
        }
        if account.external_id:
            words["ExternalId"] = account.external_id
        if user is not None:
            words["Policy"] = compact(one_user(account, user))
        try:
            found = self.sts().assume_role(**words)["Credentials"]
        except ClientError as error:
            raise AwsRefused("AssumeRole", code_of(error)) from None
        except BotoCoreError as error:
            raise AwsRefused("AssumeRole", type(error).__name__) from None
        with self._guard:
            session = boto3.Session(
                found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], region_name=REGION
            )
            return found["Expiration"], session.client("iam", config=ONCE if once else PATIENT)


def identity(by: str) -> str:
    """A Slack user id or `latchkey` as STS takes it: 2 to 64 of word characters and +=,.@-."""
    return NOT_IN_IDENTITY.sub("-", by)[:64].ljust(2, "-")
