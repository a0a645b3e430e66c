"""Virtual MFA devices as in AWS: moto accepts any two codes, and has no sessions with MFA."""

from collections.abc import Callable
from datetime import datetime

from moto.iam.models import User, VirtualMfaDevice

from bot import totp
from bot.sandbox.aws.principals import Directory, Principal
from bot.sandbox.aws.wire import Message, Refusal
from bot.secret import Secret

DEVICES_MOST = 8  # for each user (IAM quotas)
DRIFT = (-1, 0, 1)  # time steps in which a code is accepted
FAILED = "MultiFactorAuthentication failed"


def enable(message: Message, directory: Directory) -> None:
    """Raises Refusal unless the device is free, the user may have another one, and the two codes are consecutive and
    current.
    """
    params, backend = message.params, directory.backend
    user, serial = backend.users.get(params["UserName"]), params["SerialNumber"]
    device = backend.virtual_mfa_devices.get(serial)
    if user is None or device is None:
        raise Refusal("NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist.", 404)
    if device.user is not None:
        raise Refusal("EntityAlreadyExists", f"MFA device {serial} is already in use.", 409)
    if len(user.mfa_devices) >= DEVICES_MOST:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {DEVICES_MOST}", 409)
    now = directory.clock()
    pair = (params["AuthenticationCode1"], params["AuthenticationCode2"])
    last = next((at for at in _moments(now) if (_code(device, at - totp.STEP), _code(device, at)) == pair), None)
    if last is None:
        raise Refusal("InvalidAuthenticationCode", "The authentication codes are not two in a row of this device.", 403)
    _used(device, last)


def delete(message: Message, directory: Directory) -> None:
    device = directory.backend.virtual_mfa_devices.get(message.params["SerialNumber"])
    if device is not None and device.user is not None:
        raise Refusal("DeleteConflict", "Cannot delete a device that is in use; deactivate it first.", 409)


def by_code(message: Message, who: Principal, directory: Directory) -> bool:
    """Whether this call carries a valid code of the caller's own device. Raises Refusal for a wrong one."""
    serial, given = message.params.get("SerialNumber"), message.params.get("TokenCode")
    if serial is None and given is None:
        return False
    if serial is None or given is None:
        raise Refusal("AccessDenied", f"{FAILED}, must provide both MFA serial number and one time pass code.")
    device = directory.backend.virtual_mfa_devices.get(serial)
    if device is None or not _of(device, who.user):
        raise Refusal("AccessDenied", f"{FAILED}, unable to validate MFA code. Please verify your MFA serial number.")
    at = next((at for at in _moments(directory.clock()) if _code(device, at) == given and at > _last(device)), None)
    if at is None:
        raise Refusal("AccessDenied", f"{FAILED} with invalid MFA one time pass code.")
    _used(device, at)
    return True


def _of(device: VirtualMfaDevice, user: User | None) -> bool:
    return user is not None and device.user is user


def _moments(now: datetime) -> list[datetime]:
    return [_step(now + each * totp.STEP) for each in DRIFT]


def _step(at: datetime) -> datetime:
    """When the current code became valid."""
    return at - (at - datetime.fromtimestamp(0, at.tzinfo)) % totp.STEP


def _code(device: VirtualMfaDevice, at: datetime) -> str:
    return totp.code(Secret(device.base32_string_seed), at)


def _last(device: VirtualMfaDevice) -> datetime:
    """A code is accepted once, and older ones not at all after it."""
    found: datetime = vars(device)["last_code_of"]
    return found


def _used(device: VirtualMfaDevice, at: datetime) -> None:
    vars(device)["last_code_of"] = at


GUARDS: dict[str, Callable[[Message, Directory], None]] = {
    "EnableMFADevice": enable,
    "DeleteVirtualMFADevice": delete,
}
