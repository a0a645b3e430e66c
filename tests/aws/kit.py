"""Shared by the tests of the AWS adapter: one catalog, one grant, and two implementations of the same methods."""

import copy
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bot.aws.accounts import Accounts
from bot.aws.iam import AwsIam
from bot.aws.policies import boundary
from bot.domain.catalog import Account, Approvers, Catalog, Entitlement, Kind
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.ports import Iam, NewKey, NewSession, UserSpec
from bot.sandbox.aws import AwsStandIn
from tests.fakes import ALICE, BOB, START, FakeClock
from tests.fault_injection import felt_by

ID = "123456789012"
BOUNDARY = f"arn:aws:iam::{ID}:policy/latchkey/boundary"
ADMIN = f"arn:aws:iam::{ID}:user/service/latchkey-worker"  # the principal of MotoAws
SESSION_ROLE = f"arn:aws:iam::{ID}:role/reports-session"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
ACCOUNT = Account(AccountName("main"), ID, boundary_arn=BOUNDARY)
LEASE = timedelta(hours=8)
IMPATIENT = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)

FailKind = Literal["lost", "throttled", "broken", "refused", "two keys"]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def entitlement(name: str = "reports-read", kind: Kind = Kind.ACCESS_KEY, **more: Any) -> Entitlement:
    if kind is Kind.SESSION:
        more = {"role_arn": SESSION_ROLE, **more}
    elif "policy_arns" not in more:
        more = {"policy": policy(READ), **more}
    return Entitlement(EntitlementId(name), name, ACCOUNT.name, kind, timedelta(days=30), "platform", **more)


READ_REPORTS = entitlement()
SESSION = entitlement("reports-read-session", Kind.SESSION)


def catalog(*entitlements: Entitlement, account: Account = ACCOUNT) -> Catalog:
    found = entitlements or (READ_REPORTS, SESSION)
    return Catalog(
        admins=(BOB,),
        collect_within=timedelta(hours=72),
        decide_within=timedelta(hours=72),
        accounts={account.name: account},
        approvers={"platform": Approvers("platform", (BOB,))},
        entitlements={each.id: each for each in found},
    )


def grant(name: str = "g1", wanted: Entitlement = READ_REPORTS, lasts: timedelta = LEASE) -> Grant:
    state, until = GrantState.APPROVED, START + lasts
    return Grant(
        GrantId(name), RequestId("r1"), wanted.id, ACCOUNT.name, ALICE, lasts, state, START, until, lease_until=until
    )


def spec(wanted: Entitlement = READ_REPORTS, *, account: Account = ACCOUNT, of: Grant | None = None) -> UserSpec:
    return UserSpec(account, wanted, of or grant(wanted=wanted), ALICE, (BOB,))


class AwsWorld(Protocol):
    """Methods that a contract test needs in addition to the port."""

    clock: FakeClock

    @property
    def iam(self) -> Iam: ...
    def truth(self, user: str) -> dict[AccessKeyId, bool] | None: ...
    def lease(self, user: str) -> datetime | None: ...
    def devices(self) -> dict[str, str | None]: ...
    def foreign_user(self, user: str) -> None: ...
    def rename(self, user: str, name: str) -> None: ...
    def spoil_boundary(self, how: Literal["NoSuchEntity", "Differs"]) -> None: ...
    def fail_create_key(self, kind: FailKind) -> None: ...
    def creations(self) -> int: ...
    def hide_last_use(self) -> None: ...


class MotoAws:
    """The real adapter on the stand-in. `holder` and `admin` are clients next to it, which get the same faults."""

    def __init__(self, clock: FakeClock, env: pytest.MonkeyPatch, made: Catalog | None = None) -> None:
        self.clock, self.catalog, self._env = clock, made or catalog(), env
        self.aws = AwsStandIn(clock=clock.now)
        self._open, self.slept, self._admins = ExitStack(), list[float](), dict[str, Any]()
        self._open.enter_context(self.aws)
        self.account = next(iter(self.catalog.accounts.values()))
        self.aws.seed_demo(boundary(self.catalog, self.account), {"reports-session": {"Statement": [READ]}})
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
            env.delenv(name, raising=False)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            env.setenv(name, "/nonexistent")
        env.setenv("AWS_EC2_METADATA_DISABLED", "true")
        env.setenv("AWS_ENDPOINT_URL", self.aws.url)
        self.be(*self.aws.admin)

    def be(self, key: str, secret: str, token: str | None = None) -> None:
        """From now on Latchkey runs with these credentials."""
        self._env.setenv("AWS_ACCESS_KEY_ID", key)
        self._env.setenv("AWS_SECRET_ACCESS_KEY", secret)
        if token:
            self._env.setenv("AWS_SESSION_TOKEN", token)
        self.be_whoever_the_environment_says()

    def be_whoever_the_environment_says(self) -> None:
        self.accounts = Accounts(now=self.clock.now, patient=IMPATIENT)
        self._open.callback(felt_by(self.accounts))
        self.iam = AwsIam(self.catalog, self.clock, accounts=self.accounts, sleep=self.slept.append)

    # --- methods of the contract tests --------------------------------------------------------------------------

    def truth(self, user: str) -> dict[AccessKeyId, bool] | None:
        found = self.aws._directory.backend.users.get(user)
        if found is None:
            return None
        return {AccessKeyId(key.access_key_id): key.status == "Active" for key in found.access_keys}

    def lease(self, user: str) -> datetime | None:
        found = self.admin("iam").get_user_policy(UserName=user, PolicyName="latchkey-deny")["PolicyDocument"]
        return datetime.fromisoformat(found["Statement"][0]["Condition"]["DateGreaterThan"]["aws:CurrentTime"])

    def keep(self) -> Callable[[], None]:
        """To bring back what IAM holds now, as often as a test likes. AWS's own policies stay as they are."""
        backend = self.aws._directory.backend
        shared = {id(each): each for each in (backend, *backend.managed_policies.values())}
        kept = copy.deepcopy(vars(backend), dict(shared))
        return lambda: vars(backend).update(copy.deepcopy(kept, dict(shared)))

    def devices(self) -> dict[str, str | None]:
        found = self.aws._directory.backend.virtual_mfa_devices.values()
        return {each.serial_number: each.user.name if each.user else None for each in found}

    def foreign_user(self, user: str) -> None:
        self.admin("iam").create_user(UserName=user, Path="/")
        self.admin("iam").create_access_key(UserName=user)
        self.aws.forget_calls()

    def rename(self, user: str, name: str) -> None:
        self.admin("iam").update_user(UserName=user, NewUserName=name)

    def spoil_boundary(self, how: Literal["NoSuchEntity", "Differs"]) -> None:
        iam = self.admin("iam")
        if how == "NoSuchEntity":
            iam.delete_policy(PolicyArn=BOUNDARY)
        else:
            other = policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
            iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=other, SetAsDefault=True)

    def fail_create_key(self, kind: FailKind) -> None:
        plans = {"lost": "lose_answer", "broken": "server_error", "throttled": "throttle", "refused": "deny"}
        getattr(self.aws.faults, plans.get(kind, "limit_exceeded"))("CreateAccessKey")

    def creations(self) -> int:
        return self.aws.count("CreateAccessKey")

    def hide_last_use(self) -> None:
        self.aws.faults.throttle("GetAccessKeyLastUsed", times=100)

    # --- more -------------------------------------------------------------------------------------------------------

    def admin(self, service: Any) -> Any:
        if service not in self._admins:
            self._admins[service] = self.client(service, *self.aws.admin)
        return self._admins[service]

    def holder(self, service: Any, made: NewKey | NewSession) -> Any:
        token = made.token.reveal() if isinstance(made, NewSession) else None
        return self.client(service, made.id, made.secret.reveal(), token)

    def client(self, service: Any, key: str, secret: str, token: str | None = None) -> Any:
        found = boto3.client(
            service,
            endpoint_url=self.aws.url, region_name="eu-central-1", config=IMPATIENT,
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
        )  # fmt: skip
        self._open.callback(found.close)
        return found

    def mint(self, wanted: UserSpec | None = None, by: SlackUserId = ALICE) -> NewKey:
        found = wanted or spec()
        self.iam.prepare(found, by=by)
        return self.iam.create_key(found.account, found.grant.iam_user, by=by)

    def read(self, made: NewKey | NewSession) -> str:
        """Read the report: "read", or AWS's error code."""
        return self.outcome(self._read, made)

    def write(self, made: NewKey | NewSession) -> str:
        return self.outcome(lambda: self.holder("s3", made).put_object(Bucket="reports", Key="new", Body=b""))

    def outcome(self, call: Callable[..., Any], *args: Any) -> str:
        try:
            call(*args)
        except ClientError as refused:
            return str(refused.response["Error"]["Code"])
        return "done"

    def _read(self, made: NewKey | NewSession) -> None:
        self.holder("s3", made).get_object(Bucket="reports", Key="2026/q3.csv")["Body"].read()

    def close(self) -> None:
        self._open.close()


def elsewhere(account: Account = ACCOUNT, **more: Any) -> Account:
    """The same account, reached through three roles."""
    named = ("reader", "issuer", "responder")
    roles = {f"{name}_role_arn": f"arn:aws:iam::{ID}:role/latchkey-{name}" for name in named}
    return replace(account, **roles, external_id="latchkey-7d41", **more)
