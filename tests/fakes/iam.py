"""An in-memory AWS under the same contract as the real one. It can crash, or lose its answer, at any call."""

from base64 import b32encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.catalog import Account, Entitlement
from bot.domain.drift.difference import DifferenceKind
from bot.domain.drift.observe import Shape, UserSeen
from bot.domain.errors import AwsRefused, BoundaryDiffers, ForeignUser, TwoKeys
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.policies.managed_policy import PolicySeen
from bot.domain.usage.last_accessed import Accessed
from bot.domain.usage.last_used import LastUsed
from bot.ports import KeySeen, NewKey, NewSession, UserSpec
from bot.secret import Secret
from tests.fakes.environment import CalledInTransaction, Crash, FakeClock, Fault, InTransaction, never
from tests.fakes.iam_user import NO_ACCOUNT, FakeKey, FakeUser, shape_of
from tests.fakes.last_uses import LastUses
from tests.fakes.leaked_users import LeakedUsers
from tests.fakes.secrets import base32_seed_of, secret_of


@dataclass
class FakeIam(LastUses, LeakedUsers):
    """Every call is recorded in `calls`. `crash_at(i)` dies at call i (from 0), `fail_at` raises the given error."""

    clock: FakeClock
    role_seconds: int = 12 * 3600
    chained: bool = False
    others: int = 0  # IAM users that aren't ours
    most_users: int = 5000
    in_transaction: InTransaction = never
    users: dict[tuple[str, str], FakeUser] = field(default_factory=dict)
    devices: dict[str, str | None] = field(default_factory=dict)  # serial number: the user it is enabled for
    uses: dict[AccessKeyId, LastUsed | None] = field(default_factory=dict)  # None: unreadable
    accessed: dict[str, Accessed | None] = field(default_factory=dict)
    unlisted: set[AccessKeyId] = field(default_factory=set)  # IAM lists late
    boundary_arn: str | None = "arn:aws:iam::123456789012:policy/latchkey/boundary"  # of every account
    policies: dict[str, PolicySeen] = field(default_factory=dict)  # changed by someone, by ARN
    bad_boundaries: dict[str, str] = field(default_factory=dict)  # account id: why it isn't the printed one
    revoked: dict[str, frozenset[str]] = field(default_factory=dict)  # role: the names that its policy denies
    older_revoked: dict[str, datetime] = field(default_factory=dict)  # role: all of its sessions from before this
    calls: list[tuple[str, str]] = field(default_factory=list)
    acts: list[tuple[str, str, str]] = field(default_factory=list)  # call, subject, by
    _faults: dict[int | str, Fault] = field(default_factory=dict)
    _minted: int = 0

    # --- faults ---------------------------------------------------------------------------------------------

    def crash_at(self, index: int, *, after: bool = False) -> None:
        self._faults[index] = Fault(Crash(f"call {index}"), after)

    def fail_at(self, call: int | str, error: BaseException, *, after: bool = False) -> None:
        """The call with this index, or the next one of this name, raises `error` once."""
        self._faults[call] = Fault(error, after)

    @contextmanager
    def _call(self, name: str, subject: str, by: str | None = None) -> Iterator[None]:
        if self.in_transaction():
            raise CalledInTransaction(f"Iam.{name}")
        index = len(self.calls)
        self.calls.append((name, subject))
        if by is not None:
            self.acts.append((name, subject, by))
        fault = self._faults.pop(index, None) or self._faults.pop(name, None)
        if fault is not None and not fault.after:
            raise fault.error
        yield
        if fault is not None:
            raise fault.error

    # --- the port -------------------------------------------------------------------------------------------

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        name = spec.grant.iam_user
        with self._call("prepare", name, by):
            if why := self.bad_boundaries.get(spec.account.id):
                raise BoundaryDiffers("GetPolicy", why)
            user = self.users.setdefault((spec.account.id, name), FakeUser(name, spec.grant.id, spec))
            if not user.is_of(spec):
                raise ForeignUser("CreateUser", "EntityAlreadyExists")
            user.follow(spec)

    def extend(self, spec: UserSpec, *, by: str) -> None:
        name = spec.grant.iam_user
        with self._call("extend", name, by):
            if why := self.bad_boundaries.get(spec.account.id):
                raise BoundaryDiffers("GetPolicy", why)
            user = self.users.get((spec.account.id, name))
            if user is None:
                raise AwsRefused("GetUser", "NoSuchEntity")
            if not user.is_of(spec):
                raise ForeignUser("CreateUser", "EntityAlreadyExists")
            user.spec = spec
            user.by_hand.pop("lease_until", None)

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        with self._call("create_key", user, by):
            found = self.users.get((account.id, user))
            if found is None:
                raise AwsRefused("CreateAccessKey", "NoSuchEntity")
            if found.grant is None:
                raise ForeignUser("CreateAccessKey", "NotLatchkeysUser")
            if len(found.keys) >= 2:
                raise TwoKeys("CreateAccessKey", "LimitExceeded")
            key = self.plant_key(account, user)
        return NewKey(key.id, secret_of(key.id, 30), key.created_at)

    def device_serial(self, account: Account, name: str) -> str:
        return f"arn:aws:iam::{account.id}:mfa/latchkey/{name}"

    def create_device(self, account: Account, user: str, serial: str, *, by: str) -> Secret:
        with self._call("create_device", serial, by):
            if serial in self.devices:
                raise AwsRefused("CreateVirtualMFADevice", "EntityAlreadyExists")
            self.devices[serial] = None
        return self.seed_of(serial)

    def enable_device(self, account: Account, user: str, serial: str, seed: Secret, *, by: str) -> None:
        with self._call("enable_device", serial, by):
            if serial not in self.devices or (account.id, user) not in self.users:
                raise AwsRefused("EnableMFADevice", "NoSuchEntity")
            if seed != self.seed_of(serial):
                raise AwsRefused("EnableMFADevice", "InvalidAuthenticationCode")
            self.devices[serial] = user

    def drop_device(self, account: Account, user: str, serial: str, *, by: str) -> None:
        with self._call("drop_device", serial, by):
            if self.devices.get(serial) not in {None, user}:
                raise AwsRefused("DeleteVirtualMFADevice", "DeleteConflict")
            self.devices.pop(serial, None)

    def assume(self, spec: UserSpec, seconds: int, *, name: str, by: str) -> NewSession:
        with self._call("assume", spec.entitlement.role_arn or "", by):
            id_ = self._fresh_id("ASIA")
        ends_at = self.clock.now() + timedelta(seconds=seconds)
        return NewSession(id_, secret_of(id_, 30), secret_of(id_, 150), ends_at)

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        lease = spec.grant.lease_until
        left = int(((lease or now + spec.grant.duration) - now).total_seconds())
        return max(900, min(left, self.role_seconds, 3600 if self.chained else left))

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        with self._call("keys_of", user):
            found = self.users.get((account.id, user))
            if found is None:
                return None
            keys = (each for each in found.keys.values() if each.id not in self.unlisted)
            return tuple(KeySeen(each.id, each.active, each.created_at) for each in keys)

    def holder_of(self, account: Account, key: AccessKeyId, user: str) -> str | None:
        with self._call("holder_of", key):
            return self._holder(account, key)

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        with self._call("set_active", key, by):
            found = self._keys(account, self._holder(account, key)).get(key)
            if found is not None:
                found.active = active
            elif active:
                raise AwsRefused("UpdateAccessKey", "NoSuchEntity")

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        with self._call("delete_key", key, by):
            self._keys(account, self._holder(account, key)).pop(key, None)

    def tear_down(
        self, grant: Grant, account: Account, *, keys: Sequence[AccessKeyId] = (), devices: Sequence[str] = (), by: str
    ) -> None:
        with self._call("tear_down", grant.iam_user, by):
            found = self.users.get((account.id, grant.iam_user))
            if found is not None and found.grant is None:
                raise ForeignUser("DeleteUser", "NotLatchkeysUser")
            for user in {grant.iam_user, *(self._holder(account, key) for key in keys)}:
                self.users.pop((account.id, user or ""), None)
            on_it = [serial for serial, user in self.devices.items() if user == grant.iam_user]
            for serial in {*on_it, *devices}:
                self.devices.pop(serial, None)

    def user_quota(self, account: Account) -> tuple[int, int]:
        with self._call("user_quota", account.id):
            return len(self.users) + self.others, self.most_users

    def users_under(self, account: Account) -> tuple[str, ...]:
        with self._call("users_under", account.id):
            return tuple(sorted(u.name for (owner, _), u in self.users.items() if u.grant and owner == account.id))

    def shape_of(self, entitlement: Entitlement) -> Shape:
        return replace(shape_of(NO_ACCOUNT, entitlement), boundary=self.boundary_arn)

    def boundary_of(self, account: Account) -> str:
        return "printed"

    def policy_seen(self, account: Account, arn: str) -> PolicySeen:
        with self._call("policy_seen", arn):
            return self.policies.get(arn, PolicySeen("printed" if arn == account.boundary_arn else "first", "v1"))

    def users_seen(self, account: Account, users: Collection[str]) -> dict[str, UserSeen]:
        with self._call("users_seen", account.id):
            mine = ((name, each) for (owner, name), each in self.users.items() if owner == account.id)
            return {name: each.seen() for name, each in mine if name in users}

    def repair(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        with self._call("repair", f"{kind}/{spec.grant.iam_user}", by):
            if why := self.bad_boundaries.get(spec.account.id):
                raise BoundaryDiffers("GetPolicy", why)
            user = self.users.get((spec.account.id, spec.grant.iam_user))
            if user is None:
                raise AwsRefused("GetUser", "NoSuchEntity")
            if not user.is_of(spec, bounded=kind is not DifferenceKind.BOUNDARY):
                raise ForeignUser("CreateUser", "EntityAlreadyExists")
            user.put_back(spec, kind)

    # --- set-up and inspection ------------------------------------------------------------------------------

    def plant_key(self, account: Account, user: str) -> FakeKey:
        """A key that no one requested, without a call."""
        found = self.users.setdefault((account.id, user), FakeUser(user, None))
        key = FakeKey(self._fresh_id("AKIA"), self.clock.now().replace(microsecond=0))
        found.keys[key.id] = key
        return key

    seed_of = staticmethod(base32_seed_of)

    def all_keys(self) -> dict[AccessKeyId, FakeKey]:
        return {key.id: key for user in self.users.values() for key in user.keys.values()}

    def count(self, call: str) -> int:
        return sum(1 for name, _ in self.calls if name == call)

    def rename(self, account: Account, user: str, name: str) -> None:
        self.users[account.id, name] = renamed = self.users.pop((account.id, user))
        renamed.name = name

    def _holder(self, account: Account, key: AccessKeyId) -> str | None:
        users = (name for (owner, name), each in self.users.items() if owner == account.id and key in each.keys)
        return next(users, None)

    def _keys(self, account: Account, user: str | None) -> dict[AccessKeyId, FakeKey]:
        found = self.users.get((account.id, user or ""))
        return {} if found is None else found.keys

    def _fresh_id(self, prefix: str) -> AccessKeyId:
        self._minted += 1
        return AccessKeyId(prefix + b32encode(self._minted.to_bytes(10, "big")).decode())
