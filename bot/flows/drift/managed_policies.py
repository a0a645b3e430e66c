"""Compare the text of an account's managed policies, once an hour: the boundary, and each policy of `policy_arns`.

The boundary is compared with the one that the catalog prints. A policy of `policy_arns` is compared with its text when
Latchkey first read it, within minutes of the catalog naming it. Each later text is reported once and becomes the known
one. It costs two calls for each policy, account and hour.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from bot.domain.catalog import Account, Catalog, Entitlement, Kind
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.policies.managed_policy import PolicySeen, judge, name_of, read
from bot.domain.schedule import COMPARE_AGAIN, COMPARE_EVERY
from bot.domain.subjects import PolicyChange
from bot.flows import recipients
from bot.flows.context import AwsContext
from bot.ports import Transaction, UnitOfWork


def watch(context: AwsContext) -> int:
    """How many changes were reported. An account that doesn't answer is read again in an hour."""
    return sum(_account(context, each) for each in context.catalog.accounts.values())


def _account(context: AwsContext, account: Account) -> int:
    watched = entitlements_by_policy(context.catalog, account)
    with context.work.begin() as tx:
        if not _is_due(tx, account, list(watched), context.clock.now()):
            return 0
    told = 0
    for arn, entitlements in watched.items():
        printed = context.iam.boundary_of(account) if arn == account.boundary_arn else None
        try:
            seen = context.iam.policy_seen(account, arn)
        except AwsError:
            break
        told += _note(
            context.work,
            account,
            arn,
            seen,
            printed,
            partial(recipients.of_policy_change, context.people, context.catalog, entitlements),
            context.clock.now(),
        )
    return told


def entitlements_by_policy(catalog: Catalog, account: Account) -> dict[str, list[Entitlement]]:
    """The policies that keys of this account depend on, and which entitlements give such keys."""
    keys = [e for e in catalog.entitlements.values() if e.account == account.name and e.kind is Kind.ACCESS_KEY]
    found: dict[str, list[Entitlement]] = {account.boundary_arn: keys} if account.boundary_arn and keys else {}
    for each in keys:
        for arn in each.policy_arns:
            found[arn] = [*found.get(arn, []), each]
    return found


def _is_due(tx: Transaction, account: Account, arns: Sequence[str], now: datetime) -> bool:
    """Hourly, and within minutes of a policy's first appearance in the catalog."""
    if not arns:
        return False
    if tx.once(f"policies/{account.name}", now, now - COMPARE_EVERY):
        return True
    new = any(tx.flag(name_of(account.name, arn)) is None for arn in arns)
    return new and tx.once(f"new-policies/{account.name}", now, now - COMPARE_AGAIN)


def _note(
    work: UnitOfWork,
    account: Account,
    arn: str,
    seen: PolicySeen,
    printed: str | None,
    places: Callable[[], Sequence[str]],
    now: datetime,
) -> bool:
    """`printed`: the digest of the boundary that the catalog prints. Returns whether it was reported."""
    name = name_of(account.name, arn)
    with work.begin() as tx:
        known = read(tx.flag(name))
    row, news = judge(known, seen, arn, printed)
    if row == known:
        return False
    hearing = places() if news else ()
    facts = {"account": account.name, "policy": arn, "version": seen.version, "digest": seen.digest}
    with work.begin() as tx:
        if read(tx.flag(name)) != known:
            return False  # another worker was first
        tx.set_flag(name, row.write())
        if known is not None and (known.digest, known.right) != (row.digest, row.right):
            tx.outbox.refresh(Notice.DIFFERENCE, str(PolicyChange(name, known.digest)))
        if known is not None and row.right and not known.right:
            tx.record(Tag.POLICY_RIGHT, name, by=LATCHKEY, at=now, facts=facts)
        if news:
            tx.record(Tag.POLICY_CHANGED, name, by=LATCHKEY, at=now, facts=facts)
            tx.outbox.enqueue(Notice.DIFFERENCE, str(PolicyChange(name, seen.digest)), *hearing)
    return news
