"""What AWS says about a key that leaked: whose it is, and whether a pasted pair is accepted."""

from typing import Protocol

from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.sts_proof import Caller, Proof


class LeakedKeys(Protocol):
    """Part of Reader. Each is one call."""

    def user_of(self, account: Account, key: AccessKeyId) -> str | None:
        """The name of the IAM user that has this key; None if AWS says that no user of the account has it."""
        ...

    def arn_of(self, account: Account, user: str) -> str | None:
        """None if the user is gone."""
        ...

    def caller_of(self, proof: Proof) -> Caller | None:
        """Whom AWS says that a pasted pair belongs to; None if it refuses the pair. Sent once."""
        ...

    def is_own(self, user_arn: str, key: AccessKeyId) -> bool:
        """Whether Latchkey itself runs as this user or with this key."""
        ...
