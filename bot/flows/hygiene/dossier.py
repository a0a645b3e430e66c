"""Dossier: someone asks where a key is used. The answer comes from the cache, or later from the worker.

Its owner may ask, and the admins and approvers of anything in its account, for any key of an account. A key of which
Latchkey doesn't know the owner names its account itself.
"""

import re
from dataclasses import dataclass

from bot.domain.catalog import Account
from bot.domain.errors import LimitReached, Reason, Refused
from bot.domain.ids import AccessKeyId, AccountName, DeliveryId, SlackUserId
from bot.domain.keys.account_id import account_in
from bot.domain.rate_limits import USAGES
from bot.domain.usage.key_usage import Ask, Unread, Usage, unread
from bot.flows import access
from bot.flows.context import Context

KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """`usage` is None while the worker reads it; the answer is a message of its own then."""

    key: AccessKeyId
    usage: Usage | None


def ask(context: Context, *, key: AccessKeyId, by: SlackUserId, delivery: DeliveryId | None) -> Asked:
    """Raises Refused, AlreadyDone. A second ask while the first one waits is the same one."""
    account, now = may_ask(context, key, by), context.clock.now()
    if not account.usage:
        return Asked(key, unread(account.name, key, Unread.TURNED_OFF, now))
    try:
        with context.work.begin(delivery) as tx:
            found = tx.usages.of(account.name, [key]).get(key)
            if found is None or not found.is_fresh(now):
                found = None
                if tx.usages.ask(Ask(context.fresh_id(), account.name, key, by, now)):
                    tx.count(USAGES, by, now)
            return Asked(key, found)
    except LimitReached:
        pass
    with context.work.begin() as tx:
        raise Refused(Reason.TOO_MANY, limit=USAGES, until=tx.counts_again_at(USAGES, by))


def may_ask(context: Context, key: AccessKeyId, by: SlackUserId) -> Account:
    """The account of the key. Raises Refused, and tells admins alone that Latchkey doesn't know a key."""
    access.member(context.people, by)
    if not KEY.fullmatch(key):
        raise Refused(Reason.NOT_A_KEY, key=key)
    name, owner = _whose(context, key)
    account = context.catalog.accounts.get(name) if name else None
    if account is None:
        raise Refused(Reason.NOT_FOUND if by in context.catalog.admins else Reason.NOT_YOUR_USAGE, key=key)
    mine = by in context.catalog.admins or by in access.known_holders(context.people, owner)
    if not mine and by not in access.account_approvers(context.people, context.catalog, account.name):
        raise Refused(Reason.NOT_YOUR_USAGE)
    return account


def _whose(context: Context, key: AccessKeyId) -> tuple[AccountName | None, str | None]:
    """Its account if anything says it, and its owner if the ledger knows one. Raises Refused."""
    with context.work.begin() as tx:
        issued, found = tx.credentials.by_key(key), tx.inventory.by_key(key)
        if issued is not None and (grant := tx.grants.get(issued.grant)) is not None:
            return grant.account, grant.owner
        if found is not None:
            user = tx.inventory.users(found.account, [found.user]).get(found.user)
            return found.account, user.owner if user else None
    number = account_in(key)
    if number is None:
        return None, None
    named = next((each.name for each in context.catalog.accounts.values() if each.id == number), None)
    if named is None:
        raise Refused(Reason.OTHER_ACCOUNT, key=key, account=number)
    return named, None
