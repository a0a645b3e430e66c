"""Which keys' usage is read next: those with an open finding, and both keys of a rotation, issued and found."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, or_, select, union

from bot.domain.catalog import Kind
from bot.domain.hygiene.finding_rules import TABLE, About
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.schedule import CLOCKS_DIFFER
from bot.domain.usage.key_usage import CLAIM, FRESH, TRANSIENT, UNREAD_FRESH
from bot.store.due_conditions import ADOPTED_ON, CREDENTIAL_LIVE
from bot.store.tables import adopted, credential, finding, found_key, grants, usage

OF_SERVICES = sorted(rule.kind for rule in TABLE if rule.about is About.SERVICE)
OPEN = finding.c.closed_at.is_(None)
STANDING = found_key.c.gone_at.is_(None)
HERE = and_(STANDING, found_key.c.active, found_key.c.access_key_id.is_not(None))
A_KEY = and_(
    credential.c.kind == Kind.ACCESS_KEY, credential.c.access_key_id.is_not(None), credential.c.gone_at.is_(None)
)


def due(accounts: Collection[AccountName], now: datetime) -> Iterator[Select[Any]]:
    """Rotations come first, because somebody waits for them. Apart, because each has an index of its own."""
    here = list(accounts)
    for keys in (_rotated(here), _flagged(here), _of_flagged_users(here)):
        read = and_(usage.c.account == keys.c.account, usage.c.access_key_id == keys.c.access_key_id)
        yield (
            select(keys.c.account, keys.c.access_key_id)
            .outerjoin(usage, read)
            .where(or_(usage.c.tried_at.is_(None), and_(rested(now), _stale(now))))
            .order_by(usage.c.tried_at.nulls_first(), keys.c.access_key_id)
        )


def rested(now: datetime) -> ColumnElement[bool]:
    """No worker reads it, and a failed read isn't tried again at once."""
    tried = usage.c.tried_at
    return or_(tried.is_(None), tried <= now - CLAIM, tried > now + CLOCKS_DIFFER)


def failing(now: datetime) -> Select[Any]:
    """Accounts with a read that failed within CLAIM, or that is in progress."""
    lately = and_(usage.c.tried_at > now - CLAIM, usage.c.tried_at <= now + CLOCKS_DIFFER)
    failed = or_(usage.c.read_at.is_(None), usage.c.read_at < usage.c.tried_at, usage.c.unread.in_(sorted(TRANSIENT)))
    return select(usage.c.account).where(lately, failed).distinct()


def region_of(account: AccountName, key: AccessKeyId) -> Select[Any]:
    own = select(credential.c.used_region.label("region")).where(credential.c.access_key_id == key)
    found = select(found_key.c.used_region).where(
        found_key.c.access_key_id == key, found_key.c.account == account, STANDING
    )
    both = own.union_all(found).subquery()
    return select(both.c.region).where(both.c.region.is_not(None)).limit(1)


def _stale(now: datetime) -> ColumnElement[bool]:
    read, unread = usage.c.read_at, usage.c.unread
    refused = and_(unread.is_not(None), read <= now - UNREAD_FRESH)
    old = or_(read <= now - FRESH, read > now + CLOCKS_DIFFER)
    return or_(read.is_(None), old, refused, unread.in_(sorted(TRANSIENT)))


def _flagged(here: Sequence[AccountName]) -> Subquery:
    """CloudTrail doesn't find events by the id of a service-specific credential."""
    about_key = (OPEN, finding.c.account.in_(here), finding.c.access_key_id != "", finding.c.kind.not_in(OF_SERVICES))
    return select(finding.c.account, finding.c.access_key_id).where(*about_key).distinct().subquery()


def _of_flagged_users(here: Sequence[AccountName]) -> Subquery:
    about_user = (OPEN, finding.c.account.in_(here), finding.c.access_key_id == "")
    its = and_(found_key.c.account == finding.c.account, found_key.c.user == finding.c.iam_user, HERE)
    keys = select(found_key.c.account, found_key.c.access_key_id).select_from(finding).join(found_key, its)
    return keys.where(*about_user).distinct().subquery()


def _rotated(here: Sequence[AccountName]) -> Subquery:
    """Old and new keys. That of a found key is the grant that its owner requested instead."""
    old = select(credential.c.grant).where(CREDENTIAL_LIVE, credential.c.retire_at.is_not(None))
    overlapping = (ADOPTED_ON, adopted.c.retire_at.is_not(None), adopted.c.account.in_(here))
    replaced = select(adopted.c.account, adopted.c.access_key_id).where(*overlapping)
    issued = select(grants.c.account, credential.c.access_key_id).join(grants, grants.c.id == credential.c.grant)
    rotated = issued.where(A_KEY, credential.c.grant.in_(old), grants.c.account.in_(here))
    successors = issued.where(A_KEY, grants.c.request.in_(select(adopted.c.request).where(*overlapping)))
    return union(rotated, replaced, successors).subquery()
