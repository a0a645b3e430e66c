"""Make the grant of an approved request, whoever or whatever approved it. Nothing is created in AWS."""

from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import GrantId
from bot.domain.lifecycle import GrantState
from bot.domain.requests.request import Request
from bot.flows.context import Context
from bot.flows.requests import iam_quota
from bot.ports import Transaction


def make(
    tx: Transaction,
    context: Context,
    wanted: Entitlement,
    request: Request,
    duration: timedelta,
    *,
    by: str,
    now: datetime,
) -> None:
    """For its owner, who gets Collect. Raises Refused if AWS would accept no further user."""
    iam_quota.must_have(tx, wanted)
    grant = Grant(
        id=GrantId(context.fresh_id()),
        request=request.id,
        entitlement=wanted.id,
        account=wanted.account,
        owner=request.owner,
        duration=duration,
        state=GrantState.APPROVED,
        made_at=now,
        collect_by=now + context.catalog.collect_within,
    )
    tx.grants.add(grant)
    tx.record(Tag.GRANT_MADE, grant.id, by=by, at=now, facts={"request": request.id})
    tx.outbox.enqueue(Notice.GRANT, grant.id, grant.owner)
