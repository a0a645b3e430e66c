"""Clients for each account, with the worker's own credentials or with a role session in the person's name."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from bot.aws.circuit_breaker import CODE, CircuitBreaker
from bot.aws.errors import reading, writing
from bot.aws.policies import Document, compact, one_user, one_user_anywhere, only_on
from bot.domain.catalog import Account
from bot.domain.errors import Throttled, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

REGION = "us-east-1"  # IAM is global; its endpoint is here if no region is set
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=20)
BRIEF = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=5, read_timeout=20)
"""Where a person waits for an answer that may also be no."""
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
"""For CreateAccessKey: botocore would send it again after a lost answer and create a second key that no one has."""
UNSIGNED_ONCE = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=5)
FRESH = timedelta(minutes=5)
READER_SECONDS, ACT_SECONDS = 3600, 900
NOT_IN_IDENTITY = re.compile(r"[^\w+=,.@-]", re.ASCII)
LATCHKEY = "latchkey"
OWN, TRAIL = "", "cloudtrail"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """Clients are made lazily. boto3's one session is only touched under the lock; calls to AWS are made outside it."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _utc_now,
        patient: Config = PATIENT,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self.now, self._patient, self._breaker = now, patient, breaker or CircuitBreaker()
        self._guard = threading.Lock()
        self._session: boto3.Session | None = None
        self._caller: str | None = None
        self._clients: dict[tuple[str, bool, str | None], Any] = {}
        self._sessions: dict[str, Any] = {}  # of the Reader role, by account
        self._readers: dict[tuple[str, str, str | None], tuple[Any, Any]] = {}  # each with its session

    def sts(self) -> "STSClient":
        client: STSClient = self._own("sts", once=False)
        return client

    def unsigned_sts(self, region: str) -> "STSClient":
        """A new client, for a request that is signed already. One attempt."""
        with self._guard:
            return self._boto().client("sts", region_name=region, config=UNSIGNED_ONCE)

    def organizations(self) -> Any:
        """AWS Organizations, with the worker's own credentials."""
        return self._own("organizations", once=False)

    def reader(self, account: Account) -> "IAMClient":
        """Cached until five minutes before its session ends. Raises Unreadable if the role can't be assumed."""
        client: IAMClient = self._reading(account, "iam", None)
        return client

    def trail(self, account: Account, region: str) -> Any:
        """CloudTrail's client, cached like `reader`. One attempt for each call, because our own rate limit counts them.

        A region that hangs doesn't open the circuit of the account's other calls.

        Raises Unreadable if the role can't be assumed.
        """
        if self._breaker.is_open(_trail_of(_named(account), region)):
            raise Unreadable("LookupEvents", CODE)
        return self._reading(account, TRAIL, region)

    def _reading(self, account: Account, service: str, region: str | None) -> Any:
        if self._breaker.is_open(_named(account)):
            raise Unreadable("AssumeRole", CODE)
        once = service == TRAIL
        if account.reader_role_arn is None:
            return self._own(service, once=once, region=region)
        with self._guard:
            session = self._sessions.get(account.name)
            cached = self._readers.get((account.name, service, region))
        if session is None or session["Expiration"] - self.now() <= FRESH:
            with reading("AssumeRole"):
                session = self.assume(account, account.reader_role_arn, by=LATCHKEY, seconds=READER_SECONDS)
        elif cached is not None and cached[0] is session:
            return cached[1]
        made = self._with(account, session, once=once, service=service, region=region)
        with self._guard:
            self._sessions[account.name] = session
            self._readers[account.name, service, region] = (session, made)
        return made

    def issuer(self, account: Account, user: str, *, by: str, once: bool = False) -> "IAMClient":
        """Raises AwsRefused or Throttled if the role can't be assumed; nothing was done then."""
        return self._acting(account, account.issuer_role_arn, user, by, once=once)

    def on_found(self, account: Account, role: str | None, arn: str, *actions: str, by: str) -> "IAMClient":
        """For one call on a user or role that isn't Latchkey's. Without a role, uses the worker's own credentials."""
        return self._with_policy(account, role, by, only_on(arn, *actions), once=False)

    def caller(self) -> str:
        """The ARN of the user, or of the role session, that the worker runs as: asked once. Raises Unreadable."""
        if self._caller is None:
            with reading("GetCallerIdentity"):
                self._caller = self.sts().get_caller_identity()["Arn"]
        return self._caller

    def is_own(self, user_arn: str, key: str) -> bool:
        """Whether Latchkey itself runs as this user or with this key. Raises Unreadable."""
        caller = self.caller()
        with self._guard:
            own = self._boto().get_credentials()
        return caller == user_arn or (own is not None and own.access_key == key)

    def responder(self, account: Account, user: str, *, by: str) -> "IAMClient":
        """Works also for a user that was moved out of /latchkey/."""
        return self._with_policy(account, account.responder_role_arn, by, one_user_anywhere(account, user), once=False)

    def assume(
        self,
        account: Account,
        role: str,
        *,
        by: str | None,
        seconds: int,
        name: str = "",
        policy: Document | None = None,
    ) -> Any:
        """The response's Credentials, with `by` as SourceIdentity; only the doctor leaves it out.

        Raises botocore's errors.
        """
        words: dict[str, Any] = {"Policy": compact(policy)} if policy is not None else {}
        if account.external_id:
            words["ExternalId"] = account.external_id
        if by is not None:
            words["SourceIdentity"] = identity(by)
        answer = self.sts().assume_role(
            RoleArn=role,
            RoleSessionName=identity(name or by or ""),
            DurationSeconds=seconds,
            **words,
        )
        return answer["Credentials"]

    def _acting(self, account: Account, role: str | None, user: str, by: str, *, once: bool) -> "IAMClient":
        return self._with_policy(account, role, by, one_user(account, user), once=once)

    def _with_policy(self, account: Account, role: str | None, by: str, policy: Document, *, once: bool) -> "IAMClient":
        if self._breaker.is_open(_named(account)):
            raise Throttled("AssumeRole", CODE)
        if role is None:
            return self._iam(once=once)
        with writing("AssumeRole"):
            found = self.assume(account, role, by=by, seconds=ACT_SECONDS, policy=policy)
        client: IAMClient = self._with(account, found, once=once)
        return client

    def _iam(self, *, once: bool) -> "IAMClient":
        client: IAMClient = self._own("iam", once=once)
        return client

    def _own(self, service: str, *, once: bool, region: str | None = None) -> Any:
        with self._guard:
            if (service, once, region) not in self._clients:
                where = region or self._region()
                client = self._boto().client(service, region_name=where, config=self._config(once))  # type: ignore[call-overload]
                if service == TRAIL:
                    self._breaker.watch(client, _trail_of(OWN, where))
                elif service == "iam":  # STS calls share one circuit breaker
                    self._breaker.watch(client, OWN)
                self._clients[service, once, region] = client
            return self._clients[service, once, region]

    def _with(
        self, account: Account, found: Any, *, once: bool, service: str = "iam", region: str | None = None
    ) -> Any:
        """A client from the one session, so that botocore parses its service description only once."""
        with self._guard:
            made = self._boto().client(  # type: ignore[call-overload]
                service,
                region_name=region or self._region(),
                aws_access_key_id=found["AccessKeyId"],
                aws_secret_access_key=found["SecretAccessKey"],
                aws_session_token=found["SessionToken"],
                config=self._config(once),
            )
        self._breaker.watch(made, _trail_of(_named(account), region) if service == TRAIL else _named(account))
        return made

    def _boto(self) -> boto3.Session:
        if self._session is None:
            self._session = boto3.Session()
        return self._session

    def _region(self) -> str:
        """The worker's own region: it also selects the partition of IAM's endpoint."""
        return self._boto().region_name or REGION

    def _config(self, once: bool) -> Config:
        return ONCE if once else self._patient


def _named(account: Account) -> str:
    """The key of the circuit breaker: accounts without roles share the worker's own client."""
    return account.name if account.reader_role_arn else OWN


def _trail_of(named: str, region: str | None) -> str:
    return f"{named}/{TRAIL}/{region}"


def identity(by: str) -> str:
    """A Slack user id or `latchkey` as STS accepts it: 2 to 64 word characters and +=,.@-."""
    return NOT_IN_IDENTITY.sub("-", by)[:64].ljust(2, "-")
