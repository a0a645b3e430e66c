"""What a found key could do, from what inventory stored of its IAM user: in words, as far as the ledger knows.

The policies that contain a leak are left out, because this is about the time before them.
"""

from dataclasses import dataclass

from bot.domain.hygiene.inventory import QUARANTINE, FoundUser
from bot.domain.policies import access_summary
from bot.domain.policies.admin_power import BY_AWS, EVERYTHING, Effect, Held, effect_by_name, effect_of, power
from bot.domain.replacement.allowed import Allowed, name
from bot.domain.replacement.shell import document

DENY_ALL = "AWSDenyAll"
BROAD = {
    "AdministratorAccess": "do everything in the account",
    "PowerUserAccess": "do everything in the account except manage IAM, Organizations and the account itself",
    "ReadOnlyAccess": "read everything in the account, data included",
    "IAMFullAccess": "do everything in IAM, and so give itself any other permission",
}
"""AWS's own policies that need no look-up."""


@dataclass(frozen=True, slots=True)
class Permissions:
    words: tuple[str, ...]  # phrases like "read objects in s3://reports"
    admin: tuple[str, ...] | None  # policies that let it grant permissions; None: unknown
    managed: tuple[str, ...]  # names of managed policies that the ledger doesn't have
    groups: tuple[str, ...]
    boundary: str | None  # its ARN


def of_user(user: FoundUser, account_id: str) -> Permissions | None:
    """None if inventory hasn't read its policies yet."""
    allowed = Allowed.read(user.allowed)
    if allowed is None:
        return None
    managed = [each for each in allowed.managed if name(each) != DENY_ALL and not QUARANTINE.fullmatch(name(each))]
    broad = [BROAD[name(each)] for each in managed if BY_AWS in each and name(each) in BROAD]
    inline = [said for _, policy in allowed.inline for said in access_summary.in_words(document(policy), account_id)]
    return Permissions(
        tuple(dict.fromkeys((*broad, *inline))),
        _admin(allowed, managed),
        tuple(name(each) for each in managed if BY_AWS not in each or name(each) not in BROAD),
        allowed.groups,
        allowed.boundary,
    )


def _admin(allowed: Allowed, managed: list[str]) -> tuple[str, ...] | None:
    """Known policies are enough to say yes; only all of them are enough to say no."""
    held = [Held(name(each), effect_by_name(name(each)) if BY_AWS in each else None) for each in managed]
    held += [Held(each, effect_of(policy)) for each, policy in allowed.inline]
    known = [each for each in held if each.effect is not None]
    found = power(known, _boundary(allowed.boundary))
    return None if not found and (len(known) < len(held) or allowed.groups) else found


def _boundary(arn: str | None) -> Effect | None:
    if arn is None:
        return EVERYTHING
    return effect_by_name(name(arn)) if BY_AWS in arn else None
