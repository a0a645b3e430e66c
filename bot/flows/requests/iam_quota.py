"""How many more IAM users each account can have. The worker reads it; a full account refuses approvals."""

from datetime import timedelta

from bot.domain.catalog import Entitlement, Kind
from bot.domain.errors import AwsError, Reason, Refused
from bot.domain.events import Notice
from bot.flows.context import AwsContext
from bot.ports import Transaction

WARN_AT = 0.8
WARN_EVERY = timedelta(days=7)


def read_quotas(context: AwsContext) -> int:
    """How many accounts answered. The admins are notified of one that is nearly full, once a week."""
    done = 0
    for name in {each.account for each in context.catalog.entitlements.values() if each.kind is Kind.ACCESS_KEY}:
        try:
            users, most = context.iam.user_quota(context.catalog.accounts[name])
        except AwsError:
            continue
        now = context.clock.now()
        with context.work.begin() as tx:
            tx.set_flag(f"room/{name}", f"{users}/{most}")
            if users >= most * WARN_AT and tx.once(f"crowded/{name}", now, now - WARN_EVERY):
                tx.outbox.enqueue(Notice.CROWDED, name, *context.catalog.admins)
        done += 1
    return done


def read(tx: Transaction, account: str) -> tuple[int, int] | None:
    """Users and quota as the worker last saw them."""
    users, _, most = (tx.flag(f"room/{account}") or "").partition("/")
    return (int(users), int(most)) if most else None


def must_have(tx: Transaction, wanted: Entitlement) -> None:
    """Raises Refused if AWS would accept no further user. An account that was never read refuses nothing."""
    found = read(tx, wanted.account) if wanted.kind is Kind.ACCESS_KEY else None
    if found is not None and found[0] >= found[1]:
        raise Refused(Reason.ACCOUNT_FULL, account=wanted.account, most=found[1])
