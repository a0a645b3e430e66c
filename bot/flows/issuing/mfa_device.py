"""The MFA device of a grant's keys: created with the first, shared by later ones, removed if nobody saw its seed."""

from dataclasses import dataclass

from bot import totp
from bot.domain import batch_size
from bot.domain.catalog import Account
from bot.domain.credential import Credential, device_of
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId
from bot.domain.schedule import DEVICE_SETTLES
from bot.flows.context import AwsContext
from bot.flows.issuing.issued_key import try_again
from bot.ports import UserSpec
from bot.secret import Secret

NAME = "latchkey-"


@dataclass(frozen=True, slots=True)
class Device:
    """Without a seed if its owner has it already."""

    serial: str
    seed: Secret | None = None

    def fields(self, spec: UserSpec) -> dict[str, str]:
        """What the envelope holds of it beside the secret access key. Only its owner may see this."""
        if self.seed is None:
            return {"mfa_serial": self.serial}
        address = totp.uri(self.seed, f"{spec.entitlement.id}@{spec.account.id}")
        return {
            "mfa_serial": self.serial,
            "mfa_seed": self.seed.reveal(),
            "mfa_uri": address.reveal(),
            "mfa_qr": totp.qr(address).reveal(),
        }


def ready(context: AwsContext, credential: CredentialId, spec: UserSpec) -> Device:
    """The owner's device, or a new one on the grant's user. The ledger records it before AWS is called.

    Its name comes from this credential, so that a device left by a crash can be found without listing all of them.
    """
    account, user, by = spec.account, spec.grant.iam_user, spec.grant.owner
    with context.work.begin() as tx:
        if had := device_of(tx.credentials.of(spec.grant.id)):
            return Device(had)
        serial = context.iam.device_serial(account, NAME + credential)
        tx.credentials.set(credential, device=serial)
    seed = context.iam.create_device(account, user, serial, by=by)
    context.iam.enable_device(account, user, serial, seed, by=by)
    return Device(serial, seed)


def clear(context: AwsContext) -> int:
    """Remove devices whose seed nobody received: of failed mints, and of keys replaced before they were opened.

    IAM may not know a new device for some seconds, so "no such device" doesn't count as removed while it is that young.
    """
    now = context.clock.now()
    with context.work.begin() as tx:
        left = tx.credentials.devices_left(now - DEVICE_SETTLES, now, batch_size.AWS_ROWS)
        rows = [(each, tx.grants.get(each.grant)) for each in left]
    done = 0
    for each, grant in rows:
        account = context.catalog.accounts.get(grant.account) if grant else None
        if grant is not None and account is not None:
            done += _remove(context, account, grant, each)
        else:
            try_again(context, each)
    return done


def _remove(context: AwsContext, account: Account, grant: Grant, row: Credential) -> bool:
    """False if AWS didn't remove it: it stays due, after the others."""
    try:
        context.iam.drop_device(account, grant.iam_user, row.device or "", by=LATCHKEY)
    except AwsError:
        try_again(context, row)
        return False
    with context.work.begin() as tx:
        tx.credentials.set(row.id, device_gone_at=context.clock.now())
    return True
