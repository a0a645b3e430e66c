"""The virtual MFA device of a grant's keys: created under mfa/latchkey/, enabled for the user, removed again."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot import totp
from bot.aws.errors import writing
from bot.aws.policies import iam_arn
from bot.aws.users import Sleep, once_visible
from bot.domain.catalog import Account
from bot.domain.errors import AwsRefused
from bot.domain.grant import IAM_PATH
from bot.secret import Secret

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

OURS = "mfa/latchkey/"
TAKEN = "EntityAlreadyExists"


def serial(account: Account, name: str) -> str:
    return iam_arn(account, f"{OURS}{name}")


def create(client: "IAMClient", wanted: str) -> Secret:
    """Returns the Base32 seed, which AWS returns only once. Fails if the name is taken, because that seed is lost."""
    with writing("CreateVirtualMFADevice"):
        name = wanted.rpartition("/")[2]
        found = client.create_virtual_mfa_device(Path=IAM_PATH, VirtualMFADeviceName=name)["VirtualMFADevice"]
    try:
        return Secret(found["Base32StringSeed"].decode())
    except (KeyError, AttributeError, ValueError):  # AWS answered, but not with a device
        raise AwsRefused("CreateVirtualMFADevice", "NoSeedInAnswer") from None


def enable(
    client: "IAMClient", user: str, wanted: str, seed: Secret, now: Callable[[], datetime], sleep: Sleep
) -> None:
    """With fresh codes on every try, because they expire while IAM doesn't show the new device yet."""

    def act() -> None:
        before, current = totp.last_two(seed, now())
        with writing("EnableMFADevice"):
            client.enable_mfa_device(
                UserName=user, SerialNumber=wanted, AuthenticationCode1=before, AuthenticationCode2=current
            )

    try:
        once_visible(act, sleep)
    except AwsRefused as refused:
        if refused.code != TAKEN:  # otherwise this very call was retried after a lost answer
            raise


def drop(client: "IAMClient", user: str, wanted: str) -> None:
    """Disable and delete it. A device of the user that isn't ours is only disabled."""
    with writing("DeactivateMFADevice", gone_is_done=True):
        client.deactivate_mfa_device(UserName=user, SerialNumber=wanted)
    if f":{OURS}" in wanted:
        delete(client, wanted)


def delete(client: "IAMClient", wanted: str) -> None:
    with writing("DeleteVirtualMFADevice", gone_is_done=True):
        client.delete_virtual_mfa_device(SerialNumber=wanted)
