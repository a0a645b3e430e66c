"""Tear down a user in AWS completely, in an order that takes away all access in the first steps.

If AWS refuses a step, the others still run. If a key can't be deactivated, AWSDenyAll removes its permissions instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.aws import devices
from bot.aws.errors import GONE, writing
from bot.aws.policies import compact, only_denies, sessions_denied
from bot.aws.users import DENY, SESSIONS
from bot.domain.errors import AwsRefused, StillStands, Throttled
from bot.domain.incomplete_teardown import Works

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# an Inactive key still works for some seconds, so sessions obtained in them are ended too
SETTLES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Responder:
    """The fallback if the Issuer is refused. Both raise AwsRefused or Throttled."""

    switch_off: Callable[[str], None]
    deny_everything: Callable[[], None]


@dataclass
class TearDown:
    """For one user. `known`: key ids to try if AWS refuses to list the user's keys."""

    client: "IAMClient"
    user: str
    responder: Responder
    known: Sequence[str] = ()
    refused: list[AwsRefused] = field(default_factory=list)
    active: dict[str, AwsRefused] = field(default_factory=dict)  # keys that are neither Inactive nor deleted
    listed: tuple[str, ...] = ()
    unlisted: bool = False  # there may be more keys than the known ones
    denied: bool = False
    silent: list[Throttled] = field(default_factory=list)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Run a step. A refusal is kept for the end; a lost answer or a throttle ends this try."""
        try:
            yield
        except AwsRefused as refused:
            self.refused.append(refused)

    def deny_everything(self) -> None:
        if not self.denied:
            with self.step():
                self.responder.deny_everything()
                self.denied = True

    def switch_off(self, key: str) -> None:
        try:
            with writing("UpdateAccessKey", gone_is_done=True):
                self.client.update_access_key(UserName=self.user, AccessKeyId=key, Status="Inactive")
        except AwsRefused as refused:
            try:
                self.responder.switch_off(key)
            except AwsRefused:
                self.active[key] = refused

    def delete(self, key: str) -> None:
        with self.step(), writing("DeleteAccessKey", gone_is_done=True):
            self.client.delete_access_key(UserName=self.user, AccessKeyId=key)
            self.active.pop(key, None)

    def list_all(self, operation: str, field_: str) -> list[Any]:
        """An empty list if AWS refuses, or, for rare items, doesn't answer."""
        with self.step():
            return _all(self.client, operation, field_, self.user)
        return []

    def list_seldom(self, operation: str, field_: str) -> list[Any]:
        try:
            return self.list_all(operation, field_)
        except Throttled as unknown:
            self.silent.append(unknown)
            return []

    def raise_refusals(self) -> None:
        """Raises StillStands for what AWS refused."""
        if found := [*self.active.values(), *self.refused]:
            on = self.active or self.unlisted
            raise StillStands(found, (Works.DENIED if self.denied else Works.KEYS) if on else Works.NOTHING)


def tear_down(job: TearDown, known_devices: Sequence[str], now: Callable[[], datetime]) -> None:
    """Each step is idempotent. `known_devices` may include devices that were never enabled for the user.

    Raises StillStands if every step was tried and AWS refused some, Throttled if AWS didn't answer.
    """
    before = len(job.refused)
    job.listed = tuple(row["AccessKeyId"] for row in job.list_all("list_access_keys", "AccessKeyMetadata"))
    job.unlisted = len(job.refused) > before
    keys = job.known if job.unlisted else job.listed
    for key in keys:
        job.switch_off(key)
    if job.active or job.unlisted:
        job.deny_everything()
    _drop_policies(job, denies=False)
    _end_sessions(job, now() + SETTLES)
    for key in keys:
        job.delete(key)
    _drop_the_rest(job, known_devices)
    job.raise_refusals()
    _drop_policies(job, denies=True)
    job.raise_refusals()
    try:
        with writing("DeleteUser", gone_is_done=True):
            job.client.delete_user(UserName=job.user)
    except AwsRefused as refused:
        if job.silent:  # an item that couldn't be listed is in the way
            raise job.silent[0] from None
        raise StillStands([refused], Works.NOTHING) from None


def path_of(client: "IAMClient", user: str) -> str | None:
    """None for a user that AWS doesn't show. Raises AwsRefused."""
    try:
        with writing("GetUser"):
            return client.get_user(UserName=user)["User"]["Path"]
    except AwsRefused as refused:
        if refused.code == GONE:
            return None
        raise


def cut_off(keys: Iterable[str], responder: Responder, why: AwsRefused) -> StillStands:
    """If the Issuer has no permissions: deactivate every key and attach AWSDenyAll, as far as the Responder may."""
    refused, works = [why], Works.NOTHING
    try:
        responder.deny_everything()
        denied = True
    except AwsRefused as no:
        refused.append(no)
        denied = False
    for key in keys:
        try:
            responder.switch_off(key)
        except AwsRefused as no:
            refused.append(no)
            works = Works.DENIED if denied else Works.KEYS
    return StillStands(refused, works)


def _all(client: "IAMClient", operation: str, field_: str, user: str) -> list[Any]:
    found: list[Any] = []
    with writing(client.meta.method_to_api_mapping[operation], gone_is_done=True):
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(UserName=user)  # type: ignore[call-overload]
            found = [row for page in pages for row in page[field_]]
        else:
            found = list(getattr(client, operation)(UserName=user)[field_])
    return found


def _end_sessions(job: TearDown, before: datetime) -> None:
    """Without its boundary the Issuer may not write on the user, so the Responder denies everything instead."""
    document = compact(sessions_denied(before))
    try:
        with writing("PutUserPolicy", gone_is_done=True):
            job.client.put_user_policy(UserName=job.user, PolicyName=SESSIONS, PolicyDocument=document)
    except AwsRefused:
        job.deny_everything()


def _drop_policies(job: TearDown, *, denies: bool) -> None:
    """The Allows first, the Denies at the very end."""
    for name in job.list_all("list_user_policies", "PolicyNames"):
        if denies or name not in {SESSIONS, DENY}:
            with job.step(), writing("DeleteUserPolicy", gone_is_done=True):
                job.client.delete_user_policy(UserName=job.user, PolicyName=name)
    for row in job.list_all("list_attached_user_policies", "AttachedPolicies"):
        if denies or not only_denies(row["PolicyArn"]):
            with job.step(), writing("DetachUserPolicy", gone_is_done=True):
                job.client.detach_user_policy(UserName=job.user, PolicyArn=row["PolicyArn"])


def _drop_the_rest(job: TearDown, known_devices: Sequence[str]) -> None:
    """Remove what people may have added to the user by hand."""
    client, user = job.client, job.user
    with job.step(), writing("DeleteLoginProfile", gone_is_done=True):
        client.delete_login_profile(UserName=user)
    listed = [row["SerialNumber"] for row in job.list_seldom("list_mfa_devices", "MFADevices")]
    for serial in dict.fromkeys([*listed, *known_devices]):
        with job.step():
            devices.drop(client, user, serial)
    for row in job.list_seldom("list_signing_certificates", "Certificates"):
        with job.step(), writing("DeleteSigningCertificate", gone_is_done=True):
            client.delete_signing_certificate(UserName=user, CertificateId=row["CertificateId"])
    for row in job.list_seldom("list_ssh_public_keys", "SSHPublicKeys"):
        with job.step(), writing("DeleteSSHPublicKey", gone_is_done=True):
            client.delete_ssh_public_key(UserName=user, SSHPublicKeyId=row["SSHPublicKeyId"])
    for row in job.list_seldom("list_service_specific_credentials", "ServiceSpecificCredentials"):
        number = row["ServiceSpecificCredentialId"]
        with job.step(), writing("DeleteServiceSpecificCredential", gone_is_done=True):
            client.delete_service_specific_credential(UserName=user, ServiceSpecificCredentialId=number)
    for row in job.list_seldom("list_groups_for_user", "Groups"):
        # Authorized on the group, which isn't ours: no printed role may do it, so an administrator is notified.
        with job.step(), writing("RemoveUserFromGroup", gone_is_done=True):
            client.remove_user_from_group(UserName=user, GroupName=row["GroupName"])
