"""Findings in the ledger: one open row for each key and kind."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from bot.domain.findings import TABLE, Teller
from bot.domain.hygiene import Finding, FindingKind
from bot.domain.ids import AccountName, CredentialId, SlackUserId
from bot.domain.picture import Told
from bot.store.batch import Batch
from bot.store.dialect import insert_new
from bot.store.rows import by_id, many, write
from bot.store.tables import finding as table

OPEN = table.c.closed_at.is_(None)
IN_DIGESTS = [rule.kind for rule in TABLE if rule.teller is Teller.DIGEST]


def _to_tell(now: datetime) -> ColumnElement[bool]:
    """Never told and not kept; or kept for a time that is over, and not told since."""
    kept_for = table.c.kept_until
    fresh = and_(table.c.told_at.is_(None), or_(kept_for.is_(None), kept_for <= now))
    return or_(fresh, and_(kept_for <= now, table.c.told_at < kept_for))


class SqlFindings:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def open(self, finding: Finding) -> bool:
        return insert_new(self._c, table, write(finding))

    def get(self, finding: str) -> Finding | None:
        return by_id(self._c, Finding, table, finding)

    def open_of(self, credential: CredentialId) -> tuple[Finding, ...]:
        return many(self._c, Finding, select(table).where(table.c.credential == credential, OPEN))

    def open_on(self, account: AccountName, users: Sequence[str]) -> tuple[Finding, ...]:
        mine = (table.c.account == account, table.c.iam_user.in_(list(users)), table.c.credential.is_(None), OPEN)
        return many(self._c, Finding, select(table).where(*mine))

    def own(self, account: AccountName) -> tuple[Finding, ...]:
        mine = (table.c.account == account, table.c.credential.is_not(None), OPEN)
        return many(self._c, Finding, select(table).where(*mine).order_by(table.c.opened_at))

    def of_kind(self, account: AccountName, kind: FindingKind, most: int) -> tuple[Finding, ...]:
        mine = select(table).where(table.c.account == account, table.c.kind == kind, OPEN)
        return many(self._c, Finding, mine.order_by(table.c.opened_at, table.c.iam_user).limit(most))

    def count_of(self, account: AccountName, kind: FindingKind) -> int:
        mine = select(func.count()).select_from(table).where(table.c.account == account, table.c.kind == kind, OPEN)
        return int(self._c.execute(mine).scalar_one())

    def hand(self, account: AccountName, users: Sequence[str], owner: str | None) -> None:
        there = (table.c.account == account, table.c.iam_user.in_(list(users)), table.c.credential.is_(None), OPEN)
        others = (table.c.owner.is_distinct_from(owner), table.c.kind.in_(IN_DIGESTS))
        self._c.execute(update(table).where(*there, *others).values(owner=owner, told_at=None))

    def close(self, finding: str, at: datetime) -> bool:
        return self._c.execute(update(table).where(table.c.id == finding, OPEN).values(closed_at=at)).rowcount == 1

    def untold_of(self, owner: SlackUserId, now: datetime) -> tuple[Finding, ...]:
        untold = select(table).where(table.c.owner == owner, OPEN, _to_tell(now))
        return many(self._c, Finding, untold.order_by(table.c.opened_at))

    def within(self, account: AccountName, since: datetime) -> Iterator[Told]:
        mine = select(table).where(table.c.account == account, or_(OPEN, table.c.closed_at >= since))
        for row in self._c.execute(mine).mappings():
            yield Told(row["kind"], row["opened_at"], row["closed_at"])

    def told_on(self, owner: SlackUserId, since: datetime, until: datetime) -> tuple[Finding, ...]:
        told = select(table).where(table.c.owner == owner, table.c.told_at >= since, table.c.told_at < until)
        return many(self._c, Finding, told.order_by(table.c.opened_at))

    def owners_to_tell(self, now: datetime) -> tuple[SlackUserId, ...]:
        owners = select(table.c.owner).where(table.c.owner.is_not(None), OPEN, _to_tell(now)).distinct()
        return tuple(self._c.execute(owners).scalars())

    def told(self, findings: Iterable[str], at: datetime) -> None:
        self._c.execute(update(table).where(table.c.id.in_(list(findings))).values(told_at=at))

    def keep(self, finding: str, until: datetime, why: str) -> bool:
        kept = update(table).where(table.c.id == finding, OPEN).values(kept_until=until, kept_why=why)
        return self._c.execute(kept).rowcount == 1
