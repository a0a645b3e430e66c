"""The use of keys, read in one statement for all keys of a message."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import HELD
from bot.domain.usage.key_usage import Usage
from bot.ports import Transaction
from bot.slack.text.usage import shown

Uses = Mapping[AccessKeyId, Usage]
NOTHING: Uses = MappingProxyType({})


def of_grant(tx: Transaction, grant: Grant, credentials: Iterable[Credential]) -> Uses:
    return tx.usages.of_keys((grant.account, each.access_key_id) for each in credentials if each.access_key_id)


def line(uses: Uses, key: str | None, now: datetime) -> str:
    return shown.line(uses.get(AccessKeyId(key)) if key else None, now)


def hint(uses: Uses, key: str | None, now: datetime) -> str:
    """What its use says about who owns it."""
    return shown.hint(uses.get(AccessKeyId(key)) if key else None, now)


def of_keys_in_dialog(uses: Uses, credentials: Iterable[Credential], now: datetime) -> str:
    """What stops working when these keys do."""
    named = (uses.get(each.access_key_id) for each in credentials if each.access_key_id and each.state in HELD)
    return shown.in_dialog((each for each in named if each), now)


def in_dialog(uses: Uses, key: str | None, now: datetime) -> str:
    found = uses.get(AccessKeyId(key)) if key else None
    return shown.in_dialog([found] if found else [], now)
