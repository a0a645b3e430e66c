"""End a grant in AWS, wherever its keys are now: its user may have been renamed or moved out of our path."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.aws import devices, drift, teardown
from bot.aws.accounts import Accounts
from bot.aws.errors import writing
from bot.aws.key_user import holder, keys_on
from bot.aws.policies import DENY_ALL, aws_policy
from bot.aws.users import NOT_OURS
from bot.domain.catalog import Account
from bot.domain.drift.observe import UserSeen
from bot.domain.errors import AwsRefused, ForeignUser, StillStands, Unreadable
from bot.domain.grant import IAM_PATH, Grant
from bot.domain.incomplete_teardown import Works

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

WORST_FIRST = (Works.KEYS, Works.UNKNOWN, Works.DENIED, Works.NOTHING)


@dataclass
class End:
    """One try. `known`: the grant's key ids that the ledger hasn't seen deleted."""

    accounts: Accounts
    account: Account
    grant: Grant
    known: Sequence[str]
    devices: Sequence[str]
    by: str
    now: Callable[[], datetime]
    _left: list[AwsRefused] = field(default_factory=list)

    def run(self) -> None:
        """Tear down the grant's own user, then every user that AWS reports for one of the known keys.

        A missing user counts as gone only if AWS has none of its keys either. Raises AwsError.
        """
        own = self.grant.iam_user
        listed = self._user(own, self.known, self.devices)
        try:
            elsewhere = self._elsewhere(own, listed)
        except Unreadable:
            if not self._left:
                raise
            elsewhere = {}
        for user, keys in elsewhere.items():
            self._user(user, keys, ())
        if self._left:
            raise min(self._left, key=lambda each: WORST_FIRST.index(_works(each)))

    def _elsewhere(self, own: str, listed: Sequence[str] | None) -> dict[str, list[str]]:
        found = defaultdict[str, list[str]](list)
        for key in self.known:
            if key in (listed or ()):
                continue
            user = holder(self.accounts.reader(self.account), key, own)
            if user == own and listed is None:
                raise Unreadable("GetUser", "NotTheSame")  # its two answers: no such user, but its key
            if user is not None and user != own:
                found[user].append(key)
        return found

    def _user(self, user: str, keys: Sequence[str], known_devices: Sequence[str]) -> Sequence[str] | None:
        """The keys that AWS lists on it, or None if there is no such user.

        If permissions are limited to a path, IAM answers AccessDenied instead of NoSuchEntity for a missing user.
        """
        client, path, refused = self._ask(user)
        if client is not None and path == IAM_PATH:
            return self._tear_down(client, user, keys, known_devices)
        why = refused or ForeignUser("DeleteUser", NOT_OURS)
        try:
            seen = drift.users_seen(self.accounts.reader(self.account), {user}).get(user) if path or refused else None
        except Unreadable:
            self._left.append(why)
            return None
        if seen is None and client is not None:
            for serial in known_devices:
                devices.delete(client, serial)
            return None
        return self._out_of_reach(user, seen, why)

    def _ask(self, user: str) -> "tuple[IAMClient | None, str | None, AwsRefused | None]":
        """The Issuer's client and the user's path, as far as AWS allows, and what it refused."""
        client = None
        try:
            client = self.accounts.issuer(self.account, user, by=self.by)
            return client, teardown.path_of(client, user), None
        except AwsRefused as refused:
            return client, None, refused

    def _tear_down(
        self, client: "IAMClient", user: str, keys: Sequence[str], known_devices: Sequence[str]
    ) -> Sequence[str]:
        job = teardown.TearDown(client, user, self._responder(user), keys)
        try:
            teardown.tear_down(job, known_devices, self.now)
        except StillStands as still:
            self._left.append(still)
        return job.listed

    def _out_of_reach(self, user: str, seen: UserSeen | None, why: AwsRefused) -> Sequence[str] | None:
        """The Responder has permissions on every user, so the tag must show that it is this grant's."""
        if seen is None or seen.tags.get("grant") != self.grant.id:
            self._left.append(why)
            return None
        keys = sorted(keys_on(self.accounts.reader(self.account), user))
        self._left.append(teardown.cut_off(keys, self._responder(user), why))
        return keys

    def _responder(self, user: str) -> teardown.Responder:
        return teardown.Responder(lambda key: self._switch_off(user, key), lambda: self._deny_everything(user))

    def _switch_off(self, user: str, key: str) -> None:
        with writing("UpdateAccessKey", gone_is_done=True):
            client = self.accounts.responder(self.account, user, by=self.by)
            client.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")

    def _deny_everything(self, user: str) -> None:
        with writing("AttachUserPolicy", gone_is_done=True):
            client = self.accounts.responder(self.account, user, by=self.by)
            client.attach_user_policy(UserName=user, PolicyArn=aws_policy(self.account, DENY_ALL))


def _works(refused: AwsRefused) -> Works:
    return refused.works if isinstance(refused, StillStands) else Works.UNKNOWN
