"""Tear down what is over: the IAM user of a grant and everything on it, tried until AWS holds nothing of it."""

from datetime import datetime, timedelta

from bot.domain.catalog import Catalog, Kind
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import ASK_AWS_AGAIN
from bot.flows import remind
from bot.ports import Clock, Iam, Work

MOST = 20  # grants per run: the rest is due again at once
WHILE_ISSUING = timedelta(seconds=5)
ENDS = frozenset({CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING})


def tear_down(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Every grant that is over and may still have something in AWS. Each step is harmless when repeated."""
    with work.begin() as tx:
        due = tx.grants.to_tear_down(clock.now(), MOST)
    return sum(_tear_down(work, clock, iam, catalog, each) for each in due)


def _tear_down(work: Work, clock: Clock, iam: Iam, catalog: Catalog, grant: Grant) -> bool:
    with work.begin() as tx:
        # Before the call: whatever it does, the next run goes on with the others.
        tx.grants.try_again_at(grant.id, clock.now() + ASK_AWS_AGAIN)
        rows = tx.credentials.of(grant.id)
    if any(each.kind is Kind.ACCESS_KEY for each in rows):
        account = catalog.accounts.get(grant.account)
        if account is None:
            return False
        try:
            iam.tear_down(grant, account, by=LATCHKEY)
        except AwsError:
            return False
    return _torn_down(work, grant, clock.now())


def _torn_down(work: Work, grant: Grant, now: datetime) -> bool:
    """Write down that nothing is left, unless a mint is still under way: then look again when it has ended."""
    with work.begin() as tx:
        tx.grants.hold(grant.id)
        rows = tx.credentials.of(grant.id)
        if any(each.state is CredentialState.ISSUING for each in rows):
            tx.grants.try_again_at(grant.id, now + WHILE_ISSUING)
            return False
        for each in rows:
            if each.state in ENDS:
                tx.move(each.id, each.state, CredentialState.DELETED, by=LATCHKEY, at=now)
            if each.gone_at is None:
                tx.credentials.set(each.id, gone_at=now)
            remind.close(tx, each.id, now)
        tx.grants.torn_down(grant.id, now)
        tx.record(Tag.GRANT_TORN_DOWN, grant.id, by=LATCHKEY, at=now)
        tx.outbox.again(Notice.GRANT, grant.id)
        tx.outbox.again(Notice.GRANT_ENDED, grant.id)
    return True
