"""In-memory AWS as inventory reads it: the users and keys of a FakeIam, with data that only a report or a tag has."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.grant import IAM_PATH
from bot.domain.hygiene.inventory import UserSeen
from bot.domain.hygiene.organization import Organization
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.sts_proof import Caller, Proof
from bot.domain.usage.last_used import LastUsed
from bot.ports import Printed
from tests import credential_reports
from tests.fakes.environment import CalledInTransaction, InTransaction, never
from tests.fakes.iam import FakeIam, FakeKey

OLD = timedelta(days=400)


@dataclass
class Profile:
    """A user's entry in the report and in the list of users, without its keys."""

    tags: dict[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    power: tuple[str, ...] | None = None
    password: bool = False
    mfa: bool = False
    made_at: datetime | None = None
    more: str = "N/A"
    allowed: dict[str, Any] | None = None  # replacement.allowed.Allowed, as stored
    path: str | None = None  # "/", or /latchkey/ for a grant's own user


@dataclass
class FakeReader:
    """`edit` changes a report's text; `age` makes it older; `faults` are raised once each, by call."""

    iam: FakeIam
    root: str | None = credential_reports.ROOT
    age: timedelta = timedelta(0)
    hidden: set[str] = field(default_factory=set)  # users missing from the report
    backwards: set[str] = field(default_factory=set)  # users whose two slots are swapped
    profiles: dict[str, Profile] = field(default_factory=dict)
    faults: dict[str, AwsError] = field(default_factory=dict)
    content: bytes | None = None
    services: list[ServiceCredential] = field(default_factory=list)
    worker: str = ""  # the name of the user that Latchkey runs as
    in_transaction: InTransaction = never
    calls: list[tuple[str, str]] = field(default_factory=list)
    organized: Organization | None = None
    callers: dict[str, Caller] = field(default_factory=dict)  # by the signature of a pair that AWS accepts

    def __post_init__(self) -> None:
        self.born = self.iam.clock.now() - OLD  # of users without a profile

    def report(self, account: Account) -> Printed:
        self._call("report", account)
        users = (name for owner, name in self.iam.users if owner == account.id and name not in self.hidden)
        text = credential_reports.written(*(self._line(account, each) for each in users), root=self.root)
        return Printed(text if self.content is None else self.content, self.iam.clock.now() - self.age)

    def users(self, account: Account) -> tuple[UserSeen, ...]:
        self._call("users", account)
        return tuple(self._seen(account, name) for owner, name in self.iam.users if owner == account.id)

    def organization(self) -> Organization | None:
        self._called("organization", "")
        return self.organized

    def user_of(self, account: Account, key: AccessKeyId) -> str | None:
        self._call("user_of", account)
        users = self.iam.users.items()
        return next((name for (owner, name), user in users if owner == account.id and key in user.keys), None)

    def arn_of(self, account: Account, user: str) -> str | None:
        self._call("arn_of", account)
        return self._seen(account, user).arn if (account.id, user) in self.iam.users else None

    def caller_of(self, proof: Proof) -> Caller | None:
        self._called("caller_of", proof.key)
        return self.callers.get(proof.signature)

    def is_own(self, user_arn: str, key: AccessKeyId) -> bool:
        self._called("is_own", key)
        return bool(self.worker) and user_arn.rpartition("/")[2] == self.worker

    def service_credentials(self, account: Account) -> tuple[ServiceCredential, ...]:
        self._call("service_credentials", account)
        return tuple(each for each in self.services if (account.id, each.user) in self.iam.users)

    # --- set-up -----------------------------------------------------------------------------------------------------

    def user(self, account: Account, name: str, **profile: object) -> Profile:
        self.profiles[name] = Profile(**profile)  # type: ignore[arg-type]
        return self.profiles[name]

    def key(
        self,
        account: Account,
        user: str,
        *,
        age: timedelta = timedelta(0),
        idle: timedelta | None = None,
        active: bool = True,
    ) -> AccessKeyId:
        """A key of this age, last used `idle` ago if given."""
        now = self.iam.clock.now()
        made: FakeKey = self.iam.plant_key(account, user)
        made.created_at, made.active = (now - age).replace(microsecond=0), active
        self.iam.uses[made.id] = LastUsed(None) if idle is None else LastUsed(now - idle, "s3", "eu-central-1")
        return made.id

    # --- as AWS shows it --------------------------------------------------------------------------------------------

    def _call(self, name: str, account: Account) -> None:
        self._called(name, account.name)

    def _called(self, name: str, about: str) -> None:
        if self.in_transaction():
            raise CalledInTransaction(f"Reader.{name}")
        self.calls.append((name, about))
        if (fault := self.faults.pop(name, None)) is not None:
            raise fault

    def _line(self, account: Account, name: str) -> str:
        profile, found = self.profiles.get(name, Profile()), self.iam.users[account.id, name]
        keys = sorted(found.keys.values(), key=lambda each: each.id, reverse=name in self.backwards)[:2]
        return credential_reports.line(
            name,
            profile.made_at or self.born,
            *(self._shown(each) for each in keys),
            password=profile.password,
            mfa=profile.mfa,
            more=profile.more,
        )

    def _shown(self, key: FakeKey) -> credential_reports.Key:
        used = self.iam.uses.get(key.id, LastUsed(None))
        if used is None:
            return credential_reports.Key(key.created_at, key.active, "no_information")
        return credential_reports.Key(key.created_at, key.active, used.at, used.region or "N/A", used.service or "N/A")

    def _seen(self, account: Account, name: str) -> UserSeen:
        profile = self.profiles.get(name, Profile())
        path = profile.path or (IAM_PATH if self.iam.users[account.id, name].grant else "/")
        arn = f"arn:aws:iam::{account.id}:user{path}{name}"
        tags = dict(profile.tags)
        if (spec := self.iam.users[account.id, name].spec) is not None:
            tags["latchkey:owner"] = spec.grant.owner
        made_at = profile.made_at or self.born
        may = (profile.policies, profile.power, profile.allowed)
        return UserSeen(name, arn, made_at, tags, *may, runs_latchkey=name == self.worker)
